"""``--python``: the doctor runs in an environment that has nothing of it."""

import json
import pathlib
import sys
import venv
from collections.abc import Callable

import pytest

from tests.conftest import Python, printed
from tests.doctor.worlds import World


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A virtual environment with nothing in it, not even pip."""
    folder = tmp_path_factory.mktemp("bare") / "its own"
    venv.create(folder, symlinks=sys.platform != "win32")
    return folder


def test_it_looks_at_the_other_environment(python: Python, bare: pathlib.Path) -> None:
    """What is missing there is missing, though it is here; the mends name that interpreter; nothing of ours stays there."""
    before = sorted(bare.rglob("*"))
    done = python("-m", "compat.doctor", "--python", str(bare), "--only", "environment,imports", "--json")
    assert done.returncode == 2, done.stderr
    (environment, imports) = json.loads(done.stdout)["checks"]
    assert str(bare) in environment["findings"][0]["text"]
    texts = [finding["text"] for finding in imports["findings"]]
    assert "torch is not installed" in texts
    assert "av is not installed" in texts
    assert str(bare) in imports["findings"][0]["mend"]["commands"][0]
    assert sorted(bare.rglob("*")) == before


def test_what_the_drop_in_needs_goes_along(python: Python, build: Callable[..., World]) -> None:
    """Else the doctor would call its own lack a bug of this package."""
    world = build(without=("deprecation", "rich", "packaging", "elftools"))
    printed(python("-m", "compat.doctor", "--python", str(world.folder), "--only", "resampling"))


def test_options_reach_it(python: Python, bare: pathlib.Path) -> None:
    said = printed(python("-m", "compat.doctor", "--pins", "2.8", f"--python={bare}"))
    assert "torchaudio==2.8.0" in said


def test_an_interpreter_of_that_name(python: Python, bare: pathlib.Path) -> None:
    said = printed(python("-m", "compat.doctor", "--python", str(bare / "bin" / "python"), "--only", "python"))
    assert str(bare) in said


@pytest.mark.parametrize(
    ("script", "words"),
    [
        pytest.param("echo 3 8", "it is Python 3.8, but the doctor needs 3.11 and later", id="an old Python"),
        pytest.param("echo no >&2; exit 1", "does not run as Python: no", id="no Python"),
        pytest.param("echo hello", "does not run as Python: hello", id="some other program"),
    ],
)
def test_what_cannot_run_it_is_refused(python: Python, tmp_path: pathlib.Path, script: str, words: str) -> None:
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    done = python("-m", "compat.doctor", "--python", str(program))
    assert done.returncode == 3
    assert words in done.stderr


@pytest.mark.parametrize("name", ["no-such-python", "."])
def test_what_is_not_there_is_named(python: Python, name: str) -> None:
    done = python("-m", "compat.doctor", "--python", name)
    assert done.returncode == 3
    assert f"--python {name}" in done.stderr
    assert "name an interpreter, or the folder of a virtual environment" in done.stderr
