"""The shift between two recordings."""

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from compat.audit import alignment
from tests.audit.planted import sound

MUSIC = sound(48000, 1, 1.5, 4)[:, 0].astype("float32")
NOISE = np.random.default_rng(1).normal(0, 0.1, 200_000).astype("float32")


@hypothesis.settings(max_examples=40, deadline=None)
@hypothesis.given(shift=st.integers(-16000, 16000), factor=st.sampled_from([1.0, -1.0, 0.3]), noisy=st.booleans())
def test_any_shift_is_found(shift: int, factor: float, noisy: bool) -> None:
    old, new = MUSIC[max(-shift, 0) :], MUSIC[max(shift, 0) :] * np.float32(factor)
    if noisy:
        new = new + NOISE[: len(new)] * np.float32(0.02 * abs(factor))
    assert alignment.lag(old, new, 1 << 14) == shift


@pytest.mark.parametrize("length", [40, 500, 4000])
@pytest.mark.parametrize("shift", [-9, 1, 7])
def test_short_sounds(length: int, shift: int) -> None:
    own = NOISE[: length + 20]
    assert alignment.lag(own[max(-shift, 0) :], own[max(shift, 0) :], 1 << 14) == shift


@pytest.mark.parametrize(("shift", "nearest"), [(30, 30), (60, -40), (90, -10)])
def test_of_several_as_good_the_nearest_is_taken(shift: int, nearest: int) -> None:
    tone = np.sin(np.arange(40000) * 2 * np.pi / 100).astype("float32")
    assert alignment.lag(tone, tone[shift:], 1 << 14) == nearest


@pytest.mark.parametrize("what", ["silence", "other noise", "nothing"])
def test_what_is_not_alike_has_no_shift(what: str) -> None:
    new = {"silence": NOISE[:50000] * 0, "other noise": NOISE[100_000:150_000], "nothing": NOISE[:0]}[what]
    assert alignment.lag(NOISE[:50000], new, 1 << 14) is None


@pytest.mark.parametrize("max_lag", [1, 100])
def test_one_side_ends_where_the_other_is_looked_for(max_lag: int) -> None:
    """The loudest place of the longer one lies beyond the end of the shorter."""
    long = np.r_[NOISE[:100_000] / 9, NOISE[:50_000]]
    assert alignment.lag(long, long[:3000], max_lag) == 0
    assert alignment.lag(long, long[1:3000], max_lag) == 1


def test_a_far_shift_is_found_if_asked_for() -> None:
    assert alignment.lag(NOISE, NOISE[60000:], 1 << 17) == 60000
    assert alignment.lag(NOISE, NOISE[60000:], 1 << 14) is None
