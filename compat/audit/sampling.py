"""Draw a fair sample of the files, and say what it tells about all of them.

A hash of its path decides whether a file is in the sample. So every file has the same chance, the
order of listing does not matter, a second run takes the same files, and a larger sample contains
the smaller one.
"""

import heapq
import itertools
import math
from collections.abc import Iterable
from typing import NamedTuple

from compat.audit.items import Item, number


def drawn(items: Iterable[Item], size: int, seed: int) -> tuple[list[Item], int]:
    """Return the files with the smallest hashes, in listed order, and the number of all files."""
    places = itertools.count()
    smallest = heapq.nsmallest(
        size, zip(items, places, strict=False), key=lambda one: number(f"{seed}\0{one[0].path}")
    )
    return [item for item, _ in sorted(smallest, key=lambda one: one[1])], next(places)


class Bound(NamedTuple):
    """What a sample tells about all files.

    Attributes:
        found: files of the sample that are of the kind in question.
        size: files in the sample.
        population: files in all.
        confidence: such as 0.95.
        fewest: the smallest number of such files among all that agrees with the sample.
        most: the largest.
        low: ``fewest`` as a share of all files.
        high: ``most`` as such a share.
    """

    found: int
    size: int
    population: int
    confidence: float
    fewest: int
    most: int
    low: float
    high: float


def bound(found: int, size: int, population: int, confidence: float = 0.95) -> Bound:
    """Return exact bounds for the number of files of a kind, from their number in the sample.

    The sample is drawn without replacement, so the counts are hypergeometric; the bounds are the
    numbers that neither tail excludes. A sample without such a file has no lower bound, so the
    whole chance of error goes to the upper one: for many files about 3 / size at 95 %, the rule of
    three. If the sample has all files, both bounds are their number.
    """
    # rounding must not decide where a chance is exactly the allowed error
    error = (1 - confidence) * (1 + 1e-9)
    if 0 < found < size:
        error /= 2
    # the fewest files of this kind follow from the most of the other kind
    fewest = 0 if found == 0 else population - _most(size - found, size, population, error)
    most = population - (size - found) if found == size else _most(found, size, population, error)
    shares = (number / population if population else 0.0 for number in (fewest, most))
    return Bound(found, size, population, confidence, fewest, most, *shares)


def _most(found: int, size: int, population: int, error: float) -> int:
    """Return the largest number of such files that the sample does not rule out.

    If there were that many, a sample with at most ``found`` of them would have a chance of more
    than ``error``.
    """
    low, high = found, population - (size - found)
    while low < high:
        middle = (low + high + 1) // 2
        if _chance(found, size, middle, population) > error:
            low = middle
        else:
            high = middle - 1
    return low


def _chance(found: int, size: int, kind: int, population: int) -> float:
    """Return the chance that a sample has ``found`` or fewer files of a kind.

    Args:
        found: the number in question.
        size: files in the sample.
        kind: files of this kind among all.
        population: files in all.
    """
    first = max(0, size - (population - kind))
    whole = _log_ways(population, size)
    return math.fsum(
        math.exp(_log_ways(kind, k) + _log_ways(population - kind, size - k) - whole)
        for k in range(first, found + 1)
    )


def _log_ways(all_of: int, some: int) -> float:
    return math.lgamma(all_of + 1) - math.lgamma(some + 1) - math.lgamma(all_of - some + 1)
