"""What becomes of a file, by what was done to its counterpart, in one block and in many; and the shift between two recordings."""

import contextlib
import dataclasses
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import hypothesis
import numpy as np
import pytest
import soundfile
from hypothesis import strategies as st

from compat.audit import alignment, reading, sides
from compat.audit.comparison import compare
from compat.audit.options import Terms
from compat.audit.rows import Row
from tests.audit.planted import sound
from tests.audit.runs import encoded
from tests.codemod.commands import put
from tests.tables import table

PATHS = ("old.wav", "new.wav")
RATE = 16000
SIDES = (sides.parse("2.0:soundfile"), sides.parse("2.2:soundfile"))
TERMS = Terms(*(side.name for side in SIDES))
MUSIC = sound(RATE, 2, 2.0, 1).astype("float32")
HISS = np.random.default_rng(5).uniform(-0.4, 0.4, (RATE, 1)).astype("float32")
# frames of a block, and bytes that are kept of a side
WAYS = {"one block": (1 << 18, 1 << 24), "many blocks": (5000, 1 << 24), "many blocks, decoded again": (5000, 0)}


@pytest.fixture(params=WAYS)
def block_frames(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Frames that are decoded at a time."""
    frames, kept = WAYS[request.param]
    monkeypatch.setattr(reading, "KEPT_BYTES", kept)
    return frames


def compared(
    old: np.ndarray,
    new: np.ndarray,
    *,
    rates: tuple[int, int] = (RATE, RATE),
    terms: Terms = TERMS,
    block_frames: int = 1 << 18,
    subtypes: tuple[str, str] = ("FLOAT", "FLOAT"),
) -> Row:
    """The row of two ``[time, channel]`` sounds, each written as a file of its own."""
    for path, samples, rate, subtype in zip(PATHS, (old, new), rates, subtypes, strict=True):
        soundfile.write(path, samples, rate, subtype=subtype)
    return compare(Row(PATHS[0]), PATHS, SIDES, terms, block_frames)


def changed(samples: np.ndarray, at: int, by: float) -> np.ndarray:
    other = samples.copy()
    other[at, 0] += by
    return other


def check(row: Row, kind: str, fields: dict[str, object]) -> None:
    """Check the class and other fields of a row; of its note, words."""
    assert row.kind == kind, row.note
    for name, value in fields.items():
        found = getattr(row, name)
        if name == "note":
            assert str(value) in found
        else:
            assert found == (pytest.approx(value, rel=1e-6) if isinstance(value, float) else value), name


@table("make, kind, fields", {
    "the same": (lambda: MUSIC, "identical", {"largest": 0.0, "rms": 0.0, "starts": None}),
    "a little noise": (lambda: MUSIC + np.float32(1e-5), "tolerance", {"starts": None}),
    "one sample": (lambda: changed(MUSIC, 12345, 0.1), "different", {"starts": 12345}),
    "the first sample": (lambda: changed(MUSIC, 0, 0.1), "different", {"starts": 0}),
    "the last sample": (lambda: changed(MUSIC, len(MUSIC) - 1, 0.1), "different", {"starts": len(MUSIC) - 1}),
    "begins later": (lambda: MUSIC[1105:], "shifted", {"shift": 1105, "left_largest": 0.0, "factor": None}),
    "begins one frame later": (lambda: MUSIC[1:], "shifted", {"shift": 1, "left_largest": 0.0}),
    "padded": (lambda: np.pad(MUSIC, ((2257, 500), (0, 0))), "shifted", {"shift": -2257, "left_largest": 0.0}),
    "far away": (lambda: np.pad(MUSIC, ((20000, 0), (0, 0))), "shifted", {"shift": -20000, "left_largest": 0.0}),
    "half as loud": (lambda: MUSIC * np.float32(0.5), "scaled", {"factor": 0.5, "shift": None}),
    "a little louder": (lambda: MUSIC * np.float32(1.01), "scaled", {"factor": 1.01}),
    "turned over": (lambda: -MUSIC, "scaled", {"factor": -1.0}),
    "later and softer": (lambda: MUSIC[300:] * np.float32(0.7), "shifted_scaled", {"shift": 300, "factor": 0.7}),
    "cut off": (lambda: MUSIC[:-5000], "length", {"shift": None, "starts": None}),
    "silence after it": (lambda: np.pad(MUSIC, ((0, 99), (0, 0))), "length", {}),
    "cut off in a lossy codec": (lambda: changed(MUSIC[:-5000], len(MUSIC) - 5100, 0.05), "length", {"starts": len(MUSIC) - 5100}),
    "something else": (lambda: sound(RATE, 2, 2.0, 9).astype("float32"), "different", {"shift": None, "factor": None}),
    "only half of it softer": (
        lambda: np.concatenate([MUSIC[:16000], MUSIC[16000:] * np.float32(0.5)]), "different", {"starts": 16000, "factor": None},
    ),
    "one channel": (lambda: MUSIC[:, :1], "metadata", {"fields": "channels", "largest": None}),
    "one channel turned over": (lambda: MUSIC * np.float32([1, -1]), "different", {"factor": None}),
    "silence": (lambda: np.zeros_like(MUSIC), "different", {}),
    "no numbers": (lambda: changed(MUSIC, 777, np.nan), "different", {"starts": 777}),
})  # fmt: skip
def test_class(make: Callable[[], np.ndarray], kind: str, fields: dict[str, object], block_frames: int) -> None:
    check(compared(MUSIC, make(), block_frames=block_frames), kind, fields)


def test_numbers_of_a_difference(block_frames: int) -> None:
    other = sound(RATE, 2, 2.0, 9).astype("float32")
    row, apart = compared(MUSIC, other, block_frames=block_frames), (other - MUSIC).astype("float64")
    assert row.largest == pytest.approx(np.abs(apart).max(), rel=1e-6)
    assert row.rms == pytest.approx(np.sqrt(np.mean(apart**2)), rel=1e-5)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("dtype", "kind"), [("float32", "shifted"), ("float64", "different")])
def test_the_largest_numbers_are_no_error(dtype: str, kind: str, block_frames: int) -> None:
    """Their squares overflow, and those of 64 bits are infinite in 32."""
    largest = np.sign(MUSIC).astype(dtype) * np.finfo(dtype).max
    row = compared(largest[500:], largest[:-500], block_frames=block_frames, subtypes=("DOUBLE", "DOUBLE"))
    assert (row.kind, row.from_error) == (kind, None)


# of the old and the new side: the frames of the left channel that are no number, and the right channel from a frame on
@table(
    "of_old, of_new, shift, kind",
    {
        "on both sides": (np.s_[:], np.s_[:], 0, "identical"),
        "on both sides, and the rest is shifted": (np.s_[:], np.s_[:], 500, "shifted"),
        "here and there on both sides, shifted": (np.s_[::300], np.s_[::300], 500, "shifted"),
        "on the old side": (np.s_[:], np.s_[:0], 0, "different"),
        "one on the old side": (np.s_[777:778], np.s_[:0], 0, "different"),
        "on the old side, and the rest is shifted": (np.s_[::300], np.s_[:0], 500, "different"),
        "one more on the new side, shifted": (np.s_[::300], np.s_[[*range(0, 2 * RATE, 300), 9001]], 500, "different"),
    },
)
def test_a_channel_without_numbers(of_old: object, of_new: object, shift: int, kind: str, block_frames: int) -> None:
    old, new = MUSIC.copy(), MUSIC.copy()
    old[of_old, 0] = new[of_new, 0] = np.nan
    row = compared(old, new[shift:], block_frames=block_frames)
    assert (row.kind, row.shift) == (kind, shift if kind == "shifted" else None)


WHOLE = np.round(HISS * 2**15) / 2**15
NATIVE = Terms(TERMS.old, TERMS.new, normalize=False)
# a tone in the louder channel is alike at every period; the softer channel is alike at one shift only
SINE = np.sin(0.11 * np.arange(2 * RATE)) * 0.4
LOUD = np.stack([SINE, np.random.default_rng(6).normal(0, 0.08, 2 * RATE)], axis=1).astype("float32")


@table("old, new, options, kind, fields", {
    "both the same": (HISS, HISS, {}, "identical", {}),
    "no number against no number": (changed(HISS, 5, np.nan), changed(HISS, 5, np.nan), {}, "identical", {}),
    "both silent": (HISS * 0, HISS * 0, {}, "identical", {}),
    "both empty": (HISS[:0], HISS[:0], {}, "identical", {}),
    # metadata count beside equal samples
    "another rate": (HISS, HISS, {"rates": (RATE, 2 * RATE)}, "metadata", {"fields": "rate", "from_rate": RATE, "to_rate": 2 * RATE}),
    "the note has the rates": (HISS, HISS, {"rates": (RATE, 2 * RATE)}, "metadata", {"note": "sample rate 16000 -> 32000"}),
    "and what is the same": (HISS, HISS, {"rates": (RATE, 2 * RATE)}, "metadata", {"note": "the samples are the same"}),
    "other bits": (WHOLE, WHOLE, {"subtypes": ("PCM_16", "PCM_24")}, "metadata", {"fields": "bits", "largest": 0.0}),
    # dtypes are compared without normalize
    "another dtype": (
        WHOLE, WHOLE, {"subtypes": ("PCM_16", "FLOAT"), "terms": NATIVE}, "metadata",
        {"from_dtype": "int16", "to_dtype": "float32", "largest": 0.0},
    ),
    "whole numbers, half as loud": (
        WHOLE, WHOLE * 0.5, {"subtypes": ("PCM_16", "PCM_16"), "terms": NATIVE}, "scaled", {"factor": pytest.approx(0.5, rel=1e-3)},
    ),
    "a shift beside a loud tone": (LOUD, LOUD[1681:], {}, "shifted", {"shift": 1681, "left_largest": 0.0}),
    "a larger tolerance forgives more": (
        HISS, changed(HISS, 50, 0.01), {"terms": Terms(TERMS.old, TERMS.new, tolerance=0.02)}, "tolerance", {},
    ),
    "a shift is looked for no further than asked": (
        MUSIC, MUSIC[3000:], {"terms": Terms(TERMS.old, TERMS.new, max_shift=2000)}, "different", {},
    ),
})  # fmt: skip
def test_what_is_compared_and_how(old: np.ndarray, new: np.ndarray, options: dict[str, Any], kind: str, fields: dict[str, object]) -> None:
    check(compared(old, new, **options), kind, fields)


@pytest.mark.parametrize(("broken", "kind"), [((0,), "error_from"), ((1,), "error_to"), ((0, 1), "error_both")])
def test_who_cannot_read(broken: tuple[int, ...], kind: str) -> None:
    put({path: b"nothing" if number in broken else encoded() for number, path in enumerate(PATHS)})
    row = compare(Row(PATHS[0]), PATHS, SIDES, TERMS)
    assert row.kind == kind
    assert [row.from_error is not None, row.to_error is not None] == [number in broken for number in (0, 1)]
    assert "soundfile" in row.note


@pytest.mark.parametrize(("failing", "kind"), [((0,), "error_from"), ((1,), "error_to"), ((0, 1), "error_both")])
def test_a_file_that_fails_midway(failing: tuple[int, ...], kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What came before says nothing of a side that does not get to the end."""
    own = sides.Side.open

    @contextlib.contextmanager
    def opened(side: sides.Side, path: str, **options: Any) -> Iterator[Any]:
        with own(side, path, **options) as stream:
            yield dataclasses.replace(stream, blocks=halfway(stream.blocks)) if SIDES.index(side) in failing else stream

    def halfway(blocks: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
        yield next(blocks)
        raise RuntimeError("the rest is damaged")

    monkeypatch.setattr(sides.Side, "open", opened)
    row = compared(HISS, HISS, block_frames=5000)
    assert (row.kind, row.note, row.largest) == (kind, "the rest is damaged", None)
    assert [row.from_frames, row.to_frames] == [5000 if side in failing else RATE for side in (0, 1)]


@pytest.mark.parametrize(("kept", "times"), [(1 << 24, 1), (0, 2)], ids=["what fits into memory", "what does not"])
def test_how_often_a_shifted_file_is_decoded(kept: int, times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = mock.Mock(wraps=sides.Side.open)
    monkeypatch.setattr(sides.Side, "open", lambda *arguments, **options: opened(*arguments, **options))
    monkeypatch.setattr(reading, "KEPT_BYTES", kept)
    assert compared(MUSIC, MUSIC[1105:], block_frames=5000).kind == "shifted"
    assert sorted(call.args[1] for call in opened.call_args_list) == sorted(PATHS * times)


def test_a_long_file_needs_no_more_memory_than_its_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten minutes that differ by a shift, so that they are decoded twice, take as much as one minute does."""
    monkeypatch.setattr(reading, "KEPT_BYTES", 1 << 20)
    peaks = []
    for minutes in (1, 10):
        long = np.tile(sound(8000, 1, 6.0, 3), (10 * minutes, 1)) + np.random.default_rng(2).normal(0, 0.02, (480_000 * minutes, 1))
        soundfile.write(PATHS[0], long, 8000)
        soundfile.write(PATHS[1], long[700:], 8000)
        tracemalloc.start()
        row = compare(Row(PATHS[0]), PATHS, SIDES, TERMS, 1 << 16)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert (row.kind, row.shift) == ("shifted", 700)
    assert peaks[1] < 1.2 * peaks[0]
    assert peaks[1] < long.nbytes / 2  # of 32 bits


MONO = sound(48000, 1, 1.5, 4)[:, 0].astype("float32")
NOISE = np.random.default_rng(1).normal(0, 0.1, 200_000).astype("float32")


@hypothesis.settings(max_examples=40, deadline=None)
@hypothesis.given(shift=st.integers(-16000, 16000), factor=st.sampled_from([1.0, -1.0, 0.3]), noisy=st.booleans())
def test_any_shift_is_found(shift: int, factor: float, noisy: bool) -> None:
    old, new = MONO[max(-shift, 0) :], MONO[max(shift, 0) :] * np.float32(factor)
    if noisy:
        new = new + NOISE[: len(new)] * np.float32(0.02 * abs(factor))
    assert alignment.lag(old, new, 1 << 14) == shift


FAR = 1 << 14
TONE = np.sin(np.arange(40000) * 2 * np.pi / 100).astype("float32")
# the loudest place of the longer one lies beyond the end of the shorter
LOUD_AT_THE_END = np.r_[NOISE[:100_000] / 9, NOISE[:50_000]]


@pytest.mark.parametrize("length", [40, 500, 4000])
@pytest.mark.parametrize("shift", [-9, 1, 7])
def test_short_sounds(length: int, shift: int) -> None:
    own = NOISE[: length + 20]
    assert alignment.lag(own[max(-shift, 0) :], own[max(shift, 0) :], FAR) == shift


@table("old, new, max_lag, wanted", {
    "of several as good the nearest, behind": (TONE, TONE[30:], FAR, 30),
    "of several as good the nearest, before": (TONE, TONE[60:], FAR, -40),
    "of several as good the nearest, far": (TONE, TONE[90:], FAR, -10),
    "silence": (NOISE[:50000], NOISE[:50000] * 0, FAR, None),
    "other noise": (NOISE[:50000], NOISE[100_000:150_000], FAR, None),
    "nothing": (NOISE[:50000], NOISE[:0], FAR, None),
    "one side ends early, looked for near": (LOUD_AT_THE_END, LOUD_AT_THE_END[:3000], 1, 0),
    "one side ends early, looked for farther": (LOUD_AT_THE_END, LOUD_AT_THE_END[:3000], 100, 0),
    "one side ends early and is shifted, looked for near": (LOUD_AT_THE_END, LOUD_AT_THE_END[1:3000], 1, 1),
    "one side ends early and is shifted, looked for farther": (LOUD_AT_THE_END, LOUD_AT_THE_END[1:3000], 100, 1),
    "as far as is asked for": (NOISE, NOISE[60000:], 1 << 17, 60000),
    "farther than is asked for": (NOISE, NOISE[60000:], FAR, None),
})  # fmt: skip
def test_the_shift(old: np.ndarray, new: np.ndarray, max_lag: int, wanted: int | None) -> None:
    assert alignment.lag(old, new, max_lag) == wanted
