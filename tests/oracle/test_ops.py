"""Filters, alignment, losses, transforms, features and models, over wheels whose compiled part does not load here.

The cases were recorded with the real 2.2.2 and 2.8.0 and their compiled part.
"""

import pathlib

import pytest

from tests.compat.real import wheels
from tests.oracle import compare
from tests.oracle.test_oracle import Run, _lines, replayed

HERE = pathlib.Path(__file__).resolve().parent


@pytest.mark.network
@pytest.mark.parametrize(("wheel", "release"), [("2.2.2", "2.2"), ("2.2.2", "2.8"), ("2.8.0", "2.8"), ("2.11.0", "2.2")])
def test_the_outcomes_are_those_of_the_compiled_part(wheel: str, release: str) -> None:
    here = replayed(Run(release, cases=("ops",), installed=str(wheels.unpacked(wheel, compiled=True))))
    recorded = _lines(HERE / "outcomes" / f"{release}-ops.jsonl")
    differing = {want["id"]: found for want in recorded if (found := compare.difference(want, here.get(want["id"])))}
    assert not differing, "\n".join(f"{case}: {found}" for case, found in differing.items())
    assert len(recorded) == 67
