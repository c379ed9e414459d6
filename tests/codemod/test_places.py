"""Places of findings: lines and columns, before and after a change."""

from tests.codemod.tables import rewrite


def test_places_are_lines_and_columns_of_the_text() -> None:
    """Before a change, and after it those of the new text."""
    [finding] = rewrite({"a.py": "import torchaudio\n\nx = '名', torchaudio.load_wav('a')\n"})["a.py"].left
    assert (finding.place.line, finding.place.column, finding.place.end_column) == (3, 10, 29)
    outcome = rewrite({"a.py": "import torchaudio\ntorchaudio.set_audio_backend('soundfile')\nx = torchaudio.load_wav('a')\n"})["a.py"]
    places = [[one.place.line for one in findings] for findings in (outcome.left, outcome.left_after, outcome.fixed)]
    assert places == [[3], [2], [2]]
