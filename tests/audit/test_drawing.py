"""What the page draws of a file: outlines as a function of samples, the seconds that are heard, and what cannot be drawn."""

import base64
import io
from typing import Any

import numpy as np
import pytest
import soundfile

from compat.audit import reading
from compat.audit.items import Item
from compat.audit.options import Terms
from compat.audit.reporting import drawing
from compat.audit.reporting.drawing import Draw, Drawing
from compat.audit.rows import Row
from compat.audit.task import Compare
from tests.audit.runs import encoded
from tests.codemod.commands import put
from tests.tables import table

RATE = 8000
TERMS = Terms("2.0:global:soundfile", "2.2:dispatcher:soundfile")
SOUND = np.random.default_rng(11).uniform(-0.5, 0.5, (2, 40000)).astype("float32")


def columns(packed: str) -> np.ndarray:
    """Least and greatest of each column, ``[column, 2]``."""
    return np.frombuffer(base64.b64decode(packed), np.int8).reshape(-1, 2)


def outlined(samples: np.ndarray, peak: float, frames: int | None = None) -> np.ndarray:
    """The columns that these samples should give: each frame is put where it belongs by itself."""
    at = np.arange(samples.shape[1]) * 600 // (samples.shape[1] if frames is None else frames)
    edges = np.zeros((600, 2))
    np.minimum.at(edges[:, 0], at, samples.min(axis=0))
    np.maximum.at(edges[:, 1], at, samples.max(axis=0))
    return np.round(edges / peak * 127).astype(np.int8)


# frames and how many of them each block has
@table(
    "frames, sizes",
    {
        "fewer frames than columns": (3, [3]),
        "fewer, one at a time": (7, [1] * 7),
        "one frame": (1, [1]),
        "a frame a column": (600, [600]),
        "one more": (601, [300, 301]),
        "not a whole number of frames a column": (12345, [5000, 5000, 2345]),
        "blocks that end within a column": (40000, [33, 1, 34, 9932, 30000]),
        "an empty block between": (1000, [400, 0, 600]),
        "a file that has grown since": (1000, [700, 700, 700, 900]),
    },
)
def test_outline(frames: int, sizes: list[int]) -> None:
    outline, samples = drawing._Outline(frames), SOUND[:, :frames]
    for block in np.split(SOUND[:, : sum(sizes)], np.cumsum(sizes)[:-1], axis=1):
        outline.add(block)
    assert outline.peak == pytest.approx(np.abs(samples).max())
    assert columns(outline.packed(1.0)).tolist() == outlined(samples, 1.0).tolist()
    assert columns(outline.packed(outline.peak)).tolist() == outlined(samples, outline.peak).tolist()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("sample", "byte"), [(0.0, 0), (0.5, 64), (1.0, 127), (9.0, 127), (np.inf, 127), (np.nan, 0)])
def test_what_no_byte_can_hold(sample: float, byte: int) -> None:
    outline = drawing._Outline(600)
    outline.add(np.full((1, 600), sample))
    assert {tuple(column) for column in columns(outline.packed(1.0)).tolist()} == {(0, byte)}
    assert set(columns(drawing._Outline(600).packed(0.0)).ravel().tolist()) == {0}  # silence has no peak to be drawn to


LOUD, CLIPPED = np.array([[2.0, -np.inf, np.nan]]), np.array([[1.0, -1.0, 0.0]])


# where the excerpt begins, how long it is, the sound, its rate, and what is heard of it
@table(
    "begin, frames, samples, rate, heard",
    {
        **{
            f"{name}, {channels} channels": (begin, frames, np.concatenate([SOUND] * 3)[:channels], RATE, SOUND[:channels, begin:end])
            for channels in (1, 2, 6)
            for name, begin, frames, end in (
                ("the beginning", 0, 100, 100),
                ("within a block", 1200, 300, 1500),
                ("over many blocks", 950, 2100, 3050),
                ("to the end of the file", 39000, 24000, 40000),
            )
        },
        "what is too loud": (0, 3, LOUD, RATE, CLIPPED),
        "behind the end": (50000, 100, SOUND, RATE, None),
        "a rate that flac lacks": (0, 100, SOUND, 2_000_000, None),
    },
)
def test_excerpt(begin: int, frames: int, samples: np.ndarray, rate: int, heard: np.ndarray | None) -> None:
    excerpt = drawing._Excerpt(begin, frames)
    for at in range(0, samples.shape[1], 1000):
        excerpt.add(samples[:, at : at + 1000])
    if heard is None:
        assert excerpt.flac(rate) == ""
    else:
        check_heard(excerpt.flac(rate), rate, heard)


def check_heard(flac: str, rate: int, samples: np.ndarray) -> None:
    found, found_rate = soundfile.read(io.BytesIO(base64.b64decode(flac)), always_2d=True)
    assert (found_rate, found.T.shape) == (rate, samples.shape)
    assert np.abs(found.T - samples).max() <= 2**-15


