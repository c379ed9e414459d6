"""``make demo`` shows what it says."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.guide.pages import EXAMPLES


@pytest.mark.libsox
def test_the_demo_shows_what_each_release_does() -> None:
    """The old script runs unchanged under each; padding and bit depth differ as recorded."""
    done = subprocess.run([sys.executable, str(EXAMPLES / "demo.py")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for release in ("2.0", "2.1", "2.2"):
        assert f"under torchaudio {release}" in done.stdout
    assert re.search(r"stereo_cbr\.mp3 +27607 frames MP3.*PCM_F 32 bit", done.stdout)
    assert '+    waveform, rate = torchaudio.load(path, frame_offset=middle, num_frames=-1, backend="soundfile")' in done.stdout
    assert done.stdout.count("the same samples") == 3
    assert len(re.findall(r"stereo_cbr\.mp3 +26460 frames MP3.*PCM_S 16 bit", done.stdout)) == 2
