"""Refuse what cannot be written, before a library is called.

Some libraries would end the process, or write a header that nothing reads.
"""

from __future__ import annotations

import math
import operator
from typing import Any

from dispatcher.errors import ArgumentTypeError, BackendError
from dispatcher.lazily import np, npt

MOST_RATE = (1 << 31) - 1
# samples of a block: with fewer, an assertion of FFmpeg's encoder aborts the process
_LEAST_FOR_TTA = 6
_MOST_IN_TTA = 16  # channels
LOUDEST_FOR_MP3 = 2.0**20  # from about here on an assertion of the mp3 encoder aborts the process
# FFmpeg's encoders that end the process or loop for ever at louder samples, in any container
_LOUDEST = {"libmp3lame": LOUDEST_FOR_MP3, "aac": 2.0**16}  # aac bears 1e5, and not 2e6


def sample_rate(rate: Any) -> int:
    """Return a sample rate in Hz as an int; numpy's integers and one-integer tensors are accepted.

    Raises:
        BackendError: (a RuntimeError) no header can hold it.
        ArgumentTypeError: (a TypeError) it is no integer.
    """
    try:
        found = operator.index(rate)
    except TypeError as why:
        raise ArgumentTypeError(f"sample_rate is {rate!r}, and must be an int") from why
    if not 0 < found <= MOST_RATE:
        raise BackendError(f"sample_rate is {found}, and must be 1 to {MOST_RATE} Hz")
    return found


def within(what: str, found: int, least: int, most: int, container: str) -> None:
    """Refuse a number of channels, or a rate, that a container's encoder does not take.

    Raises:
        BackendError: (a RuntimeError) the text says what it takes.
    """
    if not least <= found <= most:
        raise BackendError(f"{container} takes {what} from {least} to {most}, not {found}")


def header_of_tta(rate: int, channels: int) -> None:
    """Refuse more channels than FFmpeg's decoder takes, and a rate that makes blocks too short.

    A block is a second.

    Raises:
        BackendError: (a RuntimeError) saying what it takes.
    """
    within("sample rates", rate, _LEAST_FOR_TTA, MOST_RATE, "FFmpeg's TTA encoder")
    within("channels", channels, 1, _MOST_IN_TTA, "FFmpeg's TTA decoder")


def frames_of_tta(found: int, channels: int, rate: int) -> None:
    """Refuse a length whose last block is too short for FFmpeg's TTA encoder.

    Raises:
        BackendError: (a RuntimeError) saying what to do instead.
    """
    last = found % (256 * rate // 245)
    # one frame of six channels has as many samples as six of one channel, and is too short
    if 0 < last * channels < _LEAST_FOR_TTA or (last, channels) == (1, 6):
        cause = (
            f"FFmpeg's TTA encoder cannot take the last {last} of {found} frames, "
            "which are a block by themselves"
        )
        raise BackendError(
            f"{cause}; save as wv or flac, or add {_LEAST_FOR_TTA} frames of silence"
        )


def never_ends(encoder: str, frames: int) -> bool:
    """Return whether an encoder that got so many frames loops for ever when it is flushed."""
    return encoder == "vorbis" and not frames


def numbers(samples: npt.NDArray[Any], container: str, loudest: float = math.inf) -> None:
    """Refuse samples that are NaN, or so loud that an encoder aborts the process.

    Raises:
        BackendError: (a RuntimeError) the text says which.
    """
    if samples.dtype.kind != "f" or not samples.size:
        return
    least, most = float(samples.min()), float(samples.max())
    if np.isnan(least) or np.isnan(most):
        raise BackendError(
            f"some samples are NaN, which {container} cannot hold; "
            "look for them with waveform.isnan()"
        )
    if max(abs(least), abs(most)) > loudest:
        raise BackendError(
            f"samples go from {least:g} to {most:g}, and {container} takes -1 to 1; "
            "scale them before saving"
        )


def for_encoder(samples: npt.NDArray[Any], encoder: str) -> None:
    """Refuse samples of which an encoder of FFmpeg makes noise, or at which it never ends.

    PCM takes whatever there is.

    Raises:
        BackendError: (a RuntimeError) the text says which.
    """
    if not encoder.startswith("pcm_"):
        numbers(
            samples,
            encoder.removeprefix("lib").removesuffix("lame"),
            _LOUDEST.get(encoder, math.inf),
        )
