"""Draw a file that differs: both waveforms, their difference, and a few seconds of each side.

The drawing is made from the file when the report is written, so that results stay small.
"""

import base64
import contextlib
import dataclasses
import io
from typing import NamedTuple

import numpy as np

from compat.audit import fetching, task
from compat.audit.items import Item
from compat.audit.measures import Samples, as_float
from compat.audit.reading import Reading, paired
from compat.audit.rows import Row
from dispatcher.streaming import BLOCK_FRAMES

_BINS = 600
_SECONDS = 3.0
_BEFORE = 0.5
_STEPS = 127


@dataclasses.dataclass
class Drawing:
    """The drawing of one file on the page.

    Attributes:
        path: the file's.
        error: why there is nothing to draw, or "".
        seconds: the duration that the full width shows.
        peak: the sample value that the full height of ``old`` and ``new`` shows.
        old: the old side's outline: smallest and largest sample of each column, as signed bytes, in
            base64.
        new: the new side's outline.
        apart: the outline of the difference at the same frames; "" if there is none.
        apart_peak: its height.
        left: the outline of what remains once shift and factor are undone; "" without them.
        left_peak: its height.
        old_sound: a few seconds as FLAC, in base64; "" if FLAC cannot hold them.
        new_sound: the same of the new side.
        sound_at: where in the file they begin, in seconds.
    """

    path: str
    error: str = ""
    seconds: float = 0.0
    peak: float = 0.0
    old: str = ""
    new: str = ""
    apart: str = ""
    apart_peak: float = 0.0
    left: str = ""
    left_peak: float = 0.0
    old_sound: str = ""
    new_sound: str = ""
    sound_at: float = 0.0


class _Outline:
    """The smallest and largest sample of each column of a picture."""

    def __init__(self, frames: int) -> None:
        self.frames = max(frames, 1)
        self.least, self.greatest = np.zeros(_BINS), np.zeros(_BINS)
        self._at = 0

    def add(self, block: Samples) -> None:
        """Add the next frames, ``[channel, time]``."""
        count = min(block.shape[1], self.frames - self._at)
        if count <= 0:
            return
        least, greatest = block[:, :count].min(axis=0), block[:, :count].max(axis=0)
        first, last = self._column(self._at), self._column(self._at + count - 1)
        columns = np.arange(first, last + 1)
        begins = np.maximum(-(-columns * self.frames // _BINS) - self._at, 0)
        kept = np.r_[begins[:-1] < begins[1:], True]
        begins, columns = begins[kept], columns[kept]
        self.least[columns] = np.minimum(self.least[columns], np.minimum.reduceat(least, begins))
        self.greatest[columns] = np.maximum(
            self.greatest[columns], np.maximum.reduceat(greatest, begins)
        )
        self._at += count

    def _column(self, frame: int) -> int:
        return frame * _BINS // self.frames

    @property
    def peak(self) -> float:
        """Return the largest absolute sample."""
        return float(max(np.abs(self.least).max(), np.abs(self.greatest).max()))

    def packed(self, peak: float) -> str:
        """Return both edges, column by column."""
        edges = np.stack([self.least, self.greatest], axis=1) / (peak or 1.0) * _STEPS
        return base64.b64encode(
            np.nan_to_num(edges).round().clip(-_STEPS, _STEPS).astype(np.int8).tobytes()
        ).decode()


class _Excerpt:
    """A few seconds of one side."""

    def __init__(self, begin: int, frames: int) -> None:
        self.begin, self.end = begin, begin + frames
        self._at = 0
        self._parts: list[Samples] = []

    def add(self, block: Samples) -> None:
        """Add the next frames, ``[channel, time]``."""
        first, last = max(self.begin - self._at, 0), min(self.end - self._at, block.shape[1])
        if first < last:
            self._parts.append(block[:2, first:last].copy())
        self._at += block.shape[1]

    def flac(self, rate: int) -> str:
        """Return it as 16-bit FLAC in base64, or "" if that is impossible."""
        if not self._parts:
            return ""
        file = io.BytesIO()
        # an odd rate or no libsndfile: a page without audio is still useful
        with contextlib.suppress(Exception):
            import soundfile

            samples = np.nan_to_num(np.concatenate(self._parts, axis=1)).T  # soundfile clips
            soundfile.write(file, samples, rate, format="FLAC", subtype="PCM_16")
            return base64.b64encode(file.getvalue()).decode()
        return ""


class Draw(NamedTuple):
    """Draws a file that was compared.

    Attributes:
        compare: how it was compared.
        rows: the rows by path.
    """

    compare: task.Compare
    rows: dict[str, Row]

    def __call__(self, item: Item) -> Drawing:
        """Return the drawing, or the reason if the file cannot be read any more."""
        with contextlib.ExitStack() as held:
            try:
                old, new = self.compare.fetched(item, held)
            except fetching.FetchError as why:
                return Drawing(item.path, str(why))
            sides = self.compare.sides()
            made = (
                Reading(side, path, normalize=True, block_frames=BLOCK_FRAMES)
                for side, path in zip(sides, (old, new), strict=True)
            )
            first, second = (held.enter_context(reading) for reading in made)
            return _drawn(self.rows[item.path], first, second)

    def crashed(self, item: Item, why: str) -> Drawing:
        """Return the drawing of a file that killed its process."""
        return Drawing(item.path, why)


def _drawn(row: Row, old: Reading, new: Reading) -> Drawing:
    rates = (row.from_rate or 1, row.to_rate or 1)
    begin = max((row.starts or 0) / rates[0] - _BEFORE, 0.0)
    frames = max(row.from_frames or 0, row.to_frames or 0)
    outlines = (_Outline(frames), _Outline(frames))
    excerpts = [_Excerpt(int(begin * rate), int(_SECONDS * rate)) for rate in rates]
    for reading, outline, excerpt in zip((old, new), outlines, excerpts, strict=True):
        for block in map(as_float, reading.rest()):
            outline.add(block)
            excerpt.add(block)
        if reading.error is not None:
            return Drawing(row.path, reading.error)
    peak = max(outline.peak for outline in outlines)
    drawing = Drawing(
        row.path,
        seconds=frames / rates[0],
        peak=peak,
        old=outlines[0].packed(peak),
        new=outlines[1].packed(peak),
        old_sound=excerpts[0].flac(rates[0]),
        new_sound=excerpts[1].flac(rates[1]),
        sound_at=begin,
    )
    if row.from_channels == row.to_channels:
        apart = _apart(old, new, frames)
        drawing.apart, drawing.apart_peak = apart.packed(apart.peak), apart.peak
        if row.shift or row.factor is not None:
            left = _apart(old, new, frames, row.shift or 0, row.factor)
            drawing.left, drawing.left_peak = left.packed(left.peak), left.peak
    return drawing


def _apart(
    old: Reading, new: Reading, frames: int, shift: int = 0, factor: float | None = None
) -> _Outline:
    """Return the outline of the difference that remains once shift and factor are undone."""
    outline = _Outline(frames)
    scale = np.float32(1.0 if factor is None else factor)
    for first, second in paired(old, new, shift):
        outline.add(as_float(second) - as_float(first) * scale)
    return outline
