"""A fair sample of the files, and what it says about all of them.

A file is in the sample by a hash of its path: every file has the same chance, the order of listing does not matter, a second run
takes the same files, and a larger sample has the smaller one in it.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from compat.audit.items import Item, number


def drawn(items: Iterable[Item], size: int, seed: int) -> tuple[list[Item], int]:
    """The files with the smallest hashes, in the order they were listed in, and how many files there were."""
    heap: list[tuple[int, int, Item]] = []
    total = 0
    for total, item in enumerate(items, 1):
        entry = (-number(f"{seed}\0{item.path}"), total, item)
        if len(heap) < size:
            heapq.heappush(heap, entry)
        elif entry > heap[0]:
            heapq.heapreplace(heap, entry)
    return [item for _, _, item in sorted(heap, key=lambda entry: entry[1])], total


class Bound(NamedTuple):
    """What a sample says.

    Attributes:
        found: files of the sample that are of the kind asked for.
        size: files in the sample.
        population: files in all.
        confidence: such as 0.95.
        low: the least share of all files that goes with the sample.
        high: the largest share.
    """

    found: int
    size: int
    population: int
    confidence: float
    low: float
    high: float


def bound(found: int, size: int, population: int, confidence: float = 0.95) -> Bound:
    """The exact bounds (Clopper and Pearson) of the share of files of a kind, given how many of the sample are.

    A sample without any has no lower bound, so the whole chance of error goes to the upper one: the exact form of the rule of three
    (3 / size for 95 %). Where the sample is all there is, nothing is unsure.
    """
    if size >= population:
        share = found / population if population else 0.0
        return Bound(found, size, population, confidence, share, share)
    error = 1 - confidence
    if found == 0:
        return Bound(found, size, population, confidence, 0.0, _upper(0, size, error))
    if found == size:
        return Bound(found, size, population, confidence, 1 - _upper(0, size, error), 1.0)
    low = 1 - _upper(size - found, size, error / 2)
    return Bound(found, size, population, confidence, low, _upper(found, size, error / 2))


def _upper(found: int, size: int, error: float) -> float:
    """The share at which ``found`` or fewer of ``size`` come up with a chance of ``error``."""
    k = np.arange(found + 1)
    ways = np.r_[0.0, np.cumsum(np.log((size - k[:-1]) / (k[:-1] + 1)))]
    low, high = found / size, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if not 0 < middle < 1:
            break
        logs = ways + k * math.log(middle) + (size - k) * math.log1p(-middle)
        top = float(logs.max())
        chance = math.exp(top) * float(np.exp(logs - top).sum()) if top > -700 else 0.0
        low, high = (middle, high) if chance > error else (low, middle)
    return high
