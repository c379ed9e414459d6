"""The base class of a backend: ``info``, ``load``, ``stream`` and ``save`` over one library."""

from __future__ import annotations

import abc
import contextlib
from typing import Any, ClassVar, TypeAlias

from dispatcher.lazily import torch
from dispatcher.metadata import AudioMetaData
from dispatcher.requests import Blocks, Leniency, Load, Save
from dispatcher.settings import Settings
from dispatcher.streaming import Stream

# a path, a URL, or a file object; the backend refuses anything else, as those of the releases did
Uri: TypeAlias = Any


class Backend(abc.ABC):
    """One library behind ``info``, ``load``, ``stream`` and ``save``.

    A subclass named ``Backend`` lives in the module of ``dispatcher.backends`` that has its name.
    Importing that module must not fail where the library is missing: only ``open`` may.
    """

    name: ClassVar[str]
    # frames before a piece from which on it may seek; with fewer it decodes all that comes before
    seeks_from: ClassVar[int] = 0
    # kinds of joined files (``Part.kind``) that it reads to the end; None if it checks that itself
    reads_on_in: ClassVar[frozenset[str] | None] = None
    leniency: ClassVar[Leniency] = Leniency()

    @classmethod
    @abc.abstractmethod
    def open(cls) -> Backend:
        """Load the library and return the backend, ready for use.

        Raises:
            BackendUnavailable: the library is missing or broken; holds the reason, every attempt
                and the remedy.
        """

    def refuses_to_read(self, uri: Uri, format: str | None) -> str | None:
        """Return why a call that names no backend skips this one for reading, or ``None``."""
        return None

    def refuses_to_write(self, uri: Uri, format: str | None) -> str | None:
        """Return why a call that names no backend skips this one for writing, or ``None``."""
        return None

    @abc.abstractmethod
    def info(
        self, uri: Uri, format: str | None, buffer_size: int, settings: Settings
    ) -> AudioMetaData:
        """Return the metadata of ``uri``, from its header or, if need be, from its data."""

    @abc.abstractmethod
    def load(self, asked: Load, settings: Settings) -> tuple[torch.Tensor, int]:
        """Return samples, ``[channel, time]`` or ``[time, channel]``, and the sample rate in Hz."""

    def load_plain(self, asked: Load) -> tuple[torch.Tensor, int] | None:
        """Return what ``load`` does, for a plain file that surely has all that its header says.

        ``None`` for any other file, which ``dispatcher.short_files`` then judges.
        """
        return None

    @abc.abstractmethod
    def stream(
        self, asked: Blocks, settings: Settings
    ) -> contextlib.AbstractContextManager[Stream]:
        """Open the whole file to be read in blocks, in bounded memory.

        Values and errors are those of ``info`` and ``load``.
        """

    @abc.abstractmethod
    def save(self, asked: Save, settings: Settings) -> None:
        """Write ``asked.src``; a call that is refused leaves the target as it was."""
