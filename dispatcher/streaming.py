"""A file decoded from its start in blocks, opened once for what ``info`` and ``load`` give.

For callers that must see every sample of files longer than memory. The blocks together are exactly
what ``load`` returns for the whole file, so nothing here seeks. (One exception: libsndfile rounds
the last bit of mp3 by the length of each read.)
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
from collections.abc import Callable, Generator, Iterator
from typing import Any, ParamSpec

from dispatcher import interrupts
from dispatcher.lazily import npt
from dispatcher.metadata import AudioMetaData

BLOCK_FRAMES = 1 << 18
_Arguments = ParamSpec("_Arguments")


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


def with_error_context(
    blocks: Iterator[npt.NDArray[Any]], context: contextlib.AbstractContextManager[None]
) -> Iterator[npt.NDArray[Any]]:
    """Give the blocks, and add context to the errors of taking one.

    This is done here and not around the open file, whose user may raise errors that are not the
    file's.
    """
    with context:
        yield from blocks


class _Opened(contextlib.AbstractContextManager[Stream]):
    """A file that is open within the block, whatever interrupt comes while it opens or closes."""

    def __init__(self, steps: Generator[Stream, None, None]) -> None:
        self._steps = steps

    def __enter__(self) -> Stream:
        try:
            with interrupts.deferred():
                stream = next(self._steps)
                return dataclasses.replace(stream, blocks=interrupts.stepwise(stream.blocks))
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_: object) -> None:
        # a reader raises again what an earlier block has already raised
        with interrupts.deferred(), contextlib.suppress(interrupts.StoppedError):
            self._steps.close()


def in_blocks(
    steps: Callable[_Arguments, Generator[Stream, None, None]],
) -> Callable[_Arguments, _Opened]:
    """Make a context manager of a generator that opens a file, yields its stream and closes it.

    Unlike with ``contextlib.contextmanager``, interrupts wait while the library works.
    """

    @functools.wraps(steps)
    def open_file(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Opened:
        return _Opened(steps(*args, **kwargs))

    return open_file
