"""The sample is fair and stays the same; its bounds are the exact ones."""

import fractions
import math
import random

import hypothesis
import pytest
from hypothesis import strategies as st

from compat.audit import sampling
from compat.audit.items import Item

ITEMS = [Item(f"folder/{number}.wav") for number in range(2000)]


def paths(items: list[Item]) -> set[str]:
    return {item.path for item in items}


def test_a_sample_does_not_depend_on_the_order_and_grows_by_addition() -> None:
    small, total = sampling.drawn(ITEMS, 100, 0)
    shuffled = random.Random(1).sample(ITEMS, len(ITEMS))
    assert total == 2000
    assert paths(sampling.drawn(shuffled, 100, 0)[0]) == paths(small)
    assert paths(small) < paths(sampling.drawn(ITEMS, 300, 0)[0])
    assert paths(small) != paths(sampling.drawn(ITEMS, 100, 1)[0])
    assert [item.path for item in small] == [item.path for item in ITEMS if item in small]


def test_every_file_has_the_same_chance() -> None:
    """400 samples of a tenth: each tenth of the files must come up about as often as every other."""
    counts = [0] * 10
    for seed in range(400):
        for item in sampling.drawn(ITEMS[:200], 20, seed)[0]:
            counts[int(item.path.split("/")[1][:-4]) // 20] += 1
    assert sum(counts) == 8000
    chi_square = sum((count - 800) ** 2 / 800 for count in counts)
    assert chi_square < 27.9  # 9 degrees of freedom, one in a thousand


# from published tables of Clopper and Pearson's interval
KNOWN = [
    (0, 300, 0.95, 0.0, 0.009936),
    (0, 10, 0.95, 0.0, 0.258866),
    (1, 10, 0.95, 0.002529, 0.445016),
    (5, 10, 0.95, 0.187086, 0.812914),
    (3, 100, 0.95, 0.006230, 0.085176),
    (10, 10, 0.95, 0.741134, 1.0),
    (0, 459, 0.99, 0.0, 0.009983),
]


@pytest.mark.parametrize(("found", "size", "confidence", "low", "high"), KNOWN)
def test_bounds_are_the_exact_ones(found: int, size: int, confidence: float, low: float, high: float) -> None:
    got = sampling.bound(found, size, 10**7, confidence)
    assert (got.low, got.high) == (pytest.approx(low, abs=5e-6), pytest.approx(high, abs=5e-6))


@hypothesis.settings(deadline=None)
@hypothesis.given(size=st.integers(1, 3000), share=st.floats(0, 1))
def test_bounds_hold_what_was_seen(size: int, share: float) -> None:
    found = round(size * share)
    got = sampling.bound(found, size, 10**7)
    assert 0 <= got.low <= found / size <= got.high <= 1


def test_a_sample_of_everything_is_sure() -> None:
    got = sampling.bound(3, 50, 50)
    assert got.low == got.high == 0.06


@hypothesis.settings(deadline=None, max_examples=60)
@hypothesis.given(data=st.data())
def test_bounds_are_those_of_the_hypergeometric_tails(data: st.DataObject) -> None:
    """Against fractions: within, neither tail rules a number out; one further, one does."""
    population = data.draw(st.integers(1, 40))
    size = data.draw(st.integers(1, population))
    found = data.draw(st.integers(0, size))

    def chance(kind: int, counts: range) -> fractions.Fraction:
        ways = sum(math.comb(kind, k) * math.comb(population - kind, size - k) for k in counts)
        return fractions.Fraction(ways, math.comb(population, size))

    error = fractions.Fraction(1, 40 if 0 < found < size else 20)
    possible = [
        kind
        for kind in range(found, population - size + found + 1)
        if (found == size or chance(kind, range(found + 1)) > error) and (found == 0 or chance(kind, range(found, size + 1)) > error)
    ]
    got = sampling.bound(found, size, population)
    assert (got.fewest, got.most) == (possible[0], possible[-1])
