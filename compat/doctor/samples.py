"""Compare the samples that two backends return for one file."""

from __future__ import annotations

from typing import Any

from dispatcher.lazily import torch

_LOOKED_AT = 1 << 20  # frames
_REACH = 1 << 12
_NOTHING = 1e-9  # squares of the differences, added up
_ALIKE = 0.999


def apart(one: torch.Tensor, other: torch.Tensor) -> dict[str, float] | None:
    """Measure how two waveforms ``[channel, time]`` at one sample rate differ.

    Returns:
        ``None`` if nothing can be compared; else ``likeness``, 1 for the same audio at any loudness
        and about 0 for unrelated audio; ``factor``, how many times louder ``other`` is; ``shift``,
        by how many frames ``other`` is later.
    """
    from compat.audit import alignment, measures

    if len(one) != len(other) or min(one.shape[1], other.shape[1]) < 2:
        return None
    first, second = (
        waveform[:, :_LOOKED_AT].detach().double().numpy() for waveform in (one, other)
    )
    found = _at(first, second, 0)
    if found["likeness"] < _ALIKE:
        old, new = measures.finite(first), measures.finite(second)
        channel = int((old**2).sum(axis=1).argmax())
        lag = alignment.lag(old[channel], new[channel], _REACH) or 0
        found = max(found, _at(first, second, lag), key=lambda one: one["likeness"])
    return found


def _at(first: Any, second: Any, lag: int) -> dict[str, float]:
    """Measure the same, with ``first[i + lag]`` beside ``second[i]``."""
    from compat.audit.measures import Measure

    old, new = first[:, max(lag, 0) :], second[:, max(-lag, 0) :]
    common = min(old.shape[1], new.shape[1])
    measure = Measure(0.0)
    measure.add(old[:, :common], new[:, :common])
    likeness = measure.likeness if measure.is_finite else 0.0
    if measure.squares <= _NOTHING:
        likeness = 1.0
    return {"likeness": likeness, "factor": measure.factor, "shift": -lag}
