"""What the README and the guide show, runs."""

from __future__ import annotations

import pathlib
import re
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.conftest import ROOT

Python = Callable[..., subprocess.CompletedProcess[str]]
PAGES = [ROOT / "README.md", *sorted((ROOT / "migration_guide").rglob("*.md"))]
_FENCE = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")

SNIPPETS = [
    pytest.param(snippet, id=f"{page.relative_to(ROOT)}:{number}")
    for page in PAGES
    for number, snippet in enumerate(_FENCE.findall(page.read_text()), 1)
]


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_a_snippet_runs(python: Python, snippet: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the project's folder, without an error."""
    monkeypatch.chdir(ROOT)
    done = python(code=snippet)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: pathlib.Path) -> None:
    """Those to files of this project."""
    missing = [link for link in _LINK.findall(page.read_text()) if not (page.parent / link).exists()]
    assert not missing


@pytest.mark.libsox
def test_the_demo_shows_what_each_release_does() -> None:
    """The old script runs unchanged under each; padding and bit depth differ as recorded."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "migration_guide" / "examples" / "demo.py")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    for release in ("2.0", "2.1", "2.2"):
        assert f"under torchaudio {release}" in done.stdout
    assert re.search(r"stereo_cbr\.mp3 +27607 frames MP3.*PCM_F 32 bit", done.stdout)
    assert '+    waveform, rate = torchaudio.load(path, frame_offset=middle, num_frames=-1, backend="soundfile")' in done.stdout
    assert done.stdout.count("the same samples") == 3
    assert len(re.findall(r"stereo_cbr\.mp3 +26460 frames MP3.*PCM_S 16 bit", done.stdout)) == 2
