"""The complete files of the page on CI: each is taken from the page and used, in a project of its own."""

import json
import os
import pathlib
import re
import subprocess
import sys
import tomllib
from typing import Any

import pytest
import yaml

from compat.codemod.run import cli
from tests.conftest import ROOT
from tests.guide import pages

PAGE = pages.GUIDE / "ci.md"
SOURCE = "import torchaudio\n\ntorchaudio.set_audio_backend('soundfile')\nx = torchaudio.load('a.wav')\n"
TEST = "import torchaudio\n\n\ndef test_name():\n    torchaudio.set_audio_backend('soundfile')\n"


@pytest.fixture
def project(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    (tmp_path / "a.py").write_text(SOURCE)
    (tmp_path / "test_a.py").write_text(TEST)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def sample(title: str) -> str:
    [found] = re.findall(rf'^```\w+ title="{re.escape(title)}"\n(.*?)^```$', PAGE.read_text(), re.M | re.S)
    return str(found)


def test_the_hooks_of_the_sample_are_there_and_take_its_arguments(project: pathlib.Path) -> None:
    offered = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    [repo] = yaml.safe_load(sample(".pre-commit-config.yaml"))["repos"]
    for hook in repo["hooks"]:
        first, *options = offered[hook["id"]]["entry"].split()
        assert first == "hooks/codemod.py"
        assert cli.main([*options, *hook["args"]]) == 0  # it writes the baseline
    assert (project / "known.json").exists()
    (project / "b.py").write_text(SOURCE)
    assert cli.main([*options, *hook["args"]]) == 1
    assert (project / "a.py").read_text() == SOURCE
    assert cli.main(["--exclude", "b.py"]) == 0  # the baseline quotes old code, and is not reported for it


def test_the_workflow_finds_and_uploads(project: pathlib.Path) -> None:
    jobs: dict[str, Any] = yaml.safe_load(sample(".github/workflows/torchaudio.yml"))["jobs"]
    steps = jobs["findings"]["steps"]
    [upload] = [step for step in steps if "upload-sarif" in step.get("uses", "")]
    runs = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
    assert steps.index(upload) == len(steps) - 1
    assert [run.split("install ")[1] for run in runs if "pip install" in run] == ["torchaudio-compat", '"torchaudio-compat[torch]" pytest']
    codes = {}
    for run in (run for run in runs if "pip install" not in run):
        path = f"{pathlib.Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        command = ["bash", "-e", "-c", run.replace("2.0,2.2", "2.0")]  # one release shows that the line is right
        codes[run.split()[0]] = subprocess.run(command, env={**os.environ, "PATH": path}, capture_output=True, check=False).returncode
    assert codes == {"torchaudio-compat": 1, "python": 0}
    found = json.loads((project / upload["with"]["sarif_file"]).read_text())["runs"][0]["results"]
    assert {one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in found} == {"a.py", "test_a.py"}


def test_the_table_of_the_project_is_read(project: pathlib.Path) -> None:
    text = sample("pyproject.toml")
    (project / "pyproject.toml").write_text(text)
    table = tomllib.loads(text)["tool"]["torchaudio-compat"]
    (project / table["exclude"][0]).mkdir()
    (project / table["exclude"][0] / "c.py").write_text(SOURCE)
    assert cli.main([]) == 0
    assert "set_audio_backend" not in (project / "a.py").read_text()
    assert (project / table["exclude"][0] / "c.py").read_text() == SOURCE
