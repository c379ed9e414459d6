"""What publishes a release, the workflows, the recipe for conda and the citation, agrees with the project; constraints.txt holds for every Python.

For the latter uv resolves it for each Python that is promised, by what the package index says, and installs nothing.
"""

import pathlib
import re
import subprocess
import tomllib
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from uv import find_uv_bin

from compat._version import __version__
from tests.conftest import ROOT, printed
from tests.release import index

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
RECIPE: dict[str, Any] = yaml.safe_load((ROOT / "packaging/conda/recipe.yaml").read_text("utf-8"))
# From the first of each line on, since a Linux distribution may keep it for years.
PYTHONS = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["classifiers"]))
# which of these a torch for CUDA needs, it says itself, to the digit
OF_CUDA = re.compile(r"nvidia-|cuda-|triton\Z")
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
# conda-forge's name of a package, where it is not that of PyPI
ON_CONDA = {"soundfile": "pysoundfile", "torch": "pytorch"}


def _workflow(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / f".github/workflows/{name}.yml").read_text("utf-8"))
    return loaded


def _bounds(lines: list[str]) -> dict[str, SpecifierSet]:
    requirements = [Requirement(line.replace(" ", "")) for line in lines]
    return {ON_CONDA.get(found.name, found.name): found.specifier for found in requirements}


def test_conda_gets_the_requirements_of_pip() -> None:
    """Each with the same bounds; torch only constrains, since its build is the user's choice."""
    python = {"python": SpecifierSet(PROJECT["requires-python"])}
    assert _bounds(RECIPE["requirements"]["run"]) == _bounds(PROJECT["dependencies"]) | python
    assert _bounds(RECIPE["requirements"]["run_constraints"]) == _bounds(PROJECT["optional-dependencies"]["torch"])


def test_conda_gets_the_same_command_and_version() -> None:
    """The entry point, the version and the license are the project's."""
    commands = [f"{name} = {target}" for name, target in PROJECT["scripts"].items()]
    assert RECIPE["build"]["python"]["entry_points"] == commands
    assert RECIPE["context"]["version"] == __version__
    assert RECIPE["about"]["license"] == PROJECT["license"]


def test_the_citation_names_the_project() -> None:
    """It has what the format asks for, and no version that a release would have to change."""
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert {"cff-version", "title", "message", "authors"} <= citation.keys()
    assert (citation["title"], citation["license"]) == (PROJECT["name"], PROJECT["license"])
    assert "version" not in citation


def test_only_the_last_job_may_publish() -> None:
    """It alone gets the token of the trusted publisher, after the tests have passed on the files that it uploads."""
    jobs = _workflow("release")["jobs"]
    assert [name for name, job in jobs.items() if "id-token" in job.get("permissions", {})] == ["publish"]
    assert (jobs["publish"]["needs"], jobs["test"]["needs"]) == ("test", "build")
    publishing = next(step for step in jobs["publish"]["steps"] if "pypi-publish" in step["uses"])
    assert publishing["with"]["attestations"] is True
    assert "run" not in {key for step in jobs["publish"]["steps"] for key in step}, "nothing is built where the token is"


@pytest.mark.parametrize("workflow", [path.stem for path in WORKFLOWS])
def test_what_a_workflow_runs_is_there(workflow: str) -> None:
    """Its `make` targets, modules and scripts are the project's; rights beyond reading are given by name."""
    loaded = _workflow(workflow)
    assert "permissions" in loaded
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for job in loaded["jobs"].values():
        assert job["timeout-minutes"] <= 60
        for run in filter(None, (step.get("run") for step in job["steps"])):
            assert set(re.findall(r"^make ([a-z-]+)", run, re.MULTILINE)) <= targets
            for module in re.findall(r"python -m (tests[.\w]+)", run):
                assert (ROOT / (module.replace(".", "/") + ".py")).is_file()


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
