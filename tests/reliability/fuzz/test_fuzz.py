"""A fixed part of what ``make fuzz`` reads, and proof that the harness sees harm."""

import dataclasses
import functools
import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.conftest import BACKENDS
from tests.reliability.fuzz import anatomy, calls, children, corpus, mutate, pieces, structure
from tests.tables import table

whole_files = functools.cache(corpus.whole_files)
long_files = functools.cache(corpus.long)
structured_files = functools.cache(structure.files)
# the files, how they are read, the seed, how many mutations (`make fuzz` goes on where these end), and how many values and errors each gives
CORPORA = {
    # a value or a documented error, within five seconds and little memory, and nothing left behind
    "whole files": (whole_files, calls, 1, 600, 1 / 4),
    # late pieces are slices of the whole, or documented errors, and `info` counts what `load` gives, or somebody is warned
    "long files": (long_files, pieces, 1, 30, 1),
    # sizes, counts, rates and nesting: whole, pieces, `info`, blocks, objects, effects and streams agree, or somebody is warned
    "changes of structure": (structured_files, structure, 3, 60, 1),
}


@pytest.mark.parametrize("backend", BACKENDS)
@table("files, ways, seed, number, each", CORPORA)
def test_damaged_files_do_no_harm(
    files: Callable[[], dict[str, bytes]], ways: Any, seed: int, number: int, each: float, backend: str
) -> None:
    report = children.run(backend, files(), seed, range(number), number, ways=ways)
    assert report.mutations == number
    assert not report.findings
    assert min(report.outcomes["value"], report.outcomes["error"]) > number * each


def test_structure_is_known_of_every_file() -> None:
    """And a number always gives the same change of it."""
    files = structured_files()
    for name, data in files.items():
        found = anatomy.of(data)
        assert found.parts or found.fields, name
        assert all(0 <= begin <= end <= len(data) for begin, end in found.parts), name
    changed = [anatomy.mutation(files, 7, index) for index in range(200)]
    assert changed == [anatomy.mutation(files, 7, index) for index in range(200)]
    assert len({change.data for change in changed}) > 180


@pytest.mark.parametrize("wrong", ["samples", "length", "count"])
def test_the_harness_sees_a_wrong_piece(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a length of ``info`` that is not that of ``load``."""
    load, info = pieces._EXACT.load, pieces._EXACT.info

    def wrong_load(path: str, offset: int = 0, *arguments: int, backend: str) -> Any:
        samples, rate = load(path, offset, *arguments, backend=backend)
        if offset and wrong == "samples" and samples.numel():
            samples[0, 0] += 1
        return samples[:, : -1 if offset and wrong == "length" else None], rate

    def wrong_info(path: str, backend: str) -> Any:
        found = info(path, backend=backend)
        found.num_frames += wrong == "count"
        return found

    monkeypatch.setattr(pieces, "_EXACT", dataclasses.replace(pieces._EXACT, load=wrong_load, info=wrong_info))
    report = children.run("ffmpeg", long_files(), 1, range(12), ways=pieces)
    assert report.mutations == 12
    assert len(report.findings) > 2
    assert all(finding.call.startswith("info" if wrong == "count" else "piece") for finding in report.findings)
    assert {finding.kind for finding in report.findings} == {"undocumented DisagreementError"}


def test_a_number_always_gives_the_same_damage() -> None:
    """So that what was found can be looked at again."""
    files = whole_files()
    for index in range(200):
        assert mutate.mutation(files, 7, index) == mutate.mutation(files, 7, index)
    assert len({mutate.mutation(files, 7, index).data for index in range(200)}) > 150


@pytest.mark.parametrize(
    ("harm", "seen"),
    [
        (lambda: os.kill(os.getpid(), 11), "crash (SIGSEGV)"),
        (lambda: os._exit(2), "crash (exit 2)"),
        (lambda: bytearray(1 << 33), "undocumented MemoryError"),
        (lambda: 1 / 0, "undocumented ZeroDivisionError"),
        (lambda: time.sleep(60), "hang"),
        (lambda: os.dup(0) and (None, None), "absurd value"),
    ],
    ids=["crash", "exit", "memory", "error", "hang", "files"],
)
def test_the_harness_sees_harm(harm: Any, seen: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def of(*_: object) -> Iterator[calls.Call]:
        yield calls.Call("load", harm)

    monkeypatch.setattr(calls, "of", of)
    monkeypatch.setattr(children, "_WALL_SECONDS", 1.0)
    report = children.run("soundfile", whole_files(), 1, range(2))
    assert report.mutations == 2
    assert [finding.kind for finding in report.findings if finding.kind != "open files"] == [seen] * 2
    assert ("open files" in [finding.kind for finding in report.findings]) == (seen == "absurd value")


@pytest.mark.parametrize(
    ("heap", "growth"),
    [
        ({}, 0),
        ({20: 5}, 0),
        ({300: 0, 550: 0, 799: 4_000_000}, 0),
        ({300: 0, 550: 500_000, 799: 4_000_000}, 2000),
        ({300: 0, 400: 50_000}, 500),
    ],
    ids=["none", "few mutations", "once", "a leak", "stopped early"],
)
def test_growth_is_what_both_halves_took(heap: dict[int, int], growth: float) -> None:
    """An allocation that is made once is no leak."""
    assert children._growth(heap) == growth
