"""Choose the backend that serves a call, and let it serve."""

from __future__ import annotations

import functools
from collections.abc import Callable

from dispatcher import arguments, flac_fast_path, interrupts, short_files
from dispatcher.backend import Backend, Uri
from dispatcher.errors import ArgumentError, BackendError, BackendUnavailable, problem
from dispatcher.lazily import torch
from dispatcher.metadata import AudioMetaData
from dispatcher.registry import Registry
from dispatcher.requests import Load, Save
from dispatcher.settings import Settings


class Chooser:
    """The choice of the backend that serves a call.

    Where a call names no backend, ``preferred`` is asked before all others; with ``None`` the
    release's order holds.
    """

    registry: Registry
    settings: Settings

    def __init__(self, registry: Registry, settings: Settings) -> None:
        self.registry, self.settings = registry, settings
        self.preferred: str | None = None
        self._ordered: tuple[str | None, tuple[str, ...]] | None = None
        # says why a backend cannot be used; ``compat`` sets one that knows the machine better
        self.explain: Callable[[str, BackendUnavailable], str] = lambda name, why: why.explain()

    def why_not(self, name: str) -> str:
        """Return why a backend cannot be used, with the remedy; "" if it can be used."""
        try:
            self.registry.get(name)
        except BackendUnavailable as why:
            return self.explain(name, why)
        return ""

    def available(self) -> list[str]:
        """Return the names of the backends that work here, in the order in which they are asked."""
        return [name for name in self._order() if self.registry.find(name) is not None]

    def _order(self) -> tuple[str, ...]:
        """Return the backends that serve calls without a name, in the order they are asked.

        These are the backends of the releases and those that the caller chose. So a new file in
        ``dispatcher.backends`` changes nothing in a pinned release.
        """
        if self._ordered is None or self._ordered[0] != self.preferred:
            first = () if self.preferred is None else (self.preferred,)
            ours = (*self.settings.choice_order, *Settings.choice_order, *self.registry.chosen)
            names = dict.fromkeys((*first, *ours))
            self._ordered = (
                self.preferred,
                tuple(name for name in names if name in self.registry.allowed),
            )
        return self._ordered[1]

    def named(self, name: object) -> Backend:
        """Return the backend that a call names.

        Raises:
            ArgumentError: (a ValueError) the backend is unknown or does not work here; the text
                says why and lists those that work.
        """
        if isinstance(name, str) and (found := self.registry.find(name)) is not None:
            return found
        names = self.available()
        why = (
            self.why_not(name)
            if isinstance(name, str) and name in self.registry.allowed
            else "there is no such backend"
        )
        hint = ' (in a call, "sox_io" is called "sox")' if name == "sox_io" else ""
        raise ArgumentError(
            f"backend={name!r} cannot be used: {why}{hint}. "
            f"Those that work here: {', '.join(names) or 'none'}."
        )

    def choose(
        self, backend: object, action: str, refuses: str, uri: Uri, format: str | None
    ) -> Backend:
        """Return the backend that the call names, or the first one that can take the input.

        Raises:
            ArgumentError: (a ValueError) the name is unknown, or the backend does not work here.
            BackendError: (a RuntimeError) no backend can take the input; the text lists each one's
                reason.
        """
        if backend is not None:
            return self.named(backend)
        reasons = []
        for name in self._order():
            candidate = self.registry.find(name)
            if candidate is None:
                continue
            why: str | None = getattr(candidate, refuses)(uri, format)
            if why is None:
                return candidate
            reasons.append(f"{name}: {why}")
        reasons += [f"{name}: {broken}" for name in self._order() if (broken := self.why_not(name))]
        cause = "no backend can take it (" + " | ".join(reasons) + ")"
        raise problem(
            BackendError,
            action,
            uri,
            cause,
            hint="Run `python -m compat.doctor` to see what is missing.",
        )

    def reader(self, backend: object, uri: Uri, format: str | None) -> Backend:
        """Return the backend for ``info`` and ``load``."""
        return self.choose(backend, "read", "refuses_to_read", uri, format)

    def writer(self, backend: object, uri: Uri, format: str | None) -> Backend:
        """Return the backend for ``save``."""
        return self.choose(backend, "write", "refuses_to_write", uri, format)

    def _checked(self, asked: Load, backend: object) -> Load:
        """Return checked arguments; where FFmpeg takes no bytes as a path, they are the content."""
        is_path = self.settings.bytes_paths or backend not in (None, "ffmpeg")
        if isinstance(asked.uri, bytes) and not is_path:
            asked = asked._replace(uri=arguments.from_memory(asked.uri))
        return arguments.checked_load(asked)

    def info(self, asked: Load, backend: object) -> AudioMetaData:
        """Return what the backend for a call finds in a file's header."""
        with interrupts.deferred():
            asked = self._checked(asked, backend)
            reader = self.reader(backend, asked.uri, asked.format)
            return reader.info(asked.uri, asked.format, asked.buffer_size, self.settings)

    def load(self, asked: Load, backend: object) -> tuple[torch.Tensor, int]:
        """Return the samples that the backend for a call reads, and their sample rate in Hz."""
        with interrupts.deferred():
            asked = self._checked(asked, backend)
            reader = self.reader(backend, asked.uri, asked.format)
            asked = arguments.checked_piece(asked, reader.leniency)
            if backend is not None:
                return short_files.load(reader, asked, self.settings)
            faster = functools.partial(flac_fast_path.load, reader, self.registry, self.settings)
            return short_files.load(reader, asked, self.settings, faster)

    def save(self, asked: Save, backend: object) -> None:
        """Write samples with the backend for a call."""
        with interrupts.deferred():
            asked = arguments.checked_save(asked)
            self.writer(backend, asked.uri, asked.format).save(asked, self.settings)
