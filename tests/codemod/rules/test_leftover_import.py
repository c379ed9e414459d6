"""TAC131: Drop imports that the changes left without use."""

from tests.codemod.tables import dedent, rewrite


def test_imports_that_another_file_takes_from_here_stay() -> None:
    files = {
        "audio.py": "import torchaudio\nfrom torchaudio.backend import sox_io_backend\nx = sox_io_backend.load('a.wav')\n",
        "use.py": "from audio import sox_io_backend\nimport torchaudio\n",
    }
    text = rewrite(files)["audio.py"].text
    assert "from torchaudio.backend import sox_io_backend" in text
    assert "torchaudio.load('a.wav', backend=\"sox\")" in text


def test_a_comment_between_imported_names_holds_the_import() -> None:
    source = dedent("""
        from torchaudio import (
            load,  # stays
            set_audio_backend,  # goes
        )
        set_audio_backend("sox_io")
    """)
    outcome = rewrite({"a.py": source})["a.py"]
    assert outcome.text == source.replace('set_audio_backend("sox_io")\n', "")
    assert [finding.rule for finding in outcome.left] == ["TAC131"]
