"""Calls in f-strings are changed like others, with a quote that the string allows, where their place in the text is known."""

import sys

import pytest

from compat.codemod.source.text import Text
from tests.codemod.tables import PROGRAM, changes, project, rewrite, table

SET = 'import torchaudio\ntorchaudio.set_audio_backend("soundfile")\n'
NAMED = "backend='soundfile'"
DOUBLE = 'backend="soundfile"'


test_a_call_in_an_fstring_names_its_backend = table(
    *(
        changes(before, f"{SET}x = {before}\n", f"import torchaudio\nx = {after}\n")
        for before, after in (
            ('f"{torchaudio.load(p)}"', f'f"{{torchaudio.load(p, {NAMED})}}"'),
            ("f'{torchaudio.load(p)}'", f"f'{{torchaudio.load(p, {DOUBLE})}}'"),
            ('"a" f"it\'s {{x}} é {torchaudio.load(p)!r:>9}"', f'"a" f"it\'s {{{{x}}}} é {{torchaudio.load(p, {NAMED})!r:>9}}"'),
            # the first part of a string may open with the other quote
            ("'a' f\"{torchaudio.load(p)}\"", f"'a' f\"{{torchaudio.load(p, {NAMED})}}\""),
            ("\"it's\" Rf'{torchaudio.load(p)}'", f"\"it's\" Rf'{{torchaudio.load(p, {DOUBLE})}}'"),
            ("f'{x:{torchaudio.info(p).num_frames}}'", f"f'{{x:{{torchaudio.info(p, {DOUBLE}).num_frames}}}}'"),
            ('f"""\n {\n  torchaudio.load(\n p)}"""', f'f"""\n {{\n  torchaudio.load(\n p, {NAMED})}}"""'),
            ('rf"\\d{ (torchaudio.load)(filepath=p) }"', f'rf"\\d{{ (torchaudio.load)(uri=p, {NAMED}) }}"'),
            ('f"{[torchaudio.load(q) for q in p]}"', f'f"{{[torchaudio.load(q, {NAMED}) for q in p]}}"'),
        )
    )
)

# one that cannot be changed keeps the setter, and no other call
test_one_that_cannot_be_changed = table(
    *(
        project(
            string,
            {PROGRAM: f"{SET}x = {string}\ny = torchaudio.load(p)\n"},
            {PROGRAM: f"{SET}x = {string}\ny = torchaudio.load(p, {DOUBLE})\n"},
            left={PROGRAM: ["TAC101"]},
            says={PROGRAM: says},
        )
        for string, says in (
            ('f"{torchaudio.load(p)=}"', "used in an f-string that cannot be changed"),
            ("f\"{f'{torchaudio.load(p)}'}\"", "the f-strings around it use both quotes"),
            ("f'{p}' f\"{torchaudio.load(p)}\"", "the f-strings around it use both quotes"),
            ("f'''{f\"{torchaudio.load(p)}\"}'''", "the f-strings around it use both quotes"),
            *([('t"{torchaudio.load(p)=}"', "used in an f-string that cannot be changed")] if sys.version_info >= (3, 14) else []),
        )
    )
)


def test_a_place_that_python_counts_wrongly_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Text.span
    monkeypatch.setattr(
        Text, "span", lambda self, node: (right(self, node)[0] + (hasattr(node, "args") and node.lineno > 1), right(self, node)[1])
    )
    outcome = rewrite({"a.py": 'import torchaudio\nx = f"{torchaudio.load(filepath=p)}"\n'})["a.py"]
    assert not outcome.changed
    assert [one.rule for one in outcome.left] == ["TAC127"]
