"""What is not let through: rewrites that do more, or less, than their edits say."""

import pytest

from compat.codemod.rewrite import edits, verification
from compat.codemod.rewrite.edits import Edit
from compat.codemod.run import engine
from compat.codemod.source.module import Module
from tests.codemod.tables import rewrite

OLD = "import a\n\nif a:\n    b(1)\nc = 2\n"

# What the edits replace by what, the new text where it is another than they make, and what is wrong.
REWRITES = {
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


LONG = "def f():\n    return 1\n\n\nx = g(a=1)\n\n\nclass C:\n    def h(self):\n        g(b=2)\n        return 3\n\n    y = 4\n"

# What an edit of the long text makes of it, and whether Python would compile that.
COMPILED = {
    "an argument twice": ("a=1", "a=1, a=2", False),
    "an argument twice, in a method": ("b=2", "b=2, b=3", False),
    "a return in a class": ("y = 4", "return 4", False),
    "a function that ends in a backslash": ("return 1\n\n\n", "return 1 \\\n", False),
    "another argument": ("b=2", "b=2, c=3", True),
    "another statement at the end": ("y = 4\n", "y = 4\n\n\nz = 5\n", True),
}


@pytest.mark.parametrize(("old", "new", "expected"), COMPILED.values(), ids=COMPILED)
def test_what_compiles(old: str, new: str, expected: bool) -> None:
    start = LONG.index(old)
    assert verification.runs(Module("a.py", LONG), [Edit(start, start + len(old), new)]) is expected


def test_a_statement_hidden_between_two_edits_in_a_class_is_found() -> None:
    replacements = (("g(b=2)", "g(b=2)\n        s = '''"), ("y = 4", "'''\n    y = 4"))
    own = [Edit(LONG.index(old), LONG.index(old) + len(old), new) for old, new in replacements]
    new = Module("a.py", edits.apply(LONG, own))
    assert "the statement in line 11 would be lost" in str(verification.complaint(Module("a.py", LONG), new, own))


@pytest.mark.parametrize(("replacements", "new", "expected"), REWRITES.values(), ids=REWRITES)
def test_rewrites(replacements: list[tuple[str, str]], new: str | None, expected: str | None) -> None:
    own = [Edit(OLD.index(before), OLD.index(before) + len(before), after) for before, after in replacements]
    text = edits.apply(OLD, own) if new is None else new
    if expected is None:
        assert engine.verified(Module("a.py", OLD), text, own).text.text == text
        return
    with pytest.raises(engine.BrokenError, match=expected):
        engine.verified(Module("a.py", OLD), text, own)


HEAD = "import torchaudio\n\n\ndef read(p, w):\n"

# A change that would give what Python does not compile is refused alone; the call after it changes.
ODD_LAYOUTS = {
    "an assignment by :=": "torchaudio.save(p, w, 8000, True, level := 3, 'mp3')",
    "a backslash before a blank line": "x = p \\\n    \n    torchaudio.initialize_sox()",
    "a backslash on a line of its own": "\\\n    \n    torchaudio.initialize_sox()",
}


@pytest.mark.parametrize("name", ODD_LAYOUTS)
def test_only_the_change_that_cannot_be_written_is_refused(name: str) -> None:
    before = f"{HEAD}    torchaudio.load(filepath=p)\n    {ODD_LAYOUTS[name]}\n"
    outcome = rewrite({"a.py": before})["a.py"]
    assert outcome.text == before.replace("filepath", "uri")
    assert any("the result would not be Python" in one.reason for one in outcome.left)


def test_what_did_not_compile_before_may_change() -> None:
    before = "import torchaudio\nreturn torchaudio.load(filepath=p)\n"
    assert rewrite({"a.py": before})["a.py"].text == before.replace("filepath", "uri")
