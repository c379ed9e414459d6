"""In a notebook, as anywhere else; with real kernels."""

from types import SimpleNamespace
from typing import Any

import nbformat
import pytest

from compat import notebooks as ours
from compat import releases
from dispatcher import registry
from tests import notebooks
from tests.conftest import ASSETS, ROOT

FIRST = f"import sys; sys.path.insert(0, {str(ROOT)!r})"
INSTALLED = (
    f"{FIRST}; import compat; compat.install('2.0', backends=['soundfile']);",
    "%load_ext autoreload\n%autoreload 2",
    f"import torchaudio\ntorchaudio.set_audio_backend('soundfile')\nprint(torchaudio.load({str(ASSETS / 'mono_s16.wav')!r})[0].shape)",
    "compat.install('2.2', backends=['soundfile']); torchaudio.set_audio_backend('soundfile'); print(torchaudio.__version__)",
)
# cells, and what each shows
MAGIC = (
    (f"{FIRST}\n%load_ext compat\n%torchaudio", "no release is in force; %torchaudio 2.0 installs one\n"),
    (
        "%torchaudio 2.0 --backends soundfile --mixed-dialects",
        "torchaudio 2.0, backends soundfile alone, mixed_dialects=True: a stand-in, which has the I/O\n",
    ),
    (
        "import torchaudio\nfrom torchaudio import load\ntorchaudio.set_audio_backend('soundfile')\nprint(torchaudio.__version__)",
        "2.0.2+compat\n",
    ),
    (
        "%torchaudio 2.2\nprint(torchaudio.__version__)",
        "*2.2.2+compat\n*__main__.load is still the old function, because `from torchaudio import load` ran before*",
    ),
    (
        "%torchaudio 3.0",
        "UsageError: %torchaudio: there is no release '3.0'; the releases are 2.0, 2.1, 2.2, 2.3, 2.4, 2.5, 2.6, 2.7, 2.8, 2.9, 2.10, 2.11\n",
    ),
    ("%torchaudio 2.1 --backend sox", "UsageError: %torchaudio: there is no --backend; do you mean --backends?\n"),
    ("%torchaudio", "torchaudio 2.2: a stand-in, which has the I/O\n"),
    ("%torchaudio off\nprint('torchaudio' in sys.modules)", "no release is in force; %torchaudio 2.0 installs one\nFalse\n"),
    (
        "print(get_ipython().run_line_magic.__name__, '--backends' in get_ipython().magics_manager.lsmagic_docs()['line']['torchaudio'])",
        "*True\n",
    ),
    ("%torchaudio 2.8\n%unload_ext compat\nprint('torchaudio' in sys.modules)", "*False\n"),
    ("%torchaudio", "UsageError: Line magic function `%torchaudio` not found.\n"),
)


def _run(cells: list[str]) -> list[str]:
    """Run cells in a kernel of their own; give what each shows, errors too."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebooks.run(book, kernel_name="python3", allow_errors=True)
    return ["".join(output.get("text", "") or output.get("evalue", "") for output in cell.outputs) for cell in book.cells]


def test_cells_see_the_release_that_another_cell_installed() -> None:
    """Also with automatic reloading; a warning points into the cell."""
    said = _run(list(INSTALLED))
    assert said[2].strip() == "torch.Size([1, 2000])"
    assert "2.2.2+compat" in said[3]
    assert "set_audio_backend is deprecated" in said[3]
    assert "ipykernel" in said[3].split(": DeprecatedNameWarning")[0]


def test_the_magic_installs_shows_and_takes_away() -> None:
    """What is wrong is a line without a traceback; unloading leaves nothing behind."""
    said = _run([cell for cell, _ in MAGIC])
    for (cell, wanted), shown in zip(MAGIC, said, strict=True):
        parts = wanted.split("*")
        assert shown.startswith(parts[0]), (cell, shown)
        assert shown.endswith(parts[-1]), (cell, shown)
        assert all(part in shown for part in parts), (cell, shown)


@pytest.mark.parametrize(
    ("line", "wanted"),
    {
        "%torchaudio ": [*releases.names(), "off"],
        "%torchaudio 2": [*releases.names(), "off"],
        "%torchaudio 2.0 --backends ": list(registry.known()),
        "%torchaudio 2.0 --global-backend ": ["without dispatcher", "always", "never"],
    }.items(),
)
def test_a_line_is_completed(line: str, wanted: Any) -> None:
    assert ours.complete(None, SimpleNamespace(line=line)) == wanted


@pytest.mark.parametrize(
    ("line", "wanted"),
    {
        "": (None, None, {}),
        "2.0": ("2.0", None, {}),
        "--mixed-dialects 2.0": ("2.0", None, {"mixed_dialects": True}),
        "2.1 --backends=sox,ffmpeg --rescue False": ("2.1", ["sox", "ffmpeg"], {"rescue": False}),
        "2.1 --choice-order sox,ffmpeg --sox_signed_bits 16": ("2.1", None, {"choice_order": ["sox", "ffmpeg"], "sox_signed_bits": 16}),
        "2.1 --global-backend 'without dispatcher'": ("2.1", None, {"global_backend": "without dispatcher"}),
    }.items(),
)
def test_a_line_is_read(line: str, wanted: Any) -> None:
    assert ours.parsed(line) == wanted


@pytest.mark.parametrize(
    ("line", "says"),
    {
        "2.0 2.1": "'2.1' is one release too many",
        "2.0 global_backend=True": "a flag is written as --global-backend True",
        "off --backends sox": "name a release before the options",
        "2.0 --backends": "--backends needs ffmpeg, soundfile, sox",
        "2.0 --truncated": "--truncated needs a value",
        "2.0 --mixed-dialect": "do you mean --mixed-dialects",
        "2.0 'open": "No closing quotation",
    }.items(),
)
def test_a_line_that_is_wrong_is_refused(line: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        ours.parsed(line)
