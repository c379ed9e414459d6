"""Parse and open one side of a comparison: a release, a mechanism and a backend.

``2.0`` is what that release did by default; ``2.0:sox_io`` its global backend sox_io.
``2.0:dispatcher`` and ``2.1:global:soundfile`` name the mechanism, if the backend does not imply
it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import types
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from compat import releases
from compat.commands.arguments import UsageError
from compat.contents.context import Context
from compat.names import backends
from dispatcher import torchcodec
from dispatcher.errors import AudioError, BackendError, BackendUnavailable
from dispatcher.requests import Blocks
from legacy import sox_io_backend

if TYPE_CHECKING:
    from dispatcher.backend import Backend
    from dispatcher.streaming import Stream

GLOBAL, DISPATCHER, TORCHCODEC = "global", "dispatcher", "torchcodec"
_BUFFER = 4096


class OneSide(Protocol):
    """What a comparison needs of a side; see ``Side`` and ``environments.environment``."""

    @property
    def name(self) -> str:
        """Return the complete name."""
        ...

    @property
    def has_info(self) -> bool:
        """Return whether the release has ``info``."""
        ...

    def open(
        self, path: str, *, normalize: bool, block_frames: int
    ) -> contextlib.AbstractContextManager[Stream]:
        """Open a file in blocks; see ``Side.open``."""
        ...


def is_environment(name: str) -> bool:
    """Return whether a side's name is that of another environment, ``VERSION@PYTHON``."""
    return "@" in name


@dataclasses.dataclass(frozen=True)
class Side:
    """How one side decodes.

    Attributes:
        name: complete, as ``2.0:global:sox_io``; ``parse`` accepts it.
        release: the flags of the release.
        mode: ``global``, ``dispatcher`` or ``torchcodec``.
        backend: its name; ``None`` if the dispatcher chooses for each file.
    """

    name: str
    release: releases.Release
    mode: str
    backend: str | None

    @property
    def has_info(self) -> bool:
        """Return whether the release has ``info``; 2.9 does not."""
        return self.release.old_names

    @functools.cached_property
    def _context(self) -> Context:
        return Context(self.release, None, types.ModuleType("torchaudio"))

    @contextlib.contextmanager
    def open(self, path: str, *, normalize: bool, block_frames: int) -> Iterator[Stream]:
        """Open a file as this side decodes it, in blocks; the errors are those of ``load``.

        Raises:
            RuntimeError, ValueError, TypeError: the file cannot be read.
            BackendUnavailable: the backend does not work on this machine, whatever the file.
        """
        asked = Blocks(path, normalize, None, _BUFFER, block_frames)
        if self.mode == TORCHCODEC:
            self._context.registry.get("ffmpeg")
            with torchcodec.stream(asked, self.release) as stream:
                yield stream
            return
        with contextlib.ExitStack() as held:
            yield held.enter_context(_opened(self._readers(path), asked, self.release))

    def _readers(self, path: str) -> list[Backend]:
        """Return the backends for a path, in the order in which they are tried."""
        context = self._context
        if self.mode == DISPATCHER:
            if self.backend is not None:
                return [context.registry.get(self.backend)]
            if not context.chooser.available():
                raise BackendUnavailable(
                    "; ".join(
                        f"{name}: {context.chooser.why_not(name)}"
                        for name in context.registry.allowed
                    )
                )
            return [context.chooser.reader(None, path, None)]
        if self.backend == "sox_io":
            other = sox_io_backend.fall_back(context.registry, self.release)
            return [context.registry.get("sox"), *([other] if other else [])]
        return [context.registry.get("soundfile")]


@contextlib.contextmanager
def _opened(readers: list[Backend], asked: Blocks, release: releases.Release) -> Iterator[Stream]:
    """Yield the stream of the first backend that opens a file; if none does, raise all errors."""
    with contextlib.ExitStack() as held:
        causes: list[str] = []
        for number, reader in enumerate(readers, 1):
            try:
                stream = held.enter_context(reader.stream(asked, release))
            except BackendError as why:
                causes.append(str(why))
                if number == len(readers):
                    raise BackendError(" ".join(causes)) from why
            else:
                break
        yield stream


def parse(text: str) -> Side:
    """Return the side for ``RELEASE[:MODE][:BACKEND]``.

    Raises:
        UsageError: there is no such release, mode or backend; the text lists the valid ones.
    """
    parts = text.split(":")
    try:
        release = releases.named(parts[0])
    except AudioError as why:
        raise UsageError(str(why)) from why
    rest = parts[1:]
    mode = rest.pop(0) if rest and rest[0] in (GLOBAL, DISPATCHER, TORCHCODEC) else None
    backend = rest.pop(0) if rest else None
    if rest:
        raise UsageError(
            f"{text!r} is not RELEASE[:MODE][:BACKEND], as in 2.0:sox_io or 2.1:global:soundfile"
        )
    if release.torchcodec:
        return _of_torchcodec(text, release, mode, backend)
    mode = mode or _mode(release, backend)
    if mode == TORCHCODEC:
        raise UsageError(f"{text!r}: TorchCodec decodes for 2.9, not for {release.name}")
    if mode == GLOBAL:
        return _of_global(text, release, backend)
    backend = backends.RENAMED.get(backend, backend) if backend else None
    if backend is not None and backend not in backends.PER_CALL:
        raise UsageError(
            f"{text!r}: there is no backend {backend!r}; there is {', '.join(backends.PER_CALL)}"
        )
    return Side(
        ":".join(filter(None, (release.name, DISPATCHER, backend))), release, DISPATCHER, backend
    )


def _mode(release: releases.Release, backend: str | None) -> str:
    """Return the mechanism that a backend's name implies, or the release's default."""
    if backend == "sox_io" and release.global_backend != "never":
        return GLOBAL
    if backend in ("ffmpeg", "sox") or release.dispatcher:
        return DISPATCHER
    return GLOBAL


def _of_torchcodec(
    text: str, release: releases.Release, mode: str | None, backend: str | None
) -> Side:
    if mode not in (None, TORCHCODEC) or backend is not None:
        raise UsageError(f"{text!r}: {release.name} uses TorchCodec only; write {release.name}")
    return Side(f"{release.name}:{TORCHCODEC}", release, TORCHCODEC, None)


def _of_global(text: str, release: releases.Release, backend: str | None) -> Side:
    if release.global_backend == "never":
        raise UsageError(f"{text!r}: {release.name} has no global backend; 2.0 and 2.1 have")
    if backend is not None and backend not in backends.GLOBAL:
        raise UsageError(
            f"{text!r}: there is no global backend {backend!r}; there is "
            f"{', '.join(backends.GLOBAL)}"
        )
    if backend is None:
        context = Context(
            dataclasses.replace(release, dispatcher=False), None, types.ModuleType("torchaudio")
        )
        backend = context.global_backend.default()
        if backend is None:
            raise UsageError(
                f"{text!r}: no global backend works here; run `python -m compat.doctor`"
            )
    return Side(f"{release.name}:{GLOBAL}:{backend}", release, GLOBAL, backend)
