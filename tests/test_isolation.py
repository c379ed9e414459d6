"""A test that writes outside its own folders fails, and one that leaves something in the temporary folder."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable

import pytest

from tests.conftest import ROOT
from tests.guide import pages

HEAD = "import os, pathlib, sys, tempfile\n"
ELSEWHERE = "written outside the folders of the test"
LEFT = "left in the temporary folder"


@pytest.fixture
def shared(tmp_path: pathlib.Path) -> pathlib.Path:
    """What stands for the folder that all users share."""
    folder = tmp_path / "shared"
    folder.mkdir()
    return folder


@pytest.fixture
def outcome(tmp_path: pathlib.Path, shared: pathlib.Path) -> Callable[[str], str]:
    """Run a test, and give what pytest says of it."""

    def run(body: str) -> str:
        test = tmp_path / "test_it.py"
        test.write_text(f"{HEAD}def test_it(tmp_path):\n    shared = {str(shared)!r}\n    {body}\n")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.isolation", "-p", "no:cacheprovider", "-c", os.devnull, str(test)]
        own = {"PYTHONPATH": str(ROOT), "TMPDIR": str(shared), "PYTEST_DEBUG_TEMPROOT": str(tmp_path)}
        done = subprocess.run(command, cwd=tmp_path, env={**os.environ, **own}, capture_output=True, text=True, check=False)
        assert "1 passed" in done.stdout, done.stdout + done.stderr
        assert "Traceback" not in done.stderr, done.stderr
        return done.stdout

    return run


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param("open(f'{shared}/backends.wav', 'w').close()", ELSEWHERE, id="a fixed name in the shared folder"),
        pytest.param("os.close(os.open(f'{shared}/x', os.O_CREAT | os.O_WRONLY))", ELSEWHERE, id="by number"),
        pytest.param("os.mkdir(f'{shared}/x')", ELSEWHERE, id="a folder"),
        pytest.param("tmp_path.joinpath('x').touch(); os.rename(tmp_path / 'x', f'{shared}/x')", ELSEWHERE, id="moved there"),
        pytest.param("os.symlink(shared, 'link'); open('link/x', 'w').close()", ELSEWHERE, id="through a link"),
        pytest.param("tempfile.mkdtemp()", LEFT, id="a temporary folder"),
        pytest.param("os.system(f'{sys.executable} -c \"import tempfile; tempfile.mkdtemp()\"')", LEFT, id="a program's"),
        pytest.param("open('x', 'w').close()", "", id="the current folder"),
        pytest.param("tmp_path.joinpath('x').touch()", "", id="the test's own folder"),
        pytest.param("tempfile.TemporaryFile().close(); tempfile.TemporaryDirectory().cleanup()", "", id="cleaned up"),
        pytest.param("from multiprocessing import util; util.get_temp_dir()", "", id="a folder of multiprocessing, to the end"),
        pytest.param("open(os.devnull, 'w').close()", "", id="a device"),
        pytest.param("open(__file__).close()", "", id="reading"),
    ],
)
def test_what_is_written_where(body: str, said: str, shared: pathlib.Path, outcome: Callable[[str], str]) -> None:
    """Nothing of it stays in the shared folder but what was written there by name."""
    printed = outcome(body)
    assert ("1 error" in printed) == bool(said)
    assert said in printed
    assert [name for name in os.listdir(shared) if name not in ("x", "backends.wav")] == []


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
