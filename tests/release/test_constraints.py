"""constraints.txt holds for every Python that is promised: uv resolves it for each, by what the package index says, and installs nothing."""

import pathlib
import re
import subprocess
import tomllib

import pytest
from packaging.requirements import Requirement
from uv import find_uv_bin

from tests.conftest import ROOT, printed
from tests.release import index

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
# From the first of each line on, since a Linux distribution may keep it for years.
PYTHONS = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["classifiers"]))
# which of these a torch for CUDA needs, it says itself, to the digit
OF_CUDA = re.compile(r"nvidia-|cuda-|triton\Z")


def _resolve(python: str, constraints: pathlib.Path) -> subprocess.CompletedProcess[str]:
    """Ask for all extras together; of each release only a wheel will do, so one that this Python has none of is seen."""
    command = [find_uv_bin(), "pip", "compile", "--quiet", "--no-config", "--no-annotate", "--no-header", "--only-binary", ":all:"]
    options = ["--all-extras", "--python-version", python, "--python-platform", "x86_64-manylinux_2_28"]
    return subprocess.run(
        [*command, *options, "--constraint", str(constraints), str(ROOT / "pyproject.toml")],
        cwd=ROOT,
        env=index.environment(),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.mark.network
@pytest.mark.parametrize("python", PYTHONS)
def test_everything_resolves(python: str) -> None:
    """From the line's first release on; and each package that is taken has its pin."""
    said = printed(index.answered(_resolve(f"{python}.0", ROOT / "constraints.txt")))
    pinned = set(_pins())
    taken = {Requirement(line).name for line in said.splitlines()}
    assert len(taken) > 100
    assert {name for name in taken - pinned if not OF_CUDA.match(name)} == set()


@pytest.mark.network
def test_a_pin_that_wants_a_later_python_is_seen(tmp_path: pathlib.Path) -> None:
    """The check can fail: pymdown-extensions 13.1.2 wants Python 3.11.5, where Debian 12 has 3.11.2."""
    wrong = tmp_path / "constraints.txt"
    pins = {**_pins(), "pymdown-extensions": "13.1.2"}
    wrong.write_text("".join(f"{name}=={version}\n" for name, version in pins.items()))
    done = index.answered(_resolve("3.11.2", wrong))
    assert done.returncode != 0
    assert "Python>=3.11.5" in done.stderr


def _pins() -> dict[str, str]:
    lines = (line.partition("#")[0].strip() for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines())
    return dict(line.split("==") for line in lines if line)


def test_what_the_project_names_is_pinned() -> None:
    """Each dependency of pyproject.toml, of every extra."""
    named = [*PROJECT["dependencies"], *(need for extra in PROJECT["optional-dependencies"].values() for need in extra)]
    assert {Requirement(need).name for need in named} - {PROJECT["name"]} <= set(_pins())
