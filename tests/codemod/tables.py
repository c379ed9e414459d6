"""Tables of programs and what is to become of them."""

import ast
import dataclasses
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from compat.codemod.rules import rules
from compat.codemod.run import engine, session
from compat.codemod.run.engine import Outcome
from compat.codemod.source.module import Module
from compat.codemod.source.options import Options
from compat.codemod.uses.project import Project

IMPORT = "import torchaudio\n"


@dataclasses.dataclass(frozen=True)
class Case:
    """One program: what it is, and what it is to be; ``after`` left out means that nothing may change.

    Attributes:
        left: the rules that have something left to say, in any order, each once.
        says: words of what is left to say, where that is asked and not which rules.
        others: other files beside it.
    """

    name: str
    before: str
    after: str | None = None
    left: tuple[str, ...] = ()
    target: str = "2.2"
    options: tuple[tuple[str, Any], ...] = ()
    says: str | None = None
    others: tuple[tuple[str, str], ...] = ()


def changes(name: str, before: str, after: str, *left: str, target: str = "2.2", **options: Any) -> Case:
    """A program that changes."""
    return Case(name, dedent(before), dedent(after), left, target, tuple(options.items()))


def stays(name: str, before: str, *left: str, target: str = "2.2", **options: Any) -> Case:
    """A program that must not change."""
    return Case(name, dedent(before), None, left, target, tuple(options.items()))


def said(name: str, says: str, source: str, target: str = "2.2", **others: str) -> Case:
    """A program that must not change, and words that are said of it; beside it other files, by their names without ``.py``."""
    options = (("entries", ["program.py"]),) if target == "compat" else ()
    beside = tuple((f"{other}.py", dedent(text)) for other, text in others.items())
    return Case(name, dedent(source), None, (), target, options, says, beside)


def dedent(text: str) -> str:
    return textwrap.dedent(text).lstrip("\n")


def table(*cases: Case) -> Callable[..., None]:
    """A test of cases; names are unique. It is given the name of what it is assigned to: ``test_it = table(...)``."""
    names = [case.name for case in cases]
    assert len(names) == len(set(names)), sorted(name for name in names if names.count(name) > 1)

    @pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in cases])
    def test(case: Case) -> None:
        check(case)

    return test


def rewrite(sources: Mapping[str, str], target: str = "2.2", *, unsafe: bool = False, **options: Any) -> dict[str, Outcome]:
    """The outcome of each file of a project."""
    active = [rule for rule in rules().values() if rule.applies(target)]
    modules = [Module(path, text) for path, text in sources.items()]
    found = engine.run(Project(modules, target=target, **options), active, unsafe=unsafe)
    return {outcome.module.path: outcome for outcome in found}


def said_of(path: Path, target: str = "2.2") -> list[str]:
    """What is left in the files below a path, place and rule first, and then the files that could not be parsed."""
    result = session.run(Options(paths=(str(path),), target=target, check=True))
    left = [f"{one.place}: {one.rule} {one.reason} {one.advice} {one.related}" for file in result.files for one in file.left]
    return [*left, *map(str, result.problems)]


def check(case: Case) -> Outcome:
    """Run a case: the text, the findings, and that a second run has nothing to do."""
    options = dict(case.options)
    outcome = rewrite({"program.py": case.before, **dict(case.others)}, case.target, **options)["program.py"]
    ast.parse(outcome.text)
    assert outcome.text == (case.before if case.after is None else case.after)
    words = [f"{finding.place} {finding.rule} {finding.reason} {finding.advice}" for finding in outcome.left]
    if case.says is not None:
        assert any(case.says in one for one in words), words
        return outcome
    assert {finding.rule for finding in outcome.left} == set(case.left), words
    assert outcome.changed or not outcome.fixed
    again = rewrite({"program.py": outcome.text}, case.target, **options)["program.py"]
    assert not again.changed
    assert {finding.rule for finding in again.left} == set(case.left)
    return outcome
