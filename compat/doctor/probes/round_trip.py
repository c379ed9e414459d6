"""Write a signal with one backend, read it back, and compare sample by sample."""

import os
import pathlib
import sys
import tempfile
from typing import Any

from dispatcher.lazily import torch

_RATE, _FRAMES = 16000, 16000
# a chunk without content; dispatcher.plain_wav leaves a file with an unknown one to the library
_UNKNOWN_CHUNK = b"note" + bytes(4)


def probe(task: str) -> dict[str, Any]:
    """Save, inspect and load a file with the backend ``task``.

    Return the header, what it should be, and the largest difference of two 16-bit samples.
    """
    import dispatcher

    time = torch.arange(_FRAMES, dtype=torch.float64) / _RATE
    waveform = torch.stack(
        [0.5 * torch.sin(2 * torch.pi * 440 * time), 0.25 * torch.cos(2 * torch.pi * 1000 * time)]
    )
    samples = (waveform * 32767).round().to(torch.int16)
    with tempfile.TemporaryDirectory(prefix="doctor-") as folder:
        # an ASCII locale allows no ü
        allowed = "round trip ü.wav".encode(sys.getfilesystemencoding(), "ignore")
        path = str(pathlib.Path(folder, os.fsdecode(allowed)))
        dispatcher.save(path, samples, _RATE, encoding="PCM_S", bits_per_sample=16, backend=task)
        with open(path, "ab") as file:
            file.write(_UNKNOWN_CHUNK)
        told = dispatcher.info(path, backend=task)
        loaded, rate = dispatcher.load(path, normalize=False, backend=task)
        size = pathlib.Path(path).stat().st_size
    same_shape = tuple(loaded.shape) == tuple(samples.shape)
    apart = (
        int((loaded.to(torch.int64) - samples.to(torch.int64)).abs().max())
        if same_shape and loaded.dtype == torch.int16
        else None
    )
    return {
        "bytes": size,
        "info": {
            "sample_rate": told.sample_rate,
            "num_frames": told.num_frames,
            "num_channels": told.num_channels,
        },
        "expected": {"sample_rate": _RATE, "num_frames": _FRAMES, "num_channels": 2},
        "rate": rate,
        "dtype": str(loaded.dtype).removeprefix("torch."),
        "shape": list(loaded.shape),
        "apart": apart,
    }
