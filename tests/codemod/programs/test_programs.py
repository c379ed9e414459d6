"""What runs after the codemod is served as before it, or a finding says where not: in projects made at random, and in those of `constructed.txt`.

`constructed.txt` has small projects, each with one way to set a backend that is easy to miss: `== wholly: NAME` where no setter is left,
`== told: NAME` where a finding speaks of it, then the entries (main.py where none are named), then each file after `-- PATH`.
"""

from __future__ import annotations

import collections
import json
import re
from pathlib import Path
from typing import Any

import pytest

from compat.codemod.plan import code, programs
from compat.codemod.run import session
from compat.codemod.source.options import Options
from tests.codemod.commands import put
from tests.codemod.programs.making import Made, make
from tests.codemod.programs.running import DEFAULT, Entry, Served, Trace, run
from tests.codemod.tables import rewrite

SEEDS, WHOLLY = 300, 0.4  # of the projects that set a backend
# The rest: calls that several backends served, getters that gave several names, functions bound by an import that never ran.
RECORDED, WHOLLY_RECORDED = 500, 0.8


# What became of a project: what is wrong, whether findings are left, and whether all that it set is rewritten
Verdict = collections.namedtuple("Verdict", "wrong is_told is_whole")


def judged(made: Made, folder: Path, *, default: str = DEFAULT, **options: Any) -> Verdict:
    """Rewrite a project and start it: each call is served as before, but where a finding names it or its setter.

    Args:
        default: what served calls for which nothing was set.
    """
    put(made.files, folder)
    # that the release chooses is told without a rewrite; findings are at their places in the old texts
    result = session.run(Options(paths=(str(folder),), check=True, ignore=("TAC139",), **options))
    assert not result.problems
    new = made.files | {str(Path(file.path).relative_to(folder)): file.new.decode() for file in result.files}
    named = {
        (str(Path(place.path).relative_to(folder)), line)
        for file in result.files
        for finding in file.left
        for place in (finding.place, *finding.related)
        for line in range(place.line, place.end_line + 1)
    }
    wrong = next(filter(None, (_wrong(entry, made.files, new, named, default) for entry in made.entries)), "")
    texts = "\n".join(f"=== {path}\n{made.files[path]}--- now\n{new[path]}" for path in new)
    is_whole = not named and not any("set_audio_backend" in text for text in new.values())
    return Verdict(f"{wrong}\n{texts}" if wrong else "", bool(named), is_whole)


def _wrong(entry: Entry, files: dict[str, str], new: dict[str, str], named: set[tuple[str, int]], default: str) -> str:
    before = run(files, entry, "2.0")
    served, after = _in_words(before, default), _in_words(run(new, entry, "2.0"), default)
    if after != served:
        return f"{entry}: {served} became {after}"
    for old, one in zip(_calls(before), _calls(run(new, entry, "2.2")), strict=False):
        backends = (old.backend, default if old.backend == DEFAULT else old.backend)
        if (old.label != one.label or one.backend not in backends) and not {old.line, *old.setters} & named:
            return f"{entry}: {old} became {one}"
    return ""


def _calls(events: list[Served | str]) -> list[Served]:
    return [one for one in events if isinstance(one, Served)]


def _in_words(events: list[Served | str], default: str) -> list[object]:
    return [(one.label, default if one.backend == DEFAULT else one.backend) if isinstance(one, Served) else one for one in events]


def sets(made: Made) -> bool:
    return any(".set_audio_backend(" in text for text in made.files.values())


@pytest.mark.parametrize("first", range(0, SEEDS, 150))
def test_each_call_is_served_as_before_or_a_finding_names_it(first: int, tmp_path: Path) -> None:
    """Under the old release and the new one; and enough projects are rewritten wholly."""
    made = {seed: make(seed) for seed in range(first, first + 150)}
    found = {seed: judged(one, tmp_path / str(seed)) for seed, one in made.items()}
    assert not {seed: one.wrong for seed, one in found.items() if one.wrong}
    whole = [one.is_whole for seed, one in found.items() if sets(made[seed])]
    assert sum(whole) >= WHOLLY * len(whole) > 40


def test_what_reading_leaves_a_trace_settles(tmp_path: Path) -> None:
    """Projects are recorded and rewritten with ``--observed``."""
    found = {}
    for seed in range(RECORDED):
        made, trace = make(seed), Trace()
        if sets(made) and judged(made, tmp_path / str(seed)).is_told:
            for entry in made.entries:
                run(made.files, entry, "2.0", trace)
        if trace:
            file = tmp_path / f"{seed}.jsonl"
            file.write_text("".join(f"{json.dumps(line)}\n" for line in trace))
            found[seed] = judged(made, tmp_path / str(seed), default="sox", evidence=(str(file),), observed=True)
    assert not {seed: one.wrong for seed, one in found.items() if one.wrong}
    # a trace is of one system, so it settles no choice by platform
    whole = [one.is_whole for seed, one in found.items() if "sys.platform" not in str(make(seed).files)]
    assert len(whole) > 40
    assert sum(whole) >= WHOLLY_RECORDED * len(whole)


