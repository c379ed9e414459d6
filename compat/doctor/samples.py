"""Compare the samples that two backends return for one file."""

from __future__ import annotations

from typing import Any

from dispatcher.lazily import np, torch

_LOOKED_AT = 1 << 20  # frames
_REACH = 1 << 12
_SILENCE = 1e-9
_ALIKE = 0.999


def apart(one: torch.Tensor, other: torch.Tensor) -> dict[str, float] | None:
    """Measure how two waveforms ``[channel, time]`` at one sample rate differ.

    Returns:
        ``None`` if nothing can be compared; else ``likeness``, 1 for the same audio at any loudness
        and about 0 for unrelated audio; ``factor``, how many times louder ``other`` is; ``shift``,
        by how many frames ``other`` is later.
    """
    from compat.audit import alignment

    if len(one) != len(other) or min(one.shape[1], other.shape[1]) < 2:
        return None
    first, second = (
        waveform[:, :_LOOKED_AT].detach().double().numpy() for waveform in (one, other)
    )
    odd = ~np.isfinite(first[:, : second.shape[1]]), ~np.isfinite(second[:, : first.shape[1]])
    if (odd[0] != odd[1]).any():
        return {"likeness": 0.0, "factor": 1.0, "shift": 0}
    first, second = (np.nan_to_num(each, posinf=0.0, neginf=0.0) for each in (first, second))
    found = _at(first, second, 0)
    if found["likeness"] < _ALIKE:
        channel = int(np.square(first).sum(axis=1).argmax())
        lag = alignment.lag(first[channel], second[channel], _REACH) or 0
        found = max(found, _at(first, second, lag), key=lambda one: one["likeness"])
    return found


def _at(first: Any, second: Any, lag: int) -> dict[str, float]:
    """Measure the same, with ``first[i + lag]`` beside ``second[i]``."""
    old, new = first[:, max(lag, 0) :], second[:, max(-lag, 0) :]
    common = min(old.shape[1], new.shape[1])
    old, new = old[:, :common], new[:, :common]
    energies = float(np.square(old).sum()), float(np.square(new).sum())
    likeness, factor = float(max(energies) <= _SILENCE), 1.0
    if min(energies) > _SILENCE:
        likeness = float((old * new).sum() / (energies[0] * energies[1]) ** 0.5)
        factor = (energies[1] / energies[0]) ** 0.5
    return {"likeness": likeness, "factor": factor, "shift": -lag}
