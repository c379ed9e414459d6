"""Tables of programs and what is to become of them."""

import ast
import dataclasses
import textwrap
from collections.abc import Callable, Collection, Mapping
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
PROGRAM = "program.py"


@dataclasses.dataclass(frozen=True)
class Case:
    """A project: what it is, and what is to become of it.

    Attributes:
        after: the files that change; the others stay.
        left: by file the rules that have something left to say; of other files that is not asked.
        says: by file words, or several, of what is left to say; each finding is its words and the places that it speaks of, and ends with `|`.
    """

    name: str
    files: Mapping[str, str]
    after: Mapping[str, str] = dataclasses.field(default_factory=dict)
    left: Mapping[str, Collection[str]] = dataclasses.field(default_factory=dict)
    says: Mapping[str, str | Collection[str]] = dataclasses.field(default_factory=dict)
    target: str = "2.2"
    options: Mapping[str, Any] = dataclasses.field(default_factory=dict)


def changes(name: str, before: str, after: str, *left: str, target: str = "2.2", **options: Any) -> Case:
    """A program that changes, and the rules that have something left to say."""
    return project(name, {PROGRAM: before}, {PROGRAM: after}, left={PROGRAM: left}, target=target, **options)


def stays(name: str, before: str, *left: str, target: str = "2.2", **options: Any) -> Case:
    """A program that must not change, and the rules that have something left to say."""
    return project(name, {PROGRAM: before}, left={PROGRAM: left}, target=target, **options)


def said(name: str, says: str, source: str, target: str = "2.2", **others: str) -> Case:
    """A program that must not change, and words that are said of it; beside it other files, by their names without ``.py``."""
    options = {"entries": [PROGRAM]} if target == "compat" else {}
    return project(
        name, {PROGRAM: source, **{f"{other}.py": text for other, text in others.items()}}, says={PROGRAM: says}, target=target, **options
    )


def project(
    name: str,
    files: Mapping[str, str],
    after: Mapping[str, str] | None = None,
    *,
    left: Mapping[str, Collection[str]] | None = None,
    says: Mapping[str, str | Collection[str]] | None = None,
    target: str = "2.2",
    **options: Any,
) -> Case:
    """Several files."""
    before, changed = ({path: dedent(text) for path, text in texts.items()} for texts in (files, after or {}))
    return Case(name, before, changed, left or {}, says or {}, target, options)


def given(name: str, before: str, after: str, head: str = "") -> Case:
    """What a call is given under the setter of sox, in a module that speaks of path objects."""
    return changes(
        f"given {name}",
        f'import torchaudio, pathlib\ntorchaudio.set_audio_backend("sox_io")\n{head}x = torchaudio.load({before})\n',
        f'import torchaudio, pathlib\n{head}x = torchaudio.load({after}, backend="sox")\n',
    )


def dedent(text: str) -> str:
    return textwrap.dedent(text).lstrip("\n")


def table(*cases: Case) -> Callable[..., None]:
    """A test of cases; names are unique. It is given the name of what it is assigned to: ``test_it = table(...)``."""
    names = [case.name for case in cases]
    assert len(names) == len(set(names)), sorted(name for name in names if names.count(name) > 1)

    @pytest.mark.parametrize("case", cases, ids=names)
    def test(case: Case) -> None:
        check(case)

    return test


def rewrite(sources: Mapping[str, str], target: str = "2.2", *, unsafe: bool = False, **options: Any) -> dict[str, Outcome]:
    """The outcome of each file of a project."""
    active = [rule for rule in rules().values() if rule.applies(target)]
    modules = [Module(path, text) for path, text in sources.items()]
    found = engine.run(Project(modules, target=target, **options), active, unsafe=unsafe)
    return {outcome.module.path: outcome for outcome in found}


def said_of(path: Path | str = ".", target: str = "2.2") -> list[str]:
    """What is left in the files below a path, by default below the current folder: place and rule first, and then the files that could not be parsed."""
    result = session.run(Options(paths=(str(path),), target=target, check=True))
    left = [f"{one.place}: {one.rule} {one.reason} {one.advice} {one.related}" for file in result.files for one in file.left]
    return [*left, *map(str, result.problems)]


def check(case: Case) -> None:
    """Run a case: the texts, the findings, and that a second run has nothing to do."""
    outcomes = rewrite(case.files, case.target, **case.options)
    texts = {path: outcome.text for path, outcome in outcomes.items()}
    for path, text in texts.items():
        assert text == case.after.get(path, case.files[path])
    _check_words(case, outcomes)
    if texts != case.files:
        again = rewrite(texts, case.target, **case.options)
        assert {path: outcome.text for path, outcome in again.items()} == texts
        _check_words(dataclasses.replace(case, says={}), again)


def _check_words(case: Case, outcomes: Mapping[str, Outcome]) -> None:
    for path, outcome in outcomes.items():
        ast.parse(outcome.text)
        words = [f"{one.place} {one.rule} {one.reason} {one.advice} {' '.join(map(str, one.related))}|" for one in outcome.left]
        if path in case.left:
            assert {one.rule for one in outcome.left} == set(case.left[path]), words
            assert outcome.changed or not outcome.fixed
        says = case.says.get(path, ())
        for word in [says] if isinstance(says, str) else says:
            assert any(word in one for one in words), words
