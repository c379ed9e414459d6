"""What all tests share."""

import functools
import gc
import os
import pathlib
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

import compat
from dispatcher.registry import Registry
from tests import warm

# Modules with assertions that are no tests themselves: so that a failing case prints what is different.
pytest.register_assert_rewrite(
    "tests.codemod.commands",
    "tests.codemod.tables",
    "tests.doctor.worlds",
    "tests.guide.console",
    "tests.oracle.replay",
    "tests.reliability.watch",
)
pytest_plugins = ["tests.isolation", "tests.browsers"]

ROOT = pathlib.Path(__file__).resolve().parents[1]
ASSETS = ROOT / "tests" / "oracle" / "assets"
BACKENDS = ["ffmpeg", "soundfile", pytest.param("sox", marks=pytest.mark.libsox)]
# what the fixtures python and forked give
Python = Callable[..., subprocess.CompletedProcess[str]]
# pytest, rich and argparse cut their lines by these
_OF_THE_TERMINAL = {"COLUMNS": "80", "CI": None, "BUILD_NUMBER": None, "GITHUB_ACTIONS": None}


# A shell has its background jobs ignore Ctrl-C, and so would the programs that the tests start and interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what needs libsox, or FFmpeg's command, on a machine without; leave out what is asked for by its mark alone."""
    for mark in ("release", "real", "links"):
        if mark not in config.option.markexpr:
            items[:] = [item for item in items if not item.get_closest_marker(mark)]
    missing = {"libsox": Registry().reason("sox")}
    missing |= {f"{name}_command": f"the command {name} is not installed" for name in ("ffmpeg", "sox") if not shutil.which(name)}
    for item in items:
        for mark, reason in missing.items():
            if item.get_closest_marker(mark) and reason:
                item.add_marker(pytest.mark.skip(reason=reason))


def pytest_collection_finish() -> None:
    """Have the collector leave alone what is there by now: torch and thousands of tests, which it takes half a second to look through."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every test starts, and ends, with nothing installed and no variable set."""
    for name in list(os.environ):
        if name.startswith(("TORCHAUDIO_COMPAT", "TORCHAUDIO_USE")):
            monkeypatch.delenv(name)
    for name, value in _OF_THE_TERMINAL.items():
        monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name, raising=False)
    yield
    compat.uninstall()
    assert "torchaudio" not in sys.modules


@pytest.fixture
def asset() -> Callable[[str], str]:
    return lambda name: str(ASSETS / name)


@pytest.fixture
def python() -> Python:
    """Run a piece of Python, or a command line of Python, in a process of its own that finds this checkout."""
    return functools.partial(_run, subprocess.run)


@pytest.fixture
def forked() -> Python:
    """Do the same in a process that has torch already, by a fork."""
    return functools.partial(_run, warm.run)


def _run(run: Python, *arguments: str, code: str = "", input: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *(["-c", code] if code else arguments)]
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), environment.pop("PYTHONPATH", "")]).rstrip(os.pathsep)}
    return run(command, env={**variables, **environment}, capture_output=True, text=True, timeout=600, check=False, input=input)


def printed(done: subprocess.CompletedProcess[str]) -> str:
    """What a program printed, which must have ended well."""
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    return done.stdout
