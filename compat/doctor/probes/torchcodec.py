"""Load TorchCodec and decode a short file, since it loads its libraries only then."""

import importlib.util
import struct
from typing import Any

_RATE, _FRAMES = 8000, 800


def probe(task: str) -> dict[str, Any]:
    """Decode a file, and return whether there is an encoder.

    Raises:
        RuntimeError: it decodes another number of frames.
    """
    decoders = importlib.import_module("torchcodec.decoders")
    samples = decoders.AudioDecoder(_sound()).get_all_samples()
    if samples.data.shape[-1] != _FRAMES:
        raise RuntimeError(f"it decodes {samples.data.shape[-1]} of {_FRAMES} frames")
    return {"encodes": importlib.util.find_spec("torchcodec.encoders") is not None}


def _sound() -> bytes:
    """Return a WAV of silence: one channel, 16 bits."""
    form = struct.pack("<HHIIHH", 1, 1, _RATE, 2 * _RATE, 2, 16)
    data = bytes(2 * _FRAMES)
    chunks = (
        b"WAVEfmt "
        + struct.pack("<I", len(form))
        + form
        + b"data"
        + struct.pack("<I", len(data))
        + data
    )
    return b"RIFF" + struct.pack("<I", len(chunks)) + chunks
