"""libsox' samples, always int32 and interleaved, as tensors and back.

The rounding is libsox' own: a float32 sample keeps 24 bits, an integer is rounded to the nearest and clipped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import torch

    Samples = npt.NDArray[np.int32]

_SCALE = 2.0**31
_MAX = 2**31 - 1


def to_dtype(samples: Samples, dtype: str) -> npt.NDArray[Any]:
    """Samples, ``[time, channel]``, in the dtype of a tensor."""
    import numpy as np

    if dtype == "int32":
        return samples
    if dtype == "float32":
        # the clipping bound keeps the largest samples from rounding up past 1.0
        rounded = (np.minimum(samples, _MAX - 64) + np.int32(64)) & np.int32(~127)
        scaled: npt.NDArray[Any] = np.multiply(rounded, np.float32(1 / _SCALE), dtype=np.float32)
        return scaled
    if dtype == "int16":
        return ((np.minimum(samples, _MAX - 0x8000) + np.int32(0x8000)) >> 16).astype(np.int16)
    return (((np.minimum(samples, _MAX - 0x800000) + np.int32(0x800000)) >> 24) + 128).astype(np.uint8)


def from_tensor(src: torch.Tensor) -> Samples:
    """A tensor, ``[time, channel]``, as contiguous samples."""
    import numpy as np

    data = src.detach().numpy()
    if data.dtype == np.float32:
        scaled = np.multiply(data, _SCALE, dtype=np.float64)
        np.clip(scaled, -_SCALE, _MAX, out=scaled)
        return np.ascontiguousarray(np.nan_to_num(scaled, copy=False, nan=-_SCALE).astype(np.int32))
    if data.dtype == np.int16:
        return np.ascontiguousarray(data, dtype=np.int32) << 16
    if data.dtype == np.uint8:
        return (np.ascontiguousarray(data, dtype=np.int32) - 128) << 24
    return np.ascontiguousarray(data)
