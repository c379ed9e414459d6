"""Real torchaudio, as far as it is Python: wheels without their compiled parts, which import with any torch."""

import pathlib
import subprocess
import sys
import zipfile

import filelock
import pytest

from tests.isolation import CACHE

RELEASES = ("2.0.2", "2.1.2", "2.2.2", "2.8.0", "2.9.1", "2.11.0")


def downloaded(release: str, folder: pathlib.Path, python: str = "3.11") -> pathlib.Path:
    """The folder, with the wheel of a release for a Python in it; skip the test where the package index does not answer."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--python-version", python]
    command += ["--only-binary", ":all:", "--dest", str(folder), f"torchaudio=={release}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"torchaudio {release} cannot be downloaded: {done.stderr.strip().splitlines()[-1]}")
    return folder


def unpacked(release: str, python: str = "3.11", *, compiled: bool = False) -> pathlib.Path:
    """A folder to put on ``sys.path``, downloaded once: the wheel for a release of Python.

    Args:
        release: of torchaudio.
        python: whose wheel it is.
        compiled: with the compiled part, which does not load beside the torch of the tests.
    """
    folder = CACHE / "unpacked" / f"torchaudio-{release}{'-compiled' if compiled else ''}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(f"{folder}.lock"):
        if not (folder / "done").exists():
            downloaded(release, folder, python)
            for wheel in folder.glob("*.whl"):
                with zipfile.ZipFile(wheel) as archive:
                    archive.extractall(folder, [name for name in archive.namelist() if compiled or not name.endswith(".so")])
                wheel.unlink()
            (folder / "done").touch()
    return folder
