"""Give libsndfile only samples that it can take: others crash it, or come out as noise."""

from __future__ import annotations

import math
from typing import Any

from dispatcher import arguments
from dispatcher.errors import ArgumentTypeError, BackendError, problem
from dispatcher.lazily import np, npt
from dispatcher.requests import Save
from dispatcher.writing import writable

_BACKEND = "soundfile"
# what libsndfile takes; for the first two, the encoders behind it crash at anything else
_MOST_CHANNELS = {"VORBIS": 255, "MPEG_LAYER_III": 2, "flac": 8, "": 1024}
_RATES = {"VORBIS": (1, 200_000), "MPEG_LAYER_III": (8000, 48000)}
_BY_TABLE = ("ULAW", "ALAW")
_NAMED = {"VORBIS": "Vorbis", "MPEG_LAYER_III": "mp3", "ULAW": "u-law", "ALAW": "A-law"}
_LOUDEST = {"MPEG_LAYER_III": writable.LOUDEST_FOR_MP3}


def as_array(asked: Save) -> npt.NDArray[Any]:
    """Return the tensor's samples as a numpy array, in their own dtype.

    Raises:
        BackendError, ArgumentTypeError: (RuntimeError, TypeError) numpy cannot hold them.
    """
    if asked.src.requires_grad:
        raise problem(
            BackendError,
            "write",
            asked.uri,
            "the tensor requires grad; save tensor.detach()",
            backend=_BACKEND,
        )
    try:
        samples: npt.NDArray[Any] = asked.src.resolve_conj().resolve_neg().numpy()
    except RuntimeError as why:
        raise problem(BackendError, "write", asked.uri, why, backend=_BACKEND) from why
    except TypeError as why:
        dtype = str(asked.src.dtype).removeprefix("torch.")
        cause = f"libsndfile takes no {dtype}; convert the tensor to float32"
        raise problem(ArgumentTypeError, "write", asked.uri, cause, backend=_BACKEND) from why
    return samples


def checked(subtype: str, container: str, samples: Any, sample_rate: Any) -> tuple[Any, int]:
    """Return ``[time, channel]`` samples and a sample rate (Hz) that libsndfile can take.

    Raises:
        BackendError: libsndfile, or the encoder behind it, would crash or end the process.
    """
    rate, named = writable.sample_rate(sample_rate), _NAMED.get(subtype, container)
    if not samples.shape[1]:
        raise BackendError("the tensor has no channels")
    kind = next(key for key in (subtype, container, "") if key in _MOST_CHANNELS)
    most, channels = _MOST_CHANNELS[kind], samples.shape[1]
    if channels > most:
        cause = f"{named} takes channels from 1 to {most}, not {channels}"
        raise BackendError(f"{cause}; {arguments.TRANSPOSED}")
    if subtype in _RATES:
        writable.within("sample rates", rate, *_RATES[subtype], named)
    if subtype in _NAMED or container == "flac":
        writable.numbers(samples, named, _LOUDEST.get(subtype, math.inf))
    # libsndfile 1.2 turns two channels of int16 into noise
    if subtype == "MPEG_LAYER_III" and samples.dtype == np.int16:
        samples = samples.astype(np.float32) / np.float32(1 << 15)
    # libsndfile looks these up in a table, and reads beyond its end for louder samples
    if subtype in _BY_TABLE and samples.dtype.kind == "f":
        samples = np.clip(samples, -1, 1)
    return samples, rate
