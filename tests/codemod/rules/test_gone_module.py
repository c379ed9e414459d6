"""TAC124: sox_effects, io, torio, kaldi_io and private modules."""

import json
import pathlib

import pytest

from compat.codemod.run.session import run, run_text
from compat.codemod.source.options import Options
from tests.codemod.tables import rewrite, said, stays, table

TORIO = "from torio.io import StreamingMediaDecoder\n"
CELL = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": [TORIO]}
NOTEBOOK = json.dumps({"cells": [CELL], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})

test_nine = table(
    stays(
        "gone modules",
        """
        import torchaudio
        import torchaudio.sox_effects
        from torchaudio.io import StreamReader
        from torchaudio import kaldi_io
        from torchaudio._backend import utils
        torchaudio.sox_effects.apply_effects_file("a.wav", [])
    """,
        "TAC124",
        target="2.9",
    ),
)

test_torio = table(
    said(
        "a class",
        "torio.io.StreamingMediaDecoder does not come with torchaudio 2.9",
        "from torio.io import StreamingMediaDecoder\n",
        target="2.9",
    ),
    said("the package", "torio does not come with torchaudio 2.9", "import torio\n", target="2.9"),
    said("a module, renamed", "torio.io does not come with torchaudio 2.9", "import torio.io as tio\n", target="2.9"),
    said("beside another", "torio.utils.ffmpeg_utils does not come", "import os, torio.utils.ffmpeg_utils\n", target="2.9"),
    said("everything", "torio.io does not come with torchaudio 2.9", "from torio.io import *\n", target="2.9"),
    said(
        "in a function",
        "torio.io does not come",
        "def f(p):\n    from torio import io\n    return io.StreamingMediaDecoder(p)\n",
        target="2.9",
    ),
    stays("up to 2.8 it is there", "from torio.io import StreamingMediaDecoder\n", target="2.2"),
    stays("ignored", "import torio  # compat: ignore\n", target="2.9"),
)


def test_a_torio_of_the_project_is_its_own() -> None:
    """A file of that name, wherever it lies."""
    assert not rewrite({"use.py": "import torio\n", "torio.py": "x = 1\n"}, "2.9")["use.py"].left
    assert rewrite({"use.py": "import torio\n", "other.py": "x = 1\n"}, "2.9")["use.py"].left


@pytest.mark.parametrize(("name", "text"), [("use.py", TORIO), ("use.ipynb", NOTEBOOK), ("use.md", f"```python\n{TORIO}```\n")])
def test_a_file_that_speaks_of_torio_alone_is_read(name: str, text: str, tmp_path: pathlib.Path) -> None:
    """A scan passes by only those files that speak of nothing of interest."""
    (tmp_path / name).write_text(text)
    (found,) = run(Options(paths=(str(tmp_path),), target="2.9", check=True, docs=True)).files
    (told,) = found.left
    assert told.rule == "TAC124"
    assert "StreamReader is StreamingMediaDecoder" in told.advice


def test_what_torio_knew_of_ffmpeg_is_asked_of_pyav() -> None:
    """Its helpers are no streams; from standard input as well."""
    (found,) = run_text(b"from torio.utils import ffmpeg_utils\n", Options(target="2.9")).files
    assert "PyAV" in found.left[0].advice
