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
from tests.codemod.commands import contents, put
from tests.conftest import ROOT
from tests.guide import pages

PAGE = pages.GUIDE / "ci.md"
SOURCE = "import torchaudio\n\ntorchaudio.set_audio_backend('soundfile')\nx = torchaudio.load('a.wav')\n"
TEST = "import torchaudio\n\n\ndef test_name():\n    torchaudio.set_audio_backend('soundfile')\n"


@pytest.fixture(autouse=True)
def _project() -> None:
    put({"a.py": SOURCE, "test_a.py": TEST})


def sample(title: str) -> str:
    [found] = re.findall(rf'^```\w+ title="{re.escape(title)}"\n(.*?)^```$', PAGE.read_text(), re.M | re.S)
    return str(found)


def test_the_hooks_of_the_sample_are_there_and_take_its_arguments() -> None:
    offered = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    [repo] = yaml.safe_load(sample(".pre-commit-config.yaml"))["repos"]
    for hook in repo["hooks"]:
        first, *options = offered[hook["id"]]["entry"].split()
        assert first == "hooks/codemod.py"
        assert cli.main([*options, *hook["args"]]) == 0  # it writes the baseline
    assert os.path.exists("known.json")
    put({"b.py": SOURCE})
    assert cli.main([*options, *hook["args"]]) == 1
    assert contents()["a.py"] == SOURCE.encode()
    assert cli.main(["--exclude", "b.py"]) == 0  # the baseline quotes old code, and is not reported for it


def test_the_workflow_finds_and_uploads() -> None:
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
    found = json.loads(contents()[upload["with"]["sarif_file"]])["runs"][0]["results"]
    assert {one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in found} == {"a.py", "test_a.py"}


def test_the_table_of_the_project_is_read() -> None:
    text = sample("pyproject.toml")
    excluded = f"{tomllib.loads(text)['tool']['torchaudio-compat']['exclude'][0]}/c.py"
    put({"pyproject.toml": text, excluded: SOURCE})
    assert cli.main([]) == 0
    assert b"set_audio_backend" not in contents()["a.py"]
    assert contents()[excluded] == SOURCE.encode()
