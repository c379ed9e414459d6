"""Places of findings: lines and columns, before and after a change."""

from tests.codemod.tables import rewrite


def test_places_are_lines_and_columns_of_the_text() -> None:
    program = "import torchaudio\n\nx = '名', torchaudio.load_wav('a')\n"
    [finding] = rewrite({"a.py": program})["a.py"].left
    assert (finding.place.line, finding.place.column, finding.place.end_column) == (3, 10, 29)


def test_places_after_a_change_are_those_of_the_new_text() -> None:
    program = "import torchaudio\ntorchaudio.set_audio_backend('soundfile')\nx = torchaudio.load_wav('a')\n"
    outcome = rewrite({"a.py": program})["a.py"]
    assert [finding.place.line for finding in outcome.left] == [3]
    assert [finding.place.line for finding in outcome.left_after] == [2]
    assert [finding.place.line for finding in outcome.fixed] == [2]
