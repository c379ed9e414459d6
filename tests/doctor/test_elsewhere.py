"""``--python``: the doctor runs in an environment that has nothing of it."""

import json
import pathlib
import sys
import venv
from collections.abc import Callable

import pytest

from tests.conftest import Python, printed
from tests.doctor.worlds import World
from tests.tables import table


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
    assert {"torch is not installed", "av is not installed"} <= {finding["text"] for finding in imports["findings"]}
    assert str(bare) in imports["findings"][0]["mend"]["commands"][0]
    assert sorted(bare.rglob("*")) == before


def test_what_the_drop_in_needs_goes_along(python: Python, build: Callable[..., World]) -> None:
    """Else the doctor would call its own lack a bug of this package."""
    world = build(without=("deprecation", "rich", "packaging", "elftools"))
    printed(python("-m", "compat.doctor", "--python", str(world.folder), "--only", "resampling"))


@table(
    "arguments, words",
    {
        "options": (("--pins", "2.8", "--python={}"), "torchaudio==2.8.0"),
        "an interpreter by its path": (("--python", "{}/bin/python", "--only", "python"), "{}"),
    },
)
def test_options_reach_it(arguments: tuple[str, ...], words: str, python: Python, bare: pathlib.Path) -> None:
    assert words.format(bare) in printed(python("-m", "compat.doctor", *(argument.format(bare) for argument in arguments)))


NAME_ONE = "name an interpreter, or the folder of its environment"


@table(
    "script, name, words",
    {
        "an old Python": ("echo 3 8", "./python", "it is Python 3.8, but the doctor needs 3.11 and later"),
        "no Python": ("echo no >&2; exit 1", "./python", "does not run as Python: no"),
        "some other program": ("echo hello", "./python", "does not run as Python: hello"),
        "nothing of that name": ("", "no-such-python", NAME_ONE),
        "a folder that is no environment": ("", ".", NAME_ONE),
        "a file that is no program": ("", "./text", "does not run as Python: [Errno 13]"),
        "a text that may be run": ("", "./note", "does not run as Python: [Errno 8]"),
    },
)
def test_what_cannot_run_it_is_refused(script: str, name: str, words: str, python: Python) -> None:
    program = pathlib.Path("python")
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    pathlib.Path("text").write_text("hello")
    pathlib.Path("note").write_text("hello")
    pathlib.Path("note").chmod(0o755)
    done = python("-m", "compat.doctor", "--python", name)
    assert done.returncode == 3
    assert words in done.stderr
    assert f"--python {name}" in done.stderr or script
