"""A file decoded from its start, a block at a time: one opening gives what ``info`` tells and what ``load`` gives.

For whoever must see every sample of files that may be longer than memory. The blocks put together are exactly what ``load``
gives for the whole file, which is why none of this seeks. (Of mp3, libsndfile rounds the last bit by where it is read up to.)
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
        metadata: what ``info`` gives, but that ``num_frames`` is -1 where ``info`` would count what decoding gives.
        blocks: the samples, ``[channel, time]``, in the dtype that ``load`` gives: every block has as many frames as were asked
            for, but the last, which has fewer. A block is the taker's to keep. Taking one raises RuntimeError or ValueError where
            ``load`` does.
    """

    backend: str
    metadata: AudioMetaData
    blocks: Iterator[npt.NDArray[Any]]


def worded(blocks: Iterator[npt.NDArray[Any]], wording: AbstractContextManager[None]) -> Iterator[npt.NDArray[Any]]:
    """The blocks, with the errors of taking one as ``wording`` words them.

    Worded here and not where the file is open, because what else fails there is none of the file's fault.
    """
    with wording:
        yield from blocks
