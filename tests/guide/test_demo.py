"""``make demo`` shows what it says."""

import re
import runpy
import subprocess
import sys
from typing import Any

import pytest

from tests import warm
from tests.guide.pages import EXAMPLES


@pytest.mark.libsox
def test_the_demo_shows_what_each_release_does(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The old script runs unchanged under each; padding and bit depth differ as recorded."""

    def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        done = warm.run(command, **options)
        if "--diff" in command:
            print(done.stdout)
        return done

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(sys, "argv", ["demo.py"])
    runpy.run_path(str(EXAMPLES / "demo.py"))["main"]()
    shown = capsys.readouterr().out
    for release in ("2.0", "2.1", "2.2"):
        assert f"under torchaudio {release}" in shown
    assert re.search(r"stereo_cbr\.mp3 +27607 frames MP3.*PCM_F 32 bit", shown)
    assert '+    waveform, rate = torchaudio.load(path, frame_offset=middle, num_frames=-1, backend="soundfile")' in shown
    assert shown.count("the same samples") == 3
    assert len(re.findall(r"stereo_cbr\.mp3 +26460 frames MP3.*PCM_S 16 bit", shown)) == 2
