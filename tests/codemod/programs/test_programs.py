"""What runs after the codemod is served as before it, or a finding says where not; in projects made at random."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path

import pytest

from compat.codemod.plan import programs
from compat.codemod.run import session
from compat.codemod.source.options import Options
from compat.codemod.source.results import Result
from tests.codemod.programs.making import Made, make
from tests.codemod.programs.running import Served, run

SEEDS = 300
WHOLLY = 0.4  # of the projects that set a backend


@dataclasses.dataclass
class Verdict:
    """What became of a project: the first thing that is wrong, and whether no setter is left."""

    wrong: str = ""
    missed: str = ""
    sets: bool = False
    wholly: bool = False
    text: str = ""


def rewritten(made: Made, folder: Path) -> tuple[dict[str, str], Result]:
    for path, text in made.files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    result = session.run(Options(paths=(str(folder),), ignore=("TAC139",)))  # what the release chooses is told, and nothing to rewrite
    return {path: (folder / path).read_text() for path in made.files}, result


def judged(made: Made, folder: Path) -> Verdict:
    new, result = rewritten(made, folder)
    named = {
        (str(Path(place.path).relative_to(folder)), line)
        for file in result.files
        for finding in file.left
        for place in (finding.place, *finding.related)
        for line in range(place.line, place.end_line + 1)
    }
    verdict = Verdict(sets=any(".set_audio_backend(" in text for text in made.files.values()))
    verdict.wholly = verdict.sets and not named and not any("set_audio_backend" in text for text in new.values())
    for entry in made.entries:
        before = run(made.files, entry, "2.0")
        served = _served(before)
        if (after := _served(run(new, entry, "2.0"))) != served:
            verdict.wrong = verdict.wrong or f"{entry}: {served} became {after}"
        under_new = run(new, entry, "2.2")
        for old, now in zip([one for one in before if isinstance(one, Served)], _calls(under_new), strict=False):
            if (old.label, old.backend) != now and not ({old.line, *old.setters} & named):
                verdict.missed = verdict.missed or f"{entry}: {old} became {now}"
    if verdict.wrong or verdict.missed:
        verdict.text = "\n".join(f"=== {path}\n{made.files[path]}--- now\n{new[path]}" for path in new)
    return verdict


def _served(events: list[Served | str]) -> list[str | tuple[str, str]]:
    return [(one.label, one.backend) if isinstance(one, Served) else one for one in events]


def _calls(events: list[Served | str]) -> list[tuple[str, str]]:
    return [(one.label, one.backend) for one in events if isinstance(one, Served)]


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> list[Verdict]:
    folder = tmp_path_factory.mktemp("programs")
    return [judged(make(seed), folder / str(seed)) for seed in range(SEEDS)]


def test_under_the_old_release_each_call_is_served_as_before(verdicts: list[Verdict]) -> None:
    assert not [f"seed {seed}: {one.wrong}\n{one.text}" for seed, one in enumerate(verdicts) if one.wrong]


def test_under_the_new_release_each_call_is_served_as_before_or_a_finding_names_it(verdicts: list[Verdict]) -> None:
    assert not [f"seed {seed}: {one.missed}\n{one.text}" for seed, one in enumerate(verdicts) if one.missed]


def test_enough_projects_are_rewritten_wholly(verdicts: list[Verdict]) -> None:
    found = Counter(one.wholly for one in verdicts if one.sets)
    assert found[True] >= WHOLLY * found.total()


def test_programs_that_are_too_long_to_follow_closely(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(programs, "_MOST_STEPS", -1)
    found = {seed: judged(make(seed), tmp_path / str(seed)) for seed in range(40)}
    assert not [f"seed {seed}: {one.wrong} {one.missed}\n{one.text}" for seed, one in found.items() if one.wrong or one.missed]
    assert any(one.wholly for one in found.values())


def test_a_project_of_a_seed_is_always_the_same_and_runs() -> None:
    for seed in range(50):
        made = make(seed)
        assert make(seed).files == made.files
        for entry in made.entries:
            errors = [one for one in run(made.files, entry, "2.0") if isinstance(one, str) and one.endswith("Error")]
            assert not errors, (seed, errors)
