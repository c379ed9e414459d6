"""In a notebook, as anywhere else."""

from __future__ import annotations

import nbclient
import nbformat
import pytest

from tests.conftest import ASSETS, ROOT

CELLS = (
    f"import os, sys; sys.path.insert(0, {str(ROOT)!r}); import compat; compat.install('2.0', backends=['soundfile']);",
    "%load_ext autoreload\n%autoreload 2",
    f"import torchaudio\ntorchaudio.set_audio_backend('soundfile')\nprint(torchaudio.load({str(ASSETS / 'mono_s16.wav')!r})[0].shape)",
    "compat.install('2.2', backends=['soundfile']); torchaudio.set_audio_backend('soundfile'); print(torchaudio.__version__)",
)


@pytest.mark.filterwarnings("ignore")
def test_cells_see_the_release_that_another_cell_installed() -> None:
    """Also with automatic reloading; a warning points into the cell."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    nbclient.NotebookClient(book, timeout=60, kernel_name="python3").execute()
    said = ["".join(output.get("text", "") for output in cell.outputs) for cell in book.cells]
    assert said[2].strip() == "torch.Size([1, 2000])"
    assert "2.2.2+compat" in said[3]
    assert "set_audio_backend is deprecated" in said[3]
    assert "ipykernel" in said[3].split(": DeprecatedNameWarning")[0]
