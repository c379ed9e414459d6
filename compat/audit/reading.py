"""Read one side's file block by block, and keep what is known of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from compat.audit.engines.engine import EngineError
from dispatcher import notices
from dispatcher.errors import BackendUnavailable

if TYPE_CHECKING:
    import numpy.typing as npt

    from compat.audit.sides import OneSide
    from dispatcher.metadata import AudioMetaData
    from dispatcher.streaming import Stream

    Block = npt.NDArray[Any]

KEPT_BYTES = 16 << 20  # of one side; a minute of audio or so


def _words(why: Exception) -> str:
    """Return an exception's text; add its name if it has no text or is of an undocumented kind."""
    known = isinstance(why, (RuntimeError, ValueError, TypeError, OSError)) and str(why)
    return str(why) if known else f"{type(why).__name__}: {why}"


class Reading:
    """A file as one side decodes it; an error is kept and not raised.

    Attributes:
        error: why the side cannot read the file, or ``None``.
        frames: how many were decoded so far.
        metadata: what ``info`` returns; ``None`` if the file did not open.
    """

    side: OneSide
    path: str
    normalize: bool
    block_frames: int
    frames: int

    def __init__(self, side: OneSide, path: str, *, normalize: bool, block_frames: int) -> None:
        self.side, self.path, self.normalize, self.block_frames = (
            side,
            path,
            normalize,
            block_frames,
        )
        self.error: str | None = None
        self.metadata: AudioMetaData | None = None
        self.backend: str | None = None
        self.dtype: str | None = None
        self.channels: int | None = None
        self.frames = 0
        self.warnings: list[str] = []
        self._taken: Iterator[Block] = iter(())
        self._kept: list[Block] | None = []
        self._kept_bytes = 0
        self._held = contextlib.ExitStack()

    def __enter__(self) -> Reading:
        try:
            stream: Stream = self._held.enter_context(
                self.side.open(self.path, normalize=self.normalize, block_frames=self.block_frames)
            )
        except (BackendUnavailable, EngineError):
            raise
        except Exception as why:  # noqa: BLE001 - any error of a side goes into its row
            self.error = _words(why)
        else:
            self.metadata, self.backend, self._taken = (
                stream.metadata,
                stream.backend,
                stream.blocks,
            )
        return self

    def __exit__(self, *failure: object) -> None:
        self._held.close()

    def take(self) -> Block | None:
        """Return the next block, ``[channel, time]``; ``None`` at the end or if reading fails."""
        with notices.collected() as noticed:
            try:
                block = next(self._taken, None)
            except (BackendUnavailable, EngineError):
                raise
            except Exception as why:  # noqa: BLE001 - as above
                self.error, block = _words(why), None
        self.warnings += noticed
        if block is None:
            self._taken = iter(())
            return None
        self.frames += block.shape[1]
        self._keep(block)
        if self.dtype is None:
            self.dtype, self.channels = block.dtype.name, block.shape[0]
        return block

    def _keep(self, block: Block) -> None:
        """Keep the blocks of a file as long as they are small in total."""
        if self._kept is None:
            return
        self._kept_bytes += block.nbytes
        if self._kept_bytes <= KEPT_BYTES:
            self._kept.append(block)
        else:
            self._kept = None

    @contextlib.contextmanager
    def again(self) -> Iterator[Iterator[Block]]:
        """Yield the blocks from the start again, from memory if they fit, else by decoding again.

        The last block must have been taken before.
        """
        if self._kept is not None:
            yield iter(self._kept)
            return
        with Reading(
            self.side, self.path, normalize=self.normalize, block_frames=self.block_frames
        ) as once_more:
            yield once_more.rest()

    def rest(self) -> Iterator[Block]:
        """Yield the remaining blocks, as ``take`` returns them."""
        while (block := self.take()) is not None:
            yield block