def drawn(old: np.ndarray, new: np.ndarray, rates: tuple[int, int] = (RATE, RATE), **fields: Any) -> Drawing:
    """The drawing of two ``[channel, time]`` sounds, in files of their own, of which the audit has found this."""
    for path, samples, rate in zip(("old.wav", "new.wav"), (old, new), rates, strict=True):
        soundfile.write(path, samples.T, rate, subtype="FLOAT")
    known = {"from_rate": rates[0], "to_rate": rates[1], "from_channels": len(old), "to_channels": len(new)}
    row = Row("old.wav", "different", **{**known, "from_frames": old.shape[1], "to_frames": new.shape[1], **fields})
    return Draw(Compare(TERMS), {"old.wav": row})(Item("old.wav", other="new.wav"))


def louder(factor: float) -> np.ndarray:
    return SOUND * np.float32(factor)


@pytest.mark.parametrize("kept", [1 << 24, 0], ids=["what fits into memory", "what does not"])
# both sides, what the audit found, their difference, and what is left of it (``None``: not drawn)
@table(
    "old, new, found, apart, left",
    {
        "the same": (SOUND, SOUND, {}, SOUND * 0, None),
        "louder, unexplained": (SOUND, louder(1.5), {}, louder(1.5) - SOUND, None),
        "louder": (SOUND, louder(1.5), {"factor": 1.5}, louder(1.5) - SOUND, SOUND * 0),
        "later": (SOUND, SOUND[:, 700:], {"shift": 700}, SOUND[:, 700:] - SOUND[:, :-700], SOUND[:, 700:] * 0),
        "sooner": (SOUND[:, 700:], SOUND, {"shift": -700}, SOUND[:, :-700] - SOUND[:, 700:], SOUND[:, 700:] * 0),
        "later and softer": (SOUND, louder(0.5)[:, 9:], {"shift": 9, "factor": 0.5}, louder(0.5)[:, 9:] - SOUND[:, :-9], SOUND * 0),
        "the factor is not all": (SOUND, -SOUND, {"factor": -0.5}, -2 * SOUND, -0.5 * SOUND),
        "turned over and shifted by nothing": (SOUND, -SOUND, {"shift": 0}, -2 * SOUND, None),
        "cut off": (SOUND, SOUND[:, :1234], {}, SOUND[:, :1234] * 0, None),
        "one channel less": (SOUND, SOUND[:1], {"factor": 1.0}, None, None),
        "one channel more": (SOUND, SOUND[[0, 1, 0]], {"shift": 1}, None, None),
    },
)
def test_drawing(
    old: np.ndarray,
    new: np.ndarray,
    found: dict[str, Any],
    apart: np.ndarray | None,
    left: np.ndarray | None,
    kept: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In blocks that end anywhere."""
    monkeypatch.setattr(reading, "KEPT_BYTES", kept)
    monkeypatch.setattr(drawing, "BLOCK_FRAMES", 3001)
    made = drawn(old, new, **found)
    frames = max(old.shape[1], new.shape[1])
    peak = max(np.abs(old).max(), np.abs(new).max())
    assert made.error == ""
    assert (made.seconds, made.peak) == (pytest.approx(frames / RATE), pytest.approx(peak))
    for packed, samples in ((made.old, old), (made.new, new)):
        assert columns(packed).tolist() == outlined(samples, peak, frames).tolist()
    for packed, top, samples in ((made.apart, made.apart_peak, apart), (made.left, made.left_peak, left)):
        if samples is None:
            assert (packed, top) == ("", 0.0)
        else:
            assert top == pytest.approx(np.abs(samples).max())
            assert np.abs(columns(packed).astype(int) - outlined(samples, top or 1.0, frames)).max() <= 1


# the first frame that differs, and where the sound begins
@table(
    "starts, begins", {"from the start": (None, 0.0), "soon": (1000, 0.0), "later": (20000, 2.0), "at the end": (39999, 39999 / RATE - 0.5)}
)
def test_what_is_heard(starts: int | None, begins: float) -> None:
    """Three seconds from half a second before the first difference, of each side at its own rate."""
    new = np.tile(SOUND, 3)
    made = drawn(SOUND, new, (RATE, 2 * RATE), starts=starts)
    assert made.sound_at == pytest.approx(begins)
    first = int(begins * RATE)
    check_heard(made.old_sound, RATE, SOUND[:, first : first + 24000])
    check_heard(made.new_sound, 2 * RATE, new[:, 2 * first : 2 * first + 48000])


def test_a_url_that_cannot_be_fetched_any_more_and_a_file_that_ends_the_process() -> None:
    gone = "memory://gone/a.wav"
    made = Draw(Compare(TERMS), {gone: Row(gone, "different")})(Item(gone))
    assert made.path == gone
    assert made.error.startswith(f"cannot fetch {gone!r} (FileNotFoundError")
    assert Draw(Compare(TERMS), {}).crashed(Item("a.wav"), "it ended the process") == Drawing("a.wav", "it ended the process")


@pytest.mark.parametrize("side", ["old.wav", "new.wav"])
def test_a_file_that_cannot_be_read_any_more(side: str) -> None:
    put({"old.wav": encoded(), "new.wav": encoded(), side: b"nothing"})
    made = Draw(Compare(TERMS), {"old.wav": Row("old.wav", "different", from_frames=9)})(Item("old.wav", other="new.wav"))
    assert (made.path, made.old, made.new_sound) == ("old.wav", "", "")
    assert side in made.error