def test_programs_that_are_too_long_to_follow_closely(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(programs, "_MOST_STEPS", -1)
    found = {seed: judged(make(seed), tmp_path / str(seed)) for seed in range(40)}
    assert not {seed: one.wrong for seed, one in found.items() if one.wrong}
    assert any(one.is_whole for one in found.values())


LIBRARY = "import torchaudio\ntorchaudio.set_audio_backend('soundfile')\ndef read(p):\n    return torchaudio.load(p)\n"
PAIR = "import torchaudio\nfrom lib import read\nbefore = torchaudio.get_audio_backend()\ntry:\n    import json\nfinally:\n    torchaudio.set_audio_backend(before)\n"


@pytest.mark.parametrize(
    ("files", "is_whole"),
    [
        ({"lib.py": LIBRARY, "main.py": "import sys\nsys.stdout.flush()\nimport lib, torchaudio\nlib.read('a')\ntorchaudio.load('b')\n"}, True),
        ({"lib.py": LIBRARY, "main.py": "import sys\nsys.stdout.flush()\nfrom lib import read\nclass A:\n    def b(self):\n        return read('a')\nA().b()\n"}, True),
        ({"lib.py": LIBRARY.replace("import", "import other,", 1), "other.py": "import lib, torchaudio\ntorchaudio.load('x')\n", "main.py": "import lib\n"}, False),
        ({"lib.py": "import torchaudio\nimport sys\nif len(sys.argv) < 9:\n    " + LIBRARY.partition("\n")[2], "main.py": "import lib\nlib.read('a')\n"}, False),
        ({"lib.py": LIBRARY, "a_pair.py": PAIR, "main.py": "import importlib\nimportlib.import_module('a_' + 'pair').read('a')\n"}, True),
    ],
    ids=["the importer", "a method", "imported by what it imports", "under a condition", "a pair restores it"],
)  # fmt: skip
def test_what_is_defined_after_a_setter_runs_after_it(
    files: dict[str, str], is_whole: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Also where the program is too long to be followed closely."""
    monkeypatch.setattr(programs, "_MOST_STEPS", -1)
    verdict = judged(Made(files, [Entry("main.py")]), tmp_path)
    assert not verdict.wrong
    assert verdict.is_whole == is_whole, verdict


CONSTRUCTED = re.split(r"^== ", Path(__file__).with_name("constructed.txt").read_text(), flags=re.M)[1:]
NAMES = [re.split(r"\n| \|", project)[0] for project in CONSTRUCTED]


@pytest.mark.parametrize("project", CONSTRUCTED, ids=NAMES)
def test_ways_that_are_easy_to_miss(project: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    head, *files = re.split(r"^-- ", project, flags=re.M)
    entries = head.partition("|")[2].split() or ["main.py"]
    texts = {path: text for path, _, text in (file.partition("\n") for file in files)}
    entered = [Entry(*one.split(":")) for one in entries]
    verdict = judged(Made(texts, entered), tmp_path / "first")
    assert not verdict.wrong
    assert verdict.is_whole == project.startswith("wholly"), verdict
    assert NAMES.count(re.split(r"\n| \|", project)[0]) == 1
    monkeypatch.setattr(programs, "_MOST_STEPS", -1)  # and if it were too long to be followed closely
    assert not judged(Made(texts, entered), tmp_path / "again").wrong
    monkeypatch.setattr(code, "_MOST_BY_NAME", 0)  # or by the files that a computed name may load
    assert not judged(Made(texts, entered), tmp_path / "at last").wrong


@pytest.mark.parametrize("target", ["2.1", "2.2", "2.9"])
def test_a_second_run_has_nothing_to_do_and_comments_and_line_ends_stay(target: str) -> None:
    for seed in range(60):
        files = make(seed).files
        once = rewrite(files, target)
        texts = {path: outcome.text for path, outcome in once.items()}
        assert {path: text.count("#") for path, text in texts.items()} == {path: text.count("#") for path, text in files.items()}
        assert not [path for path, outcome in rewrite(texts, target).items() if outcome.changed], seed
        windows = rewrite({path: text.replace("\n", "\r\n") for path, text in files.items()}, target)
        assert {path: outcome.text for path, outcome in windows.items()} == {
            path: text.replace("\n", "\r\n") for path, text in texts.items()
        }
        # a setter that stays is told of, there or at its cause
        assert any(outcome.left for outcome in once.values()) or not any("set_audio_backend" in text for text in texts.values()), seed


def test_a_project_of_a_seed_is_always_the_same_and_runs() -> None:
    for seed in range(50):
        made = make(seed)
        assert make(seed).files == made.files
        for entry in made.entries:
            errors = [one for one in run(made.files, entry, "2.0") if isinstance(one, str) and one.endswith("Error")]
            assert not errors, (seed, errors)
