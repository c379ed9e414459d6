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
from compat.codemod.source.findings import Level
from tests.codemod.tables import rewrite

ALL = pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.id) for rule in rules().values()])


@ALL
def test_example_is_what_the_rule_does(rule: Rule) -> None:
    entries = ["example.py"] if rule.id == "TAC132" else []
    outcome = rewrite({"example.py": rule.before}, rule.shown_target, unsafe=True, entries=entries, leaves_choice=True)["example.py"]
    assert outcome.text == (rule.after or rule.before)
    ast.parse(outcome.text)
    again = rewrite({"example.py": outcome.text}, rule.shown_target, unsafe=True, entries=entries)["example.py"]
    assert not again.changed
    assert rule.id in {finding.rule for finding in [*outcome.fixed, *outcome.left]}


@ALL
def test_what_is_valid_stays(rule: Rule) -> None:
    """A rule says what it must leave alone, and why; it is left alone, by all rules together."""
    assert rule.valid, f"{rule.id} has no valid cases: show in its file what must stay untouched"
    for case in rule.valid:
        entries = ["example.py"] if rule.id == "TAC132" else []
        outcome = rewrite({"example.py": case.code}, case.target or rule.shown_target, unsafe=True, entries=entries)["example.py"]
        assert outcome.text == case.code, case.why
        assert (rule.id in {finding.rule for finding in outcome.left}) == case.reported, case.why
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
    outcome = rewrite({"example.py": rule.before}, target, unsafe=True)["example.py"]
    ast.parse(outcome.text)
    again = rewrite({"example.py": outcome.text}, target, unsafe=True)["example.py"]
    assert not again.changed


def test_unsafe_changes_wait_for_the_option() -> None:
    rule = rules()["TAC130"]
    outcome = rewrite({"example.py": rule.before}, "2.9")["example.py"]
    assert not outcome.changed
    assert outcome.left[0].state.name == "FIXABLE"
