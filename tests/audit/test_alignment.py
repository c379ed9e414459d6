"""The shift between two recordings."""

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from compat.audit import alignment
from tests.audit.planted import sound
from tests.tables import table

MUSIC = sound(48000, 1, 1.5, 4)[:, 0].astype("float32")
NOISE = np.random.default_rng(1).normal(0, 0.1, 200_000).astype("float32")


@hypothesis.settings(max_examples=40, deadline=None)
@hypothesis.given(shift=st.integers(-16000, 16000), factor=st.sampled_from([1.0, -1.0, 0.3]), noisy=st.booleans())
def test_any_shift_is_found(shift: int, factor: float, noisy: bool) -> None:
    old, new = MUSIC[max(-shift, 0) :], MUSIC[max(shift, 0) :] * np.float32(factor)
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
