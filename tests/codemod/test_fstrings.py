"""Calls in f-strings are changed like others, with a quote that the string allows, where their place in the text is known."""

import pytest

from compat.codemod.source.text import Text
from tests.codemod.tables import rewrite

SET = 'import torchaudio\ntorchaudio.set_audio_backend("soundfile")\n'
NAMED = "backend='soundfile'"
DOUBLE = 'backend="soundfile"'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('f"{torchaudio.load(p)}"', f'f"{{torchaudio.load(p, {NAMED})}}"'),
        ("f'{torchaudio.load(p)}'", f"f'{{torchaudio.load(p, {DOUBLE})}}'"),
        ('"a" f"it\'s {{x}} é {torchaudio.load(p)!r:>9}"', f'"a" f"it\'s {{{{x}}}} é {{torchaudio.load(p, {NAMED})!r:>9}}"'),
        ('"a" f\'{torchaudio.load(p)}\' "b"', f'"a" f\'{{torchaudio.load(p, {DOUBLE})}}\' "b"'),
        ("f'{x:{torchaudio.info(p).num_frames}}'", f"f'{{x:{{torchaudio.info(p, {DOUBLE}).num_frames}}}}'"),
        ('f"""\n {\n  torchaudio.load(\n p)}"""', f'f"""\n {{\n  torchaudio.load(\n p, {DOUBLE})}}"""'),
        ("f'''{f\"{torchaudio.load(p)}\"}'''", f"f'''{{f\"{{torchaudio.load(p, {NAMED})}}\"}}'''"),
        ('rf"\\d{ (torchaudio.load)(filepath=p) }"', f'rf"\\d{{ (torchaudio.load)(uri=p, {NAMED}) }}"'),
        ('f"{[torchaudio.load(q) for q in p]}"', f'f"{{[torchaudio.load(q, {NAMED}) for q in p]}}"'),
    ],
)
def test_a_call_in_an_fstring_names_its_backend(before: str, after: str) -> None:
    outcome = rewrite({"a.py": f"{SET}x = {before}\n"})["a.py"]
    assert outcome.text == f"import torchaudio\nx = {after}\n"
    assert not outcome.left


@pytest.mark.parametrize(
    ("string", "says"),
    [
        ('f"{torchaudio.load(p)=}"', "used in an f-string that cannot be changed"),
        ("f\"{f'{torchaudio.load(p)}'}\"", "the f-strings around it use both quotes"),
    ],
)
def test_one_that_cannot_be_changed_keeps_the_setter_and_no_other_call(string: str, says: str) -> None:
    outcome = rewrite({"a.py": f"{SET}x = {string}\ny = torchaudio.load(p)\n"})["a.py"]
    assert outcome.text == f"{SET}x = {string}\ny = torchaudio.load(p, {DOUBLE})\n"
    assert [says in one.reason for one in outcome.left] == [True]


def test_a_place_that_python_counts_wrongly_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Text.span
    monkeypatch.setattr(
        Text, "span", lambda self, node: (right(self, node)[0] + (hasattr(node, "args") and node.lineno > 1), right(self, node)[1])
    )
    outcome = rewrite({"a.py": 'import torchaudio\nx = f"{torchaudio.load(filepath=p)}"\n'})["a.py"]
    assert not outcome.changed
    assert [one.rule for one in outcome.left] == ["TAC127"]
