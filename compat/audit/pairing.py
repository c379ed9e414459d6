"""Pair the frames of both sides after a shift."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy.typing as npt

    from compat.audit.reading import Reading

    Block = npt.NDArray[Any]


def paired(old: Reading, new: Reading, shift: int) -> Iterator[tuple[Block, Block]]:
    """Yield the blocks of two completely read files, ``[channel, time]``, of equal length."""
    with old.again() as once, new.again() as more:
        left, right = _from(once, max(shift, 0)), _from(more, max(-shift, 0))
        ahead, behind = next(left, None), next(right, None)
        while ahead is not None and behind is not None:
            common = min(ahead.shape[1], behind.shape[1])
            yield ahead[:, :common], behind[:, :common]
            ahead = ahead[:, common:] if ahead.shape[1] > common else next(left, None)
            behind = behind[:, common:] if behind.shape[1] > common else next(right, None)


def _from(blocks: Iterator[Block], skipped: int) -> Iterator[Block]:
    """Yield the blocks of a file, without its first frames."""
    for block in blocks:
        if skipped < block.shape[1]:
            yield block[:, skipped:]
        skipped = max(0, skipped - block.shape[1])
