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
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TypeAlias

from compat import releases
from compat.commands.arguments import UsageError
from compat.contents.context import Context
from compat.names import backends
from dispatcher import short_files, torchcodec
from dispatcher.errors import AudioError, BackendError
from dispatcher.requests import Blocks, Load
from legacy import sox_io_backend

if TYPE_CHECKING:
    from compat.audit.environments.environment import Environment
    from dispatcher.backend import Backend
    from dispatcher.streaming import Stream

GLOBAL, DISPATCHER, TORCHCODEC = "global", "dispatcher", "torchcodec"
_BUFFER = 4096
OneSide: TypeAlias = "Side | Environment"


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

    def open(
        self, path: str, *, normalize: bool, block_frames: int
    ) -> contextlib.AbstractContextManager[Stream]:
        """Open a file as this side decodes it, in blocks; the errors are those of ``load``.

        Raises:
            RuntimeError, ValueError, TypeError: the file cannot be read.
            BackendUnavailable: the backend does not work on this machine, whatever the file.
        """
        asked = Blocks(path, normalize, None, _BUFFER, block_frames)
        if self.mode == TORCHCODEC:
            self._context.registry.get("ffmpeg")
            return torchcodec.stream(asked, self.release)
        return _first(self._readers(path), asked, self.release)

    def _readers(self, path: str) -> list[Backend]:
        """Return the backends for a path, in the order in which they are tried."""
        context = self._context
        if self.mode == DISPATCHER:
            if self.backend is not None:
                return [context.registry.get(self.backend)]
            # without the one that is asked first, another would decode, and all would look the same
            allowed = [name for name in backends.PER_CALL if name in context.registry.allowed]
            if allowed:
                context.registry.get(allowed[0])
            return [context.chooser.reader(None, path, None)]
        if self.backend == "sox_io":
            other = sox_io_backend.fall_back(context.registry, self.release)
            return [context.registry.get("sox"), *([other] if other else [])]
        return [context.registry.get("soundfile")]


@contextlib.contextmanager
def _first(readers: list[Backend], asked: Blocks, release: releases.Release) -> Iterator[Stream]:
    """Yield the stream of the first backend that opens a file; if none does, raise all errors."""
    causes: list[BackendError] = []
    with contextlib.ExitStack() as held:
        for reader in readers:
            try:
                short_files.examined(reader, Load(asked.uri))
                stream = held.enter_context(reader.stream(asked, release))
                break
            except BackendError as why:
                causes.append(why)
        else:
            first, *others = causes
            if not others:
                raise first
            raise sox_io_backend.neither(first, others[0], asked.uri) from others[0]
        yield stream


def parse(text: str) -> Side:
    """Return the side for ``RELEASE[:MODE][:BACKEND]``.

    Raises:
        UsageError: there is no such release, mode or backend; the text lists the valid ones.
    """
    name, *rest = text.split(":")
    try:
        release = releases.named(name)
    except AudioError as why:
        raise UsageError(str(why)) from why
    mode = rest.pop(0) if rest and rest[0] in (GLOBAL, DISPATCHER, TORCHCODEC) else None
    backend = rest.pop(0) or None if rest else None
    if rest:
        raise UsageError(
            f"{text!r} is not RELEASE[:MODE][:BACKEND], as in 2.0:sox_io or 2.1:global:soundfile"
        )
    if release.torchcodec and (mode not in (None, TORCHCODEC) or backend):
        raise UsageError(f"{text!r}: {release.name} uses TorchCodec only; write {release.name}")
    mode = mode or _mode(release, backend)
    if mode == TORCHCODEC and not release.torchcodec:
        raise UsageError(f"{text!r}: TorchCodec decodes for 2.9, not for {release.name}")
    if mode == GLOBAL:
        backend = _global_backend(text, release, backend)
    elif backend:
        backend = backends.RENAMED.get(backend, backend)
        _require(text, "backend", backend, backends.PER_CALL)
    return Side(":".join(filter(None, (release.name, mode, backend))), release, mode, backend)


def _require(text: str, kind: str, backend: str, known: Iterable[str]) -> None:
    if backend not in known:
        raise UsageError(f"{text!r}: there is no {kind} {backend!r}; there is {', '.join(known)}")


def _mode(release: releases.Release, backend: str | None) -> str:
    """Return the mechanism that a backend's name implies, or the release's default."""
    if release.torchcodec:
        return TORCHCODEC
    if backend == "sox_io" and release.global_backend != "never":
        return GLOBAL
    return DISPATCHER if backend in ("ffmpeg", "sox") or release.dispatcher else GLOBAL


def _global_backend(text: str, release: releases.Release, backend: str | None) -> str:
    """Return the name of a global backend, by default that of the release on this machine."""
    if release.global_backend == "never":
        raise UsageError(f"{text!r}: {release.name} has no global backend; 2.0 and 2.1 have")
    if backend:
        _require(text, "global backend", backend, backends.GLOBAL)
        return backend
    without = dataclasses.replace(release, dispatcher=False)
    found = Context(without, None, types.ModuleType("torchaudio")).global_backend.default()
    if found is None:
        raise UsageError(f"{text!r}: no global backend works here; run `python -m compat.doctor`")
    return found
