"""The frames of both sides that belong together after a shift."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy.typing as npt

    from compat.audit.reading import Reading

    Block = npt.NDArray[Any]


def held(old: Block, new: Block, shift: int) -> Iterator[tuple[Block, Block]]:
    """Those of two files that are in memory whole, ``[channel, time]``."""
    first, second = old[:, max(shift, 0) :], new[:, max(-shift, 0) :]
    common = min(first.shape[1], second.shape[1])
    if common:
        yield first[:, :common], second[:, :common]


def streamed(old: Reading, new: Reading, shift: int) -> Iterator[tuple[Block, Block]]:
    """Those of two files that are read for it, from their start."""
    left, right = _from(old, max(shift, 0)), _from(new, max(-shift, 0))
    ahead, behind = next(left, None), next(right, None)
    while ahead is not None and behind is not None:
        common = min(ahead.shape[1], behind.shape[1])
        yield ahead[:, :common], behind[:, :common]
        ahead = ahead[:, common:] if ahead.shape[1] > common else next(left, None)
        behind = behind[:, common:] if behind.shape[1] > common else next(right, None)


def _from(reading: Reading, skipped: int) -> Iterator[Block]:
    """The blocks of a file, without its first frames."""
    while (block := reading.take()) is not None:
        if skipped < block.shape[1]:
            yield block[:, skipped:]
        skipped = max(0, skipped - block.shape[1])
