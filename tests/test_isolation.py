"""A test that writes outside its own folders fails, and one that leaves something in the temporary folder."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys
import tempfile

import pytest

from tests.conftest import ROOT
from tests.guide import pages

ELSEWHERE = "written outside the folders of the test"
LEFT = "left in the temporary folder"


# what a test does, and what is said of it; `new` is a name in the folder that all users share
CASES = {
    "a fixed name in the shared folder": ("open(f'{new}.wav', 'w').close()", ELSEWHERE),
    "by number": ("os.close(os.open(new, os.O_CREAT | os.O_WRONLY))", ELSEWHERE),
    "a folder": ("os.mkdir(new)", ELSEWHERE),
    "moved there": ("tmp_path.joinpath('x').touch(); os.rename(tmp_path / 'x', new)", ELSEWHERE),
    "through a link": ("os.symlink(os.path.dirname(new), 'link'); open(f'link/{os.path.basename(new)}', 'w').close()", ELSEWHERE),
    "a temporary folder": ("tempfile.mkdtemp()", LEFT),
    "a program's": ("os.system(f'{sys.executable} -c \"import tempfile; tempfile.mkdtemp()\"')", LEFT),
    "the current folder": ("open('x', 'w').close()", ""),
    "the test's own folder": ("tmp_path.joinpath('x').touch()", ""),
    "cleaned up": ("tempfile.TemporaryFile().close(); tempfile.TemporaryDirectory().cleanup()", ""),
    "a folder of multiprocessing, to the end": ("from multiprocessing import util; util.get_temp_dir()", ""),
    "a device": ("open(os.devnull, 'w').close()", ""),
    "reading": ("open(__file__).close()", ""),
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """What stands for the folder that all users share."""
    return tmp_path_factory.mktemp("shared")


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory, shared: pathlib.Path) -> dict[str, str]:
    """Run all cases, each a test, and give what pytest says of each, if anything."""
    folder = tmp_path_factory.mktemp("cases")
    test = folder / "test_it.py"
    tests = [
        f"def test_{number}(tmp_path):\n    new = {str(shared / f'new{number}')!r}\n    {body}\n"
        for number, (body, _) in enumerate(CASES.values())
    ]
    test.write_text("\n".join(["import os, pathlib, sys, tempfile", *tests]))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.isolation", "-p", "no:cacheprovider", "-c", os.devnull, str(test)]
    own = {"PYTHONPATH": str(ROOT), "TMPDIR": str(shared), "PYTEST_DEBUG_TEMPROOT": str(folder)}
    done = subprocess.run(command, cwd=folder, env={**os.environ, **own}, capture_output=True, text=True, check=False)
    assert f"{len(CASES)} passed" in done.stdout, done.stdout + done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    _, *errors = re.split(r"_ ERROR at teardown of test_(\d+) _", done.stdout.partition("short test summary")[0])
    told = dict(zip(map(int, errors[::2]), errors[1::2], strict=True))
    return {name: told.get(number, "") for number, name in enumerate(CASES)}


@pytest.mark.parametrize("name", CASES)
def test_what_is_written_where(name: str, said: dict[str, str]) -> None:
    """An error, which names what it is, or none."""
    assert CASES[name][1] in said[name]
    assert bool(CASES[name][1]) == bool(said[name])


def test_nothing_stays_but_what_was_written_there_by_name(said: dict[str, str], shared: pathlib.Path) -> None:
    """What the tests left in the temporary folder is taken away."""
    assert said
    assert [name for name in os.listdir(shared) if not name.startswith("new")] == []


def test_a_page_names_nothing_in_the_shared_folder() -> None:
    """What a block or an example writes there would meet what another user left."""
    named = re.compile(r"(?<![\w.])/(?:var/)?tmp/|gettempdir")
    files = [*pages.EXAMPLES.rglob("*.py"), *pages.EXAMPLES.rglob("*.ipynb")]
    found = [file.name for file in files if named.search(file.read_text("utf-8"))]
    found += [pages.place(example) for example in pages.examples() if named.search(example.parsed)]
    assert files
    assert found == []


def test_programs_that_tests_start_have_the_same_folder() -> None:
    """By the variable that they look at."""
    assert os.environ["TMPDIR"] == tempfile.gettempdir()
    assert os.path.commonpath([os.getcwd(), tempfile.gettempdir()]) == tempfile.gettempdir()
