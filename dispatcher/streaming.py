"""A file decoded from its start in blocks, opened once for what ``info`` and ``load`` give.

For callers that must see every sample of files longer than memory. The blocks together are exactly
what ``load`` returns for the whole file, so nothing here seeks. (One exception: libsndfile rounds
the last bit of mp3 by the length of each read.)
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy.typing as npt

    from dispatcher.metadata import AudioMetaData

BLOCK_FRAMES = 1 << 18


@dataclasses.dataclass(frozen=True)
class Stream:
    """An open file.

    Attributes:
        backend: the name of the backend that opened it.
        metadata: what ``info`` returns, except that ``num_frames`` is -1 where ``info`` would
            decode the file to count.
        blocks: the samples, ``[channel, time]``, in the dtype of ``load``. Each block has as many
            frames as were asked for; only the last has fewer. The caller may keep a block. Taking
            one raises RuntimeError or ValueError where ``load`` does.
    """

    backend: str
    metadata: AudioMetaData
    blocks: Iterator[npt.NDArray[Any]]


def worded(blocks: Iterator[npt.NDArray[Any]], wording: AbstractContextManager[None]) -> Iterator[npt.NDArray[Any]]:
    """Give the blocks, and add context to the errors of taking one.

    This is done here and not around the open file, whose user may raise errors that are not the
    file's.
    """
    with wording:
        yield from blocks
