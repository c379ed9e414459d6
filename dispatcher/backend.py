"""What a backend is: ``info``, ``load``, ``stream`` and ``save`` over one library."""

from __future__ import annotations

import abc
import contextlib
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from dispatcher import lazily
from dispatcher.metadata import AudioMetaData
from dispatcher.requests import Blocks, Load, Save
from dispatcher.settings import Settings
from dispatcher.streaming import Stream

if TYPE_CHECKING:
    import torch
else:
    torch = lazily.module("torch")

# a path, a URL, or a file object; what else is given is for the backend to refuse, as the releases did
Uri: TypeAlias = Any


def is_readable(uri: object) -> bool:
    """Whether a call was given a file object to read, and not a path."""
    return hasattr(uri, "read")


def is_writable(uri: object) -> bool:
    """Whether a call was given a file object to write, and not a path."""
    return hasattr(uri, "write")


class Backend(abc.ABC):
    """One library behind ``info``, ``load``, ``stream`` and ``save``.

    A subclass lives in a module of ``dispatcher.backends`` that is called like it. Importing that module must not fail
    where the library is missing: ``open`` is what tells.
    """

    name: ClassVar[str]
    # the kinds of files put together of several (``parts``) of which it reads all; None where it looks itself
    reads_on_in: ClassVar[frozenset[str] | None] = None

    @classmethod
    @abc.abstractmethod
    def open(cls) -> Backend:
        """The backend, ready for use.

        Raises:
            BackendUnavailable: with the reason, every attempt and the mend.
        """

    def refuses_to_read(self, uri: Uri, format: str | None) -> str | None:
        """Why this backend is passed over for reading where no backend is named, or ``None`` where it is not."""
        return None

    def refuses_to_write(self, uri: Uri, format: str | None) -> str | None:
        """Why this backend is passed over for writing where no backend is named, or ``None`` where it is not."""
        return None

    @abc.abstractmethod
    def info(self, uri: Uri, format: str | None, buffer_size: int, settings: Settings) -> AudioMetaData:
        """What the header, and where it must the data, tells of ``uri``."""

    @abc.abstractmethod
    def load(self, asked: Load, settings: Settings) -> tuple[torch.Tensor, int]:
        """The samples, ``[channel, time]`` or ``[time, channel]``, and the sample rate in Hz."""

    @abc.abstractmethod
    def stream(self, asked: Blocks, settings: Settings) -> contextlib.AbstractContextManager[Stream]:
        """The whole file in blocks, in bounded memory, with what ``info`` and ``load`` give; errors as theirs."""

    @abc.abstractmethod
    def save(self, asked: Save, settings: Settings) -> None:
        """Write ``asked.src``; a call that is refused leaves the target as it was."""
