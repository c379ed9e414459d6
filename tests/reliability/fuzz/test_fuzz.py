"""Damaged files do no harm, by a fixed number of them (``make fuzz`` reads FUZZ times as many), and proof that the harness sees harm."""

import dataclasses
import functools
import os
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import BACKENDS
from tests.reliability.fuzz import anatomy, children, readings
from tests.reliability.fuzz.corpora import CORPORA
from tests.tables import table


@functools.cache
def _files(name: str) -> dict[str, bytes]:
    return CORPORA[name].files()


@pytest.mark.parametrize("backend", BACKENDS)
# the corpus, the seed, how many mutations, and how many values and errors each gives
@table("name, seed, number, each", {
    "whole files": ("short", 1, 600, 1 / 4),
    "long files": ("long", 1, 30, 1),
    "changes of structure": ("structure", 3, 60, 1),
})  # fmt: skip
def test_damaged_files_do_no_harm(name: str, seed: int, number: int, each: float, backend: str) -> None:
    """What one finding tells of can be made again: ``CORPORA[name].mutation(files, seed, index)``."""
    number *= int(os.environ.get("FUZZ", "1"))
    report = children.run(CORPORA[name], backend, _files(name), seed, range(number))
    assert report.mutations == number
    assert not report.findings
    assert min(report.outcomes["value"], report.outcomes["error"]) > number * each


def test_structure_is_known_of_every_file() -> None:
    for name, data in _files("structure").items():
        found = anatomy.of(data)
        assert found.parts or found.fields, name
        assert all(0 <= begin <= end <= len(data) for begin, end in found.parts), name


@pytest.mark.parametrize("wrong", ["samples", "length", "count"])
def test_the_harness_sees_a_wrong_piece(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a length of ``info`` that is not that of ``load``."""
    load, info = readings._EXACT.load, readings._EXACT.info

    def wrong_load(path: str, offset: int = 0, *arguments: int, backend: str) -> Any:
        samples, rate = load(path, offset, *arguments, backend=backend)
        if offset and wrong == "samples" and samples.numel():
            samples[0, 0] += 1
        return samples[:, : -1 if offset and wrong == "length" else None], rate

    def wrong_info(path: str, backend: str) -> Any:
        found = info(path, backend=backend)
        found.num_frames += wrong == "count"
        return found

    monkeypatch.setattr(readings, "_EXACT", dataclasses.replace(readings._EXACT, load=wrong_load, info=wrong_info))
    report = children.run(CORPORA["long"], "ffmpeg", _files("long"), 1, range(12))
    assert report.mutations == 12
    assert len(report.findings) > 2
    assert all(finding.call.startswith("info" if wrong == "count" else "piece") for finding in report.findings)
    assert {finding.kind for finding in report.findings} == {"undocumented DisagreementError"}


@table("harm, seen", {
    "crash": (lambda: os.kill(os.getpid(), 11), "crash (SIGSEGV)"),
    "exit": (lambda: os._exit(2), "crash (exit 2)"),
    "memory": (lambda: bytearray(1 << 33), "undocumented MemoryError"),
    "error": (lambda: 1 / 0, "undocumented ZeroDivisionError"),
    "wait": (lambda: time.sleep(60), "hang"),
    "work": (lambda: sum(range(1 << 62)), "hang"),
    "files": (lambda: os.dup(0) and (None, None), "absurd value"),
})  # fmt: skip
def test_the_harness_sees_harm(harm: Any, seen: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(*_: object) -> Iterator[readings.Call]:
        yield readings.Call("load", harm)

    monkeypatch.setattr(children, "SECONDS", 0.5)
    monkeypatch.setattr(children, "_WALL_SECONDS", 1.0 if seen == "hang" else 60.0)
    report = children.run(CORPORA["short"]._replace(read=read), "soundfile", _files("short"), 1, range(2))
    assert report.mutations == 2
    assert [finding.kind for finding in report.findings if finding.kind != "open files"] == [seen] * 2
    assert ("open files" in [finding.kind for finding in report.findings]) == (seen == "absurd value")


@table("heap, growth", {
    "none": ({}, 0),
    "few mutations": ({20: 5}, 0),
    "once": ({300: 0, 550: 0, 799: 4_000_000}, 0),
    "a leak": ({300: 0, 550: 500_000, 799: 4_000_000}, 2000),
    "stopped early": ({300: 0, 400: 50_000}, 500),
})  # fmt: skip
def test_growth_is_what_both_halves_took(heap: dict[int, int], growth: float) -> None:
    """An allocation that is made once is no leak."""
    assert children.growth(heap) == growth
