"""Every recorded case, replayed under the release and mode it was recorded with."""

import collections
import fnmatch
import json
import os
import pathlib
import sys
import tomllib
from typing import Any

import av
import pytest
from packaging.specifiers import SpecifierSet

from dispatcher.registry import Registry
from tests import warm
from tests.compat.real import wheels
from tests.oracle import compare
from tests.tables import table

HERE = pathlib.Path(__file__).resolve().parent
_VARIABLE = "TORCHAUDIO_USE_BACKEND_DISPATCHER"
_GROUPS = ("load", "info", "save", "legacy", "surface")
_CUT = {"cut.mp3", "cut.flac", "cut_in_data.wav"}
_SHARE = 0.995
_STREAM_SHARE = 0.97


# How a file of outcomes was recorded: the release, what `tests.oracle.replay` is told, and variables
Run = collections.namedtuple("Run", "release arguments variables cases share", defaults=((), {}, _GROUPS, _SHARE))
_OLD = ("--backends", "sox,soundfile")


RUNS = {
    "2.0-legacy": Run("2.0", _OLD),
    "2.0-dispatcher": Run("2.0", _OLD, {_VARIABLE: "1"}),
    "2.0-modes": Run("2.0", _OLD, cases=("modes",)),
    "2.1-dispatcher": Run("2.1"),
    "2.1-legacy": Run("2.1", (), {_VARIABLE: "0"}),
    "2.1-modes": Run("2.1", cases=("modes",)),
    "2.2-dispatcher": Run("2.2"),
    "2.2-modes": Run("2.2", cases=("modes",)),
    "2.8-dispatcher": Run("2.8"),
    "2.8-modes": Run("2.8", cases=("modes",)),
    # the one departure from a release is off here, and tested on its own
    "2.9-dispatcher": Run("2.9", ("--flag=scale_integers=0",)),
    "2.9-modes": Run("2.9", cases=("modes",)),
    "2.2-stream": Run("2.2", cases=("stream",), share=_STREAM_SHARE),
    "2.8-stream": Run("2.8", cases=("stream",), share=_STREAM_SHARE),
}


