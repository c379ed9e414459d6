"""Output that goes nowhere: whichever command it is, that is no mistake of ours, and is told as what it is."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from compat.commands.arguments import UsageError, check_writable
from compat.commands.console import FAILED, UNREAD, begun

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


@pytest.mark.parametrize("command", [DOCTOR, f"{DOCTOR} --json", AUDIT, f"{AUDIT} --json", "compat.codemod --diff"])
def test_a_pipe_that_its_reader_closed(command: str, tmp_path: Path) -> None:
    """It is no finding and no fault, so the status is that of a shell for SIGPIPE."""
    soundfile.write(tmp_path / "a.wav", np.zeros(100), 8000)
    (tmp_path / "a.py").write_text("import torchaudio\n\ntorchaudio.set_audio_backend('sox_io')\n")
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", *command.split()], stdout=writer, stderr=subprocess.PIPE, text=True, check=False, cwd=tmp_path
    )
    os.close(writer)
    assert (done.stderr, done.returncode) == ("", UNREAD)


@pytest.mark.parametrize("name", ["packaging.py", "packaging/__init__.py", "warnings.py"])
def test_a_hidden_package_is_not_called_missing(name: str, tmp_path: Path) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).touch()
    done = subprocess.run([sys.executable, "-m", "compat.doctor"], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert f"Python finds {tmp_path / name} in its place" in done.stderr
    assert ("pip" in done.stderr, done.returncode) == (False, 3)


@pytest.mark.parametrize("text", ["from ast import Gone", "import ast\n\nast.Gone", "raise AttributeError('x')"])
def test_a_name_that_pythons_own_module_lacks_is_no_hidden_package(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody should rename Python's ``ast.py``."""
    (tmp_path / "a_command_of_old.py").write_text(f"{text}\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises((AttributeError, ImportError), match=r"Gone|^x$"):
        begun("a_command_of_old", "doctor")


@pytest.mark.parametrize("text", ["import compat.no_such_file", "from compat.run import no_such_name"])
def test_a_file_of_ours_that_does_not_import_is_not_looked_for_on_pypi(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a_command.py").write_text(f"{text}\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert begun("a_command", "doctor") == FAILED
    said = capsys.readouterr().err
    assert said.startswith("doctor needs its own files, and one does not import (")
    assert said.endswith("): install torchaudio-compat again\n")


@pytest.mark.parametrize(
    ("path", "works"),
    [
        ("page.html", False),
        ("folder", False),
        ("folder/page.html", True),
        ("gone/page.html", False),
        ("link.html", True),
        ("pipe", True),
        ("closed", False),
    ],
)
def test_what_can_be_written(path: str, works: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file in a folder that can be written, wherever a link to it is, and a pipe in any folder."""
    os.mkdir("folder")
    os.symlink("folder/linked.html", "link.html")
    for pipe in ("pipe", "closed"):
        os.mkfifo(pipe)
    monkeypatch.setattr(os, "access", lambda place, mode: os.path.basename(place) in ("folder", "pipe"))
    with contextlib.nullcontext() if works else pytest.raises(UsageError, match=f"--report {path}: it cannot be written there"):
        check_writable("--report", path)
