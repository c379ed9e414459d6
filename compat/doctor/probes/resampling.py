"""Resample one second from 16 to 8 kHz, with torchaudio's functions or with this package's."""

from typing import Any

from dispatcher.lazily import torch

_FROM, _TO, _TONE = 16000, 8000, 440


def probe(task: str) -> dict[str, Any]:
    """Resample through ``torchaudio`` or ``compat``, whichever ``task`` names.

    Return the length, and the largest difference from the same tone generated at 8 kHz.
    """
    resampled = _resample(task)(_tone(_FROM), _FROM, _TO)
    wanted = _tone(_TO)
    inner = slice(200, _TO - 200)  # the ends depend on the samples beyond them
    return {
        "frames": int(resampled.shape[-1]),
        "expected": _TO,
        "apart": float((resampled[..., inner] - wanted[..., inner]).abs().max())
        if resampled.shape == wanted.shape
        else None,
        "finite": bool(torch.isfinite(resampled).all()),
    }


def _tone(rate: int) -> Any:
    return torch.sin(2 * torch.pi * _TONE * torch.arange(rate, dtype=torch.float64) / rate).to(
        torch.float32
    )[None]


def _resample(task: str) -> Any:
    if task == "torchaudio":
        import torchaudio.functional

        return torchaudio.functional.resample
    import compat

    return compat.standin().functional.resample
