"""Read one side's file block by block, and keep what is known of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from compat.audit.engines import EngineError
from compat.audit.measures import Samples
from compat.audit.sides import OneSide
from dispatcher import notices
from dispatcher.errors import BackendUnavailable
from dispatcher.metadata import AudioMetaData

KEPT_BYTES = 16 << 20  # of one side; a minute of audio or so


class Reading:
    """A file as one side decodes it; an error is kept and not raised.

    Attributes:
        error: why the side cannot read the file, or ``None``.
        frames: how many were decoded so far.
        metadata: what ``info`` returns; ``None`` if the file did not open.
    """

    def __init__(self, side: OneSide, path: str, *, normalize: bool, block_frames: int) -> None:
        self.side: OneSide = side
        self._path, self._normalize, self._block_frames = path, normalize, block_frames
        self.error: str | None = None
        self.metadata: AudioMetaData | None = None
        self.backend: str | None = None
        self.dtype: str | None = None
        self.channels: int | None = None
        self.frames: int = 0
        self.warnings: list[str] = []
        self._taken: Iterator[Samples] = iter(())
        self._kept: list[Samples] | None = []
        self._kept_bytes = 0
        self._held = contextlib.ExitStack()

    def __enter__(self) -> Reading:
        with notices.collected() as noticed, self._noting_errors():
            stream = self._held.enter_context(
                self.side.open(
                    self._path, normalize=self._normalize, block_frames=self._block_frames
                )
            )
            self.metadata, self.backend = stream.metadata, stream.backend
            self._taken = stream.blocks
        self.warnings += noticed
        return self

    def __exit__(self, *failure: object) -> None:
        self._held.close()

    @contextlib.contextmanager
    def _noting_errors(self) -> Iterator[None]:
        """Keep an error of the file; raise one of the machine, which no file is to blame for."""
        try:
            yield
        except (BackendUnavailable, EngineError):
            raise
        except Exception as why:  # noqa: BLE001 - any error of a side goes into its row
            # its name too, if it has no text or is of an undocumented kind
            known = isinstance(why, (RuntimeError, ValueError, TypeError, OSError)) and str(why)
            self.error = known or f"{type(why).__name__}: {why}"

    def take(self) -> Samples | None:
        """Return the next block, ``[channel, time]``; ``None`` at the end or if reading fails."""
        block = None
        with notices.collected() as noticed, self._noting_errors():
            block = next(self._taken, None)
        self.warnings += noticed
        if block is None:
            self._taken = iter(())
            return None
        self.frames += block.shape[1]
        self.dtype, self.channels = block.dtype.name, block.shape[0]
        self._kept_bytes += block.nbytes
        if self._kept_bytes > KEPT_BYTES:
            self._kept = None
        elif self._kept is not None:
            self._kept.append(block)
        return block

    def rest(self) -> Iterator[Samples]:
        """Yield the remaining blocks, as ``take`` returns them."""
        while (block := self.take()) is not None:
            yield block

    @contextlib.contextmanager
    def again(self, skipped: int) -> Iterator[Iterator[Samples]]:
        """Yield the blocks again, without the first frames: from memory, or else decoded again.

        The last block must have been taken before.
        """
        with contextlib.ExitStack() as held:
            blocks = iter(self._kept or ())
            if self._kept is None:
                same = Reading(
                    self.side,
                    self._path,
                    normalize=self._normalize,
                    block_frames=self._block_frames,
                )
                blocks = held.enter_context(same).rest()
            yield _from(blocks, skipped)


def _from(blocks: Iterator[Samples], skipped: int) -> Iterator[Samples]:
    """Yield the blocks of a file, without its first frames."""
    for block in blocks:
        if skipped < block.shape[1]:
            yield block[:, skipped:]
        skipped = max(0, skipped - block.shape[1])


def paired(old: Reading, new: Reading, shift: int) -> Iterator[tuple[Samples, Samples]]:
    """Yield both files' blocks, ``[channel, time]``, of equal length, once the shift is undone.

    Both files must have been read to the end before.
    """
    with old.again(max(shift, 0)) as left, new.again(max(-shift, 0)) as right:
        ahead, behind = next(left, None), next(right, None)
        while ahead is not None and behind is not None:
            common = min(ahead.shape[1], behind.shape[1])
            yield ahead[:, :common], behind[:, :common]
            ahead = ahead[:, common:] if ahead.shape[1] > common else next(left, None)
            behind = behind[:, common:] if behind.shape[1] > common else next(right, None)
