"""The race: one round is one turn of each peer, then one of ours, which is the one that pytest-benchmark times."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
import torch

from bench import peers

torch.set_num_threads(1)

Race = Callable[..., None]
_SECONDS = 8  # for one task, as far as two turns are not longer


def pytest_addoption(parser: pytest.Parser) -> None:
    """How many turns."""
    parser.addoption(
        "--rounds", type=int, default=9, help="turns of each; what takes long gets fewer"
    )


@pytest.fixture
def race(benchmark: Any, request: pytest.FixtureRequest) -> Race:
    """Time ours against peers in turn, and note the least seconds of each, and the goals as ``{peer: ratio}``."""

    # of one thread, the processor's time is what does not change with the neighbours' load
    marker = request.node.get_closest_marker("benchmark")
    clock = marker.kwargs["timer"] if marker else time.process_time

    def run(
        task: str,
        ours: Callable[[], object],
        against: dict[str, Callable[[], object]],
        goals: dict[str, float] | None = None,
    ) -> None:
        found = {
            name: act for name, act in against.items() if name.partition(",")[0] in peers.there()
        }
        best: dict[str, float] = {}

        def turn() -> None:
            for name, act in found.items():
                start = clock()
                act()
                best[name] = min(best.get(name, float("inf")), clock() - start)

        start = time.perf_counter()
        ours()
        turn()
        once = time.perf_counter() - start
        best.clear()
        rounds = max(2, min(request.config.getoption("--rounds"), int(_SECONDS / max(once, 1e-9))))
        if once < 0.05:
            rounds *= 5
        benchmark.pedantic(ours, setup=turn, rounds=rounds)
        benchmark.extra_info.update(task=task, peers=best, goals=goals or {})

    return run