def _lines(path: pathlib.Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def accepted() -> list[dict[str, str]]:
    table: list[dict[str, str]] = tomllib.loads((HERE / "accepted.toml").read_text("utf-8"))["accepted"]
    return table


def holds(row: dict[str, str]) -> bool:
    return SpecifierSet(row.get("av", "")).contains(av.__version__, prereleases=True)


def accepted_here(name: str) -> list[str]:
    """Return the patterns of cases that may differ from a file of outcomes, with the PyAV that is installed."""
    return [row["case"] for row in accepted() if holds(row) and fnmatch.fnmatch(name, row["outcomes"])]


def replayed(run: Run, *paths: pathlib.Path) -> dict[str, dict[str, Any]]:
    """The outcomes here of a run's cases, or of those in other files."""
    cases = paths or [HERE / "cases" / f"{group}.jsonl" for group in run.cases]
    command = [sys.executable, "-m", "tests.oracle.replay", "--release", run.release, *run.arguments, *map(str, cases)]
    environment = {key: value for key, value in os.environ.items() if key != _VARIABLE} | run.variables
    done = warm.run(command, cwd=HERE.parents[1], env=environment, check=True)
    return {outcome["id"]: outcome for outcome in map(json.loads, done.stdout.splitlines())}


def _differing(recorded: list[dict[str, Any]], here: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {want["id"]: found for want in recorded if (found := compare.difference(want, here.get(want["id"])))}


@pytest.mark.skipif(Registry().reason("sox") is not None, reason="the outcomes were recorded with libsox, which is not on this machine")
@pytest.mark.parametrize("name", RUNS)
def test_the_outcomes_are_those_of_the_release(name: str) -> None:
    """Nothing differs but what the table accepts, and of each file at least 99.5 % are the same, of streams 97 %."""
    recorded = _lines(HERE / "outcomes" / f"{name}.jsonl")
    here = replayed(RUNS[name])
    differing = _differing(recorded, here)
    patterns = accepted_here(name)
    assert {case: found for case, found in differing.items() if not any(fnmatch.fnmatchcase(case, p) for p in patterns)} == {}
    unneeded = [
        pattern
        for pattern in patterns
        if any(fnmatch.fnmatchcase(want["id"], pattern) for want in recorded)
        and not any(fnmatch.fnmatchcase(case, pattern) for case in differing)
    ]
    warned = [row["case"] for row in accepted() if row.get("only") == "warnings"]
    of_warned = {case: found for case, found in differing.items() if any(fnmatch.fnmatchcase(case, p) for p in warned)}
    assert {case: found for case, found in of_warned.items() if not found.startswith("warnings: ")} == {}
    # what the flag `truncated` warned of: the one warning that is of ours and is not compared
    assert {case.split("/")[1] for case, outcome in here.items() if outcome.get("truncated")} <= _CUT
    assert not unneeded, "accepted, but the same by now"
    # what differs by another PyAV does not count: the share is promised for the one that is pinned
    of_av = [row["case"] for row in accepted() if "av" in row]
    counted = [case for case in differing if not any(fnmatch.fnmatchcase(case, pattern) for pattern in of_av)]
    assert len(counted) <= (1 - RUNS[name].share) * len(recorded)


@pytest.mark.network
@pytest.mark.parametrize(("wheel", "release"), [("2.2.2", "2.2"), ("2.2.2", "2.8"), ("2.8.0", "2.8"), ("2.11.0", "2.2")])
def test_the_outcomes_are_those_of_the_compiled_part(wheel: str, release: str) -> None:
    """Filters, alignment, losses, transforms, features and models, over wheels whose compiled part does not load here.

    The cases were recorded with the real 2.2.2 and 2.8.0 and their compiled part.
    """
    here = replayed(Run(release, (), {"PYTHONPATH": str(wheels.unpacked(wheel, compiled=True))}, ("ops",)))
    recorded = _lines(HERE / "outcomes" / f"{release}-ops.jsonl")
    assert len(recorded) == 67
    assert _differing(recorded, here) == {}


def test_every_line_of_the_table_gives_a_reason_and_meets_a_case() -> None:
    """The table stays short, and names cases that exist."""
    rows = accepted()
    assert len(rows) < 20
    for row in rows:
        assert len(row["reason"]) > 40
        names = [name for name in RUNS if fnmatch.fnmatch(name, row["outcomes"])]
        cases = (case["id"] for name in names for case in _lines(HERE / "outcomes" / f"{name}.jsonl"))
        assert any(fnmatch.fnmatchcase(case, row["case"]) for case in cases), row


_TENSOR = {"kind": "tensor", "dtype": "torch.float32", "shape": [1, 2], "contiguous": True, "probe": [0.0, 0.5], "rms": 0.3}
_WANT: dict[str, Any] = {"id": "load/x.wav/sox/plain", "value": [_TENSOR, 16000], "warnings": []}
_FAILED: dict[str, Any] = {"id": "load/x.wav/sox/plain", "error": ["RuntimeError"], "message": "", "warnings": []}


@table("want, got, differs", {
    "nothing": (_WANT, _WANT, False),
    "a sample": (_WANT, {**_WANT, "value": [{**_TENSOR, "probe": [0.0, 0.50001]}, 16000]}, True),
    "a dtype": (_WANT, {**_WANT, "value": [{**_TENSOR, "dtype": "torch.float64"}, 16000]}, True),
    "the layout": (_WANT, {**_WANT, "value": [{**_TENSOR, "contiguous": False}, 16000]}, True),
    "a warning": (_WANT, {**_WANT, "warnings": ["UserWarning"]}, True),
    "an error in place of a value": (_WANT, _FAILED, True),
    "a class": (_FAILED, {**_FAILED, "error": ["ValueError"]}, True),
})  # fmt: skip
def test_a_difference_is_seen(want: dict[str, Any], got: dict[str, Any], differs: bool) -> None:
    """The comparison can fail."""
    assert (compare.difference(want, got) is not None) == differs
