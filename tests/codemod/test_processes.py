"""Work that several processes do: nothing is lost, nothing is left behind, and whatever happens to a helper, the outcome is the same."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from compat.codemod import lockstep, processes, sharing
from compat.codemod.lockstep import Alone
from compat.codemod.sharing import Shared

NUMBERS = list(range(57))
HERE = os.getpid()


@pytest.fixture(autouse=True)
def nothing_left_behind(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No helper that has ended and not been waited for, and no open pipe."""
    before, fork, pids = pipes(), os.fork, []

    def watched() -> int:
        pid = fork()
        pids.append(pid)
        return pid

    monkeypatch.setattr(os, "fork", watched)
    yield
    processes.wait()
    for pid in pids:
        with pytest.raises(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
    assert pipes() <= before


def pipes() -> set[str]:
    """The pipes that are open, where the system shows them."""
    found = set()
    for name in os.listdir("/proc/self/fd") if os.path.isdir("/proc/self/fd") else ():
        with contextlib.suppress(OSError):
            found.add(os.readlink(f"/proc/self/fd/{name}"))
    return {one for one in found if one.startswith("pipe:")}


def is_helper() -> bool:
    return os.getpid() != HERE


# Whoever is free


def squares(numbers: list[int]) -> list[int]:
    time.sleep(0.001)
    return [number * number for number in numbers]


def squares_or_die(numbers: list[int]) -> list[int]:
    if is_helper():
        os._exit(1)
    return squares(numbers)


def squares_or_fail(numbers: list[int]) -> list[int]:
    if is_helper():
        raise ValueError("only in the helper")
    return squares(numbers)


@pytest.mark.parametrize("work", [squares, squares_or_die, squares_or_fail])
@pytest.mark.parametrize("helpers", [0, 1, 3])
@pytest.mark.parametrize("at_once", [1, 10, 100])
def test_outcomes_come_in_order(
    work: Callable[[list[int]], list[int]], helpers: int, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharing, "AT_ONCE", at_once)
    shared = Shared(work, NUMBERS, helpers)
    ticks: list[int] = []
    try:
        assert list(shared.outcomes(ticks.append)) == [number * number for number in NUMBERS]
    finally:
        shared.end()
    assert ticks == sorted(set(ticks))
    assert all(0 < done <= len(NUMBERS) for done in ticks)


def test_helpers_do_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "AT_ONCE", 1)
    shared = Shared(lambda numbers: [(time.sleep(0.01), os.getpid())[1] for _ in numbers], NUMBERS, 2)
    try:
        assert len(set(shared.outcomes())) == 3
    finally:
        shared.end()


def test_more_things_than_a_pipe_has_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "AT_ONCE", 1)
    many = list(range(300_000))
    shared = Shared(lambda numbers: numbers, many, 1)
    try:
        assert list(shared.outcomes()) == many
    finally:
        shared.end()


def test_nothing_to_do() -> None:
    shared = Shared(squares, [], 1)
    assert list(shared.outcomes()) == []
    shared.end()


def test_helpers_are_ended_with_their_work_undone() -> None:
    shared = Shared(lambda numbers: time.sleep(60) or numbers, NUMBERS, 2)
    started = time.monotonic()
    shared.end()
    assert time.monotonic() - started < 30


# The same way


def added(share: Alone) -> int:
    share.deal({number: number for number in NUMBERS})
    own = sum(number for number in NUMBERS if share.mine(number))
    return sum(share.tell(own))


def added_or_die(share: Alone) -> int:
    if is_helper():
        os._exit(1)
    return added(share)


def added_and_lost_between(share: Alone) -> int:
    first = added(share)
    if is_helper():
        raise ValueError("only in the helper")
    return max(first, *share.tell(0))


@pytest.mark.parametrize("work", [added, added_or_die, added_and_lost_between])
@pytest.mark.parametrize("jobs", [0, 1, 2, 4])
def test_together_as_alone(work: Callable[[Alone], int], jobs: int) -> None:
    assert lockstep.together(jobs, work) == sum(NUMBERS)


def test_all_are_told_the_same_in_the_same_order() -> None:
    def work(share: Alone) -> list[tuple[int, ...]]:
        share.deal(dict.fromkeys(NUMBERS, 1))
        return share.tell(tuple(number for number in NUMBERS if share.mine(number)))

    parts = lockstep.together(3, work)
    assert [len(part) for part in parts] == [19, 19, 19]
    assert sorted(number for part in parts for number in part) == NUMBERS


def test_a_large_piece_is_dealt_first() -> None:
    def work(share: Alone) -> list[int]:
        share.deal({0: 1, 1: 1, 2: 1, 3: 100, 4: 1})
        return share.tell(sum(share.mine(number) for number in range(5)))

    assert lockstep.together(2, work) == [1, 4]


def test_what_goes_wrong_is_raised_here() -> None:
    def work(share: Alone) -> None:
        share.tell(None)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        lockstep.together(3, work)


# Where forking is not safe


def test_without_fork(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "fork")
    assert processes.how_many(8) == 0
    assert lockstep.together(8, added) == sum(NUMBERS)


@pytest.mark.parametrize("allowed", [0, 1])
def test_a_system_that_gives_no_more_processes(allowed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    fork, left = os.fork, [allowed]

    def refuse() -> int:
        if not left[0]:
            raise BlockingIOError("no more")
        left[0] -= 1
        return fork()

    monkeypatch.setattr(os, "fork", refuse)
    assert lockstep.together(3, added) == sum(NUMBERS)
    left[0] = allowed
    shared = Shared(squares, NUMBERS, 2)
    try:
        assert list(shared.outcomes()) == [number * number for number in NUMBERS]
    finally:
        shared.end()


@pytest.mark.parametrize(("platform", "threads", "expected"), [("linux", 2, 7), ("darwin", 1, 7), ("darwin", 2, 0)])
def test_threads(platform: str, threads: int, expected: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What threads hold in a process on a Mac may be broken in a fork of it."""
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(threading, "active_count", lambda: threads)
    assert processes.how_many(8) == expected
