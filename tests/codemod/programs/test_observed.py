"""What reading leaves, a trace settles: projects made at random are recorded, rewritten with ``--observed``, and served as before."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from compat.codemod.run import session
from compat.codemod.source.options import Options
from tests.codemod.programs.making import Made, make
from tests.codemod.programs.running import DEFAULT, Served, Trace, run
from tests.codemod.programs.test_programs import rewritten

SEEDS = 60
WHOLLY = 0.8  # the rest: calls that several backends served, getters that gave several names, functions bound by an import that never ran


def recorded(made: Made) -> Trace:
    trace: Trace = []
    for entry in made.entries:
        run(made.files, entry, "2.0", trace)
    return trace


def with_trace(made: Made, folder: Path, trace: Trace) -> tuple[dict[str, str], set[tuple[str, int]]]:
    """The new texts, and the lines that findings name."""
    for path, text in made.files.items():
        (folder / path).write_text(text)
    file = folder.with_suffix(".jsonl")
    file.write_text("".join(f"{json.dumps(line)}\n" for line in trace))
    result = session.run(Options(paths=(str(folder),), ignore=("TAC139",), evidence=(str(file),), observed=True))
    assert not result.problems
    named = {
        (str(Path(place.path).relative_to(folder)), line)
        for one in result.files
        for finding in one.left
        for place in (finding.place, *finding.related)
        for line in range(place.line, place.end_line + 1)
    }
    return {path: (folder / path).read_text() for path in made.files}, named


def in_words(events: list[Served | str]) -> list[object]:
    """The calls in order; what 2.0 takes where nothing is set is sox."""
    return [(one.label, "sox" if one.backend == DEFAULT else one.backend) if isinstance(one, Served) else one for one in events]


def wrong(made: Made, new: dict[str, str], named: set[tuple[str, int]]) -> str:
    for entry in made.entries:
        before = run(made.files, entry, "2.0")
        if (after := in_words(run(new, entry, "2.0"))) != in_words(before):
            return f"{entry}: {in_words(before)} became {after}"
        now = [one for one in run(new, entry, "2.2") if isinstance(one, Served)]
        for old, one in zip([one for one in before if isinstance(one, Served)], now, strict=False):
            same = old.backend == one.backend or (old.backend == DEFAULT and one.backend == "sox")
            if (old.label != one.label or not same) and not ({old.line, *old.setters} & named):
                return f"{entry}: {old} became {one}"
    return ""


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> dict[int, tuple[str, bool]]:
    """For each project that reading leaves with findings: what is wrong, and whether it is wholly rewritten."""
    folder, found = tmp_path_factory.mktemp("observed"), {}
    for seed in range(SEEDS):
        made = make(seed)
        new, result = rewritten(made, folder / str(seed))
        if not any(file.left for file in result.files) or not any(".set_audio_backend(" in text for text in made.files.values()):
            continue
        if trace := recorded(made):
            new, named = with_trace(made, folder / str(seed), trace)
            wholly = not named and not any("set_audio_backend" in text for text in new.values())
            found[seed] = wrong(made, new, named), wholly
    return found


def test_each_call_is_served_as_before_or_a_finding_names_it(settled: dict[int, tuple[str, bool]]) -> None:
    assert not {seed: said for seed, (said, _) in settled.items() if said}


def test_enough_projects_are_rewritten_wholly(settled: dict[int, tuple[str, bool]]) -> None:
    wholly = [wholly for _, wholly in settled.values()]
    assert len(wholly) > 20
    assert sum(wholly) >= WHOLLY * len(wholly)
