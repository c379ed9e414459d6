"""Convert libsox' samples, always int32 and interleaved, to tensors and back.

They are rounded as libsox does it: a float32 sample keeps 24 bits, an integer is rounded to the
nearest and clipped.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from dispatcher.lazily import np, npt, torch

Samples: TypeAlias = "npt.NDArray[np.int32]"

_SCALE = 2.0**31
_MAX = 2**31 - 1
_PIECE = 1 << 14


def to_dtype(samples: Samples, dtype: str) -> npt.NDArray[Any]:
    """Return samples, ``[time, channel]``, in the dtype of a tensor."""
    if dtype == "int32":
        return samples
    out = np.empty(samples.shape, dtype)
    for first in range(0, len(samples), _PIECE):
        convert(samples[first : first + _PIECE].copy(), out[first : first + _PIECE].T)
    return out


def convert(piece: Samples, out: npt.NDArray[Any], *, short: bool = False) -> None:
    """Put samples, ``[time, channel]``, into an array ``[channel, time]`` of a tensor's dtype.

    ``piece`` is overwritten on the way. ``short`` says that no sample has more than 24 bits, so
    that a float32 holds it as it is.
    """
    if out.dtype == np.float32:
        loudest = None
        if not short:
            loudest = piece > _MAX - 64
            piece += np.int32(64)  # round to 24 bits and the sign; the loudest wrap around
            piece &= np.int32(~127)
        np.multiply(piece.T, np.float32(1 / _SCALE), out=out, dtype=np.float32, casting="unsafe")
        if loudest is not None and loudest.any():
            out[loudest.T] = 1
    elif out.dtype == np.int16:
        # adding half of what the shift drops rounds to the nearest; the bound prevents overflow
        np.minimum(piece, np.int32(_MAX - 0x8000), out=piece)
        piece += np.int32(0x8000)
        np.right_shift(piece.T, 16, out=out, casting="unsafe")
    elif out.dtype == np.uint8:
        np.minimum(piece, np.int32(_MAX - 0x800000), out=piece)
        piece += np.int32(0x800000)
        piece >>= 24
        np.add(piece.T, 128, out=out, casting="unsafe")
    else:
        out[...] = piece.T


def from_tensor(src: torch.Tensor) -> Samples:
    """Return a tensor, ``[time, channel]``, as contiguous samples."""
    data = src.detach().resolve_neg().numpy()
    if data.dtype == np.float32:
        scaled = np.multiply(data, _SCALE, dtype=np.float64)
        np.clip(scaled, -_SCALE, _MAX, out=scaled)
        return np.ascontiguousarray(np.nan_to_num(scaled, copy=False, nan=-_SCALE).astype(np.int32))
    if data.dtype == np.int16:
        return np.ascontiguousarray(data, dtype=np.int32) << 16
    if data.dtype == np.uint8:
        return (np.ascontiguousarray(data, dtype=np.int32) - 128) << 24
    return np.ascontiguousarray(data)
