"""The global backend ``soundfile``: the dispatcher's, with the parameters of releases up to 2.0."""

from __future__ import annotations

from typing import Any

from dispatcher import Registry, arguments, interrupts, notices, short_files
from dispatcher.lazily import torch
from dispatcher.metadata import AudioMetaData
from dispatcher.requests import BUFFER_SIZE, Load, Save
from legacy.functions import Functions, taking
from legacy.settings import Settings


def functions(registry: Registry, settings: Settings) -> Functions:
    """Make the three functions for one set of flags and backends."""

    def info(filepath: Any, format: str | None) -> AudioMetaData:
        """Return sample rate (Hz), length (frames), channels, bit depth and encoding of a file.

        As ``dispatcher.info``.

        Args:
            filepath: path, or a file object that can seek.
            format: ignored; libsndfile looks at the content.

        Raises:
            RuntimeError: libsndfile cannot read the file.
        """
        with interrupts.deferred():
            asked = arguments.checked_load(Load(filepath, format=format), "soundfile")
            return registry.get("soundfile").info(filepath, asked.format, BUFFER_SIZE, settings)

    def load(filepath: Any, **rest: Any) -> tuple[torch.Tensor, int]:
        """Return samples, ``[channel, time]`` or ``[time, channel]``, and the sample rate in Hz.

        As ``dispatcher.load``.

        Raises:
            RuntimeError: libsndfile cannot read the file.
            ValueError: with ``normalize=False``, libsndfile has no dtype for a WAV file's subtype.
        """
        backend = registry.get("soundfile")
        asked = arguments.checked_load(Load(filepath, **rest), "soundfile")
        asked = arguments.checked_piece(asked, backend.leniency, "soundfile")
        with interrupts.deferred():
            return short_files.load(backend, asked, settings)

    def save(filepath: Any, compression: float | None, **rest: Any) -> None:
        """Write ``[channel, time]`` (or ``[time, channel]``) samples to a file.

        As ``dispatcher.save``; but ``compression`` comes before ``format``, and is ignored with a
        warning.

        Raises:
            RuntimeError, ValueError, TypeError: the arguments do not fit together, or the file
                cannot be written.
        """
        if compression is not None:
            text = f"soundfile has no compression: compression={compression!r} is ignored"
            notices.warn(text, notices.IgnoredArgumentWarning)
        backend = registry.get("soundfile")
        place = (
            filepath
            if hasattr(filepath, "write")
            else arguments.fspath("write", filepath, "soundfile")
        )
        asked = arguments.checked_save(Save(place, **rest), "soundfile")
        with interrupts.deferred():
            backend.save(asked, settings)

    return taking(info, load, save)
