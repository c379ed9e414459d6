"""The rules as such: their ids, their words, and their own examples."""

import ast
import pkgutil
import re
from pathlib import Path

import pytest

from compat.codemod import rule as kinds
from compat.codemod import rules as package
from compat.codemod.rule import Rule
from compat.codemod.rules import rules
from compat.codemod.run.engine import Outcome
from compat.codemod.source.findings import Level
from tests.codemod.tables import rewrite

ALL = pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.id) for rule in rules().values()])


def outcome(rule: Rule, code: str, target: str = "", **options: object) -> Outcome:
    """What becomes of a program, which TAC132 takes for an entry point."""
    entries = ["example.py"] if rule.id == "TAC132" else []
    return rewrite({"example.py": code}, target or rule.shown_target, unsafe=True, entries=entries, **options)["example.py"]


@ALL
def test_example_is_what_the_rule_does(rule: Rule) -> None:
    found = outcome(rule, rule.before, leaves_choice=True)
    assert found.text == (rule.after or rule.before)
    ast.parse(found.text)
    assert not outcome(rule, found.text).changed
    assert rule.id in {finding.rule for finding in [*found.fixed, *found.left]}


@ALL
def test_what_is_valid_stays(rule: Rule) -> None:
    """A rule says what it must leave alone, and why; it is left alone, by all rules together."""
    assert rule.valid, f"{rule.id} has no valid cases: show in its file what must stay untouched"
    for case in rule.valid:
        found = outcome(rule, case.code, case.target)
        assert found.text == case.code, case.why
        assert (rule.id in {finding.rule for finding in found.left}) == case.reported, case.why
        assert case.why


@ALL
def test_words(rule: Rule) -> None:
    assert re.fullmatch(r"TAC1\d\d", rule.id)
    assert rule.title
    assert not rule.title.endswith(".")
    assert len(rule.explanation) > 50
    assert rule.targets <= set(kinds.TARGETS)
    assert (rule.level is Level.REPORT) == (not rule.after)


def test_no_published_rule_is_lost() -> None:
    assert {f"TAC1{row:02}" for row in range(1, 28)} <= set(rules())


def test_every_rule_has_its_tests() -> None:
    """In a file of its own, called as the rule's."""
    names = {info.name for info in pkgutil.iter_modules(package.__path__)}
    assert {path.stem.removeprefix("test_") for path in Path(__file__).with_name("rules").glob("test_*.py")} == names


def test_ids_are_unique(monkeypatch: pytest.MonkeyPatch) -> None:
    import compat.codemod.rules.filepath_keyword as one
    import compat.codemod.rules.load_wav as other

    monkeypatch.setattr(other, "RULE", type(other.RULE)(**{**vars(other.RULE), "id": one.RULE.id}))
    with pytest.raises(RuntimeError, match="two rules are called TAC110"):
        rules.__wrapped__()


@pytest.mark.parametrize("target", ["2.1", "2.2", "2.9"])
@ALL
def test_no_example_is_harmed_by_any_target(rule: Rule, target: str) -> None:
    text = rewrite({"example.py": rule.before}, target, unsafe=True)["example.py"].text
    ast.parse(text)
    assert not rewrite({"example.py": text}, target, unsafe=True)["example.py"].changed


def test_unsafe_changes_wait_for_the_option() -> None:
    rule = rules()["TAC130"]
    outcome = rewrite({"example.py": rule.before}, "2.9")["example.py"]
    assert not outcome.changed
    assert outcome.left[0].state.name == "FIXABLE"
