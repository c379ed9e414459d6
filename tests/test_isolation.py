"""A test that writes outside its own folders fails, and one that leaves something in the temporary folder."""

import os
import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from tests.conftest import ROOT
from tests.guide import pages

HEAD = "import os, pathlib, sys, tempfile\n"
ELSEWHERE = "written outside the folders of the test"
LEFT = "left in the temporary folder"


# what a test does, by what it is -> what is said of it
BODIES = {
    "a fixed name in the shared folder": ("open(f'{shared}/backends.wav', 'w').close()", ELSEWHERE),
    "by number": ("os.close(os.open(f'{shared}/x', os.O_CREAT | os.O_WRONLY))", ELSEWHERE),
    "a folder": ("os.mkdir(f'{shared}/y')", ELSEWHERE),
    "moved there": ("tmp_path.joinpath('x').touch(); os.rename(tmp_path / 'x', f'{shared}/x')", ELSEWHERE),
    "through a link": ("os.symlink(shared, 'link'); open('link/x', 'w').close()", ELSEWHERE),
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
def errors(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Run a test for each body, and give what pytest says after each."""
    folder = tmp_path_factory.mktemp("isolated")
    (shared := folder / "shared").mkdir()  # what stands for the folder that all users share
    tests = "".join(f"def test_{number}(tmp_path):\n    {body}\n" for number, (body, _) in enumerate(BODIES.values()))
    (test := folder / "test_it.py").write_text(f"{HEAD}shared = {str(shared)!r}\n{tests}")
    told = folder / "told.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.isolation", "-p", "no:cacheprovider", f"--junitxml={told}"]
    own = {"PYTHONPATH": str(ROOT), "TMPDIR": str(shared), "PYTEST_DEBUG_TEMPROOT": str(folder)}
    command += ["-c", os.devnull, str(test)]
    done = subprocess.run(command, cwd=folder, env={**os.environ, **own}, capture_output=True, text=True, check=False)
    assert f"{len(BODIES)} passed" in done.stdout, done.stdout + done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    assert sorted(os.listdir(shared)) == ["backends.wav", "x", "y"]  # what was written there by name, and nothing else stays
    found = dict.fromkeys(BODIES, "")
    for case in ElementTree.parse(told).iter("testcase"):
        for error in case.iter("error"):
            found[list(BODIES)[int(case.attrib["name"].removeprefix("test_"))]] = f"{error.attrib['message']} {error.text}"
    return found


@pytest.mark.parametrize("name", BODIES)
def test_what_is_written_where(name: str, errors: dict[str, str]) -> None:
    said = BODIES[name][1]
    assert bool(errors[name]) == bool(said)
    assert said in errors[name]


def test_a_page_names_nothing_in_the_shared_folder() -> None:
    """What a block or an example writes there would meet what another user left."""
    named = re.compile(r"(?<![\w.])/(?:var/)?tmp/|gettempdir")
    files = [*pages.EXAMPLES.rglob("*.py"), *pages.EXAMPLES.rglob("*.ipynb")]
    found = [file.name for file in files if named.search(file.read_text("utf-8"))]
    found += [pages.place(example) for example in pages.examples() if named.search(example.parsed)]
    assert files
    assert found == []
