"""Something else in the place of ``load``, ``save`` or ``info`` (patterns, row 23)."""

from __future__ import annotations

from collections.abc import Iterator

from compat.codemod import api, common, fakes
from compat.codemod.findings import Draft, Level, Place
from compat.codemod.module import Module
from compat.codemod.project import Project
from compat.codemod.registry import MODERN, Rule


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Fakes in this module, where the project has calls that would otherwise be changed."""
    for fake in fakes.of(module):
        if fake.name and fake.name not in api.FUNCTIONS:
            continue
        concerned = project.note("calls to be changed", lambda: _concerned(project))
        places = [place for name, place in concerned if name in (fake.name, "") or not fake.name]
        if places:
            what = f"torchaudio.{fake.name}" if fake.name else "torchaudio"
            reason = f"{what} {fake.how} here, so no argument is added to or renamed in the calls that would reach it"
            start = module.text.starts[fake.place.line - 1] + fake.place.column - 1
            end = module.text.starts[fake.place.end_line - 1] + fake.place.end_column - 1
            advice = "Let what takes its place accept backend= and uri=, leave this folder out (--exclude tests), and run again."
            yield Draft((start, end), reason, advice, related=tuple(places[:3]))


def _concerned(project: Project) -> list[tuple[str, Place]]:
    """The calls that a rule would change, and the setters that keep their place because of the fake."""
    found = []
    for module in project.modules:
        found += [("", module.place(use.node)) for use in module.of("setter") if not use.stored]
        for use, call in common.calls(module, *api.FUNCTIONS):
            if common.keyword(call, "filepath") is not None:
                found.append((use.name, module.place(call)))
        found += [(use.name, module.place(use.node)) for use in module.of("of a backend") if not use.stored]
    return found


RULE = Rule(
    id="TAC123",
    title="A replaced load, save or info that would get new arguments",
    level=Level.REPORT,
    targets=MODERN,
    everywhere=True,
    before="""\
from unittest.mock import patch

import torchaudio


def test_reading():
    with patch("torchaudio.load") as load:
        torchaudio.load(filepath="a.wav")
        load.assert_called_once_with(filepath="a.wav")
""",
    after="""\
from unittest.mock import patch

import torchaudio


def test_reading():
    with patch("torchaudio.load") as load:
        torchaudio.load(filepath="a.wav")
        load.assert_called_once_with(filepath="a.wav")
""",
    explanation="""\
A mock or an assignment sees the arguments of every call that reaches it. No call is changed then, and both places are named.
""",
    check=check,
)
