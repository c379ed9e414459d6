"""Output that goes nowhere: whichever command it is, that is no mistake of ours, and is told as what it is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

FULL = "what is found could not be written: No space left on device; send it elsewhere"
DOCTOR, AUDIT = "compat.doctor --only python", "compat.audit --quiet --from 2.0 --to 2.2 ."


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")
@pytest.mark.parametrize(
    ("command", "redirected", "told"),
    [(one, way, FULL * (way == ">/dev/full")) for one in (DOCTOR, AUDIT) for way in (">/dev/full", ">&-", "2>&-")],
)
def test_output_that_goes_nowhere(command: str, redirected: str, told: str, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(100), 8000)
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m {command} {redirected}"], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert "Traceback" not in done.stderr + done.stdout
    assert "this is a bug" not in done.stderr + done.stdout
    assert told in done.stderr
    assert (done.returncode == 3) == bool(told)
