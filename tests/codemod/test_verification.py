"""What is not let through: rewrites that do more, or less, than their edits say."""

from __future__ import annotations

import pytest

from compat.codemod import edits
from compat.codemod.crew import Crew
from compat.codemod.discovery import PYTHON, Found
from compat.codemod.edits import Edit
from compat.codemod.text import Text, parse
from compat.codemod.verification import Parsed, Rewrite, complaint

OLD = "import a\n\nif a:\n    b(1)\nc = 2\n"

# What the edits replace by what, the new text where it is another than they make, and what is wrong.
REWRITES: dict[str, tuple[list[tuple[str, str]], str | None, str | None]] = {
    "nothing": ([], None, None),
    "an argument added": ([("1)", "1, x=2)")], None, None),
    "a statement taken away": ([("c = 2\n", "")], None, None),
    "two at once": ([("1)", "1, x=2)"), ("c = 2\n", "")], None, None),
    "no Python": ([("1)", "1")], None, "would not parse"),
    "a line joined to the next": ([(")\n", "), \\\n")], None, "would not parse"),
    "another text than the edits make": ([], OLD.replace("if a", "if b"), "cannot be undone"),
    "another text, and an edit": ([("1)", "2)")], OLD.replace("1", "2").replace("c =", "d ="), "cannot be undone"),
    "white space that no edit makes": ([], OLD.replace("import a\n", "import a\n\n"), "in line 3 would be lost"),
    "statements hidden in a string": ([("\nif", "'''\nif"), ("c", "'''\nc")], None, "in line 4 would be lost"),
    "a statement that is another kind now": ([("import a\n\n", "import a\nasync \\\n")], None, "would not parse"),
    "a block moved into a function": ([("\nif", "def f():\n  if")], OLD.replace("\nif", "def f():\n  if"), None),
}


def made(replacements: list[tuple[str, str]]) -> list[Edit]:
    return [Edit(OLD.index(old), OLD.index(old) + len(old), new) for old, new in replacements]


@pytest.mark.parametrize("with_trees", [False, True])
@pytest.mark.parametrize("name", REWRITES)
def test_rewrites(name: str, with_trees: bool) -> None:
    replacements, new, expected = REWRITES[name]
    own = made(replacements)
    text = edits.apply(OLD, own) if new is None else new
    trees = [Parsed(Text(one), parse(one)) for one in (OLD, text)] if with_trees and expected != "would not parse" else []
    found = complaint(Rewrite(OLD, text, own, interactive=False), *trees)
    assert found is None if expected is None else found is not None and expected in found, found


def test_another_process_says_the_same() -> None:
    several = [Rewrite(OLD, edits.apply(OLD, own), own, interactive=False) for own in (made([("1)", "1, x=2)")]), made([("1)", "1")]), [])]
    with Crew([Found(f"{number}.py", PYTHON, None) for number in range(500)], 2) as crew:
        found = list(crew.check(several)([]))
    assert found == [complaint(one) for one in several]
    assert [one is None for one in found] == [True, False, True]
