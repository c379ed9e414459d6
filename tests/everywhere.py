"""``python -m tests.everywhere [PYTEST ARGUMENT ...]``: what ``make test`` does, where there is no make.

Makes ``.venv`` with this Python, installs into it what the tests need, and runs them. System packages (libsox, FFmpeg's command,
Chromium) are left to the caller; tests that need one are skipped without it.
"""

import os
import pathlib
import subprocess
import sys
import venv

ROOT = pathlib.Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"


def main() -> int:
    """Run from the command line; gives pytest's exit status."""
    python = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        venv.create(VENV, with_pip=True)
    install = [python, "-m", "pip", "install", "--quiet", "--constraint", "constraints.txt", "--editable", ".[test]"]
    subprocess.run([str(part) for part in install], cwd=ROOT, check=True)
    tests = [python, "-X", "utf8", "-m", "pytest", "-n", "2", "--dist", "worksteal", *sys.argv[1:]]
    return subprocess.run([str(part) for part in tests], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
