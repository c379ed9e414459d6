"""A world in which all is well is green, quickly, and the doctor itself imports nothing heavy."""

import json
import os
import pathlib
import subprocess
import sys
import time

import jsonschema
import pytest

from compat.doctor import structured
from tests.doctor.worlds import Report, World

HEAVY = ("torch", "torchaudio", "numpy", "av", "soundfile")


@pytest.fixture(scope="module")
def seen(healthy: World) -> tuple[Report, float]:
    begun = time.monotonic()
    report = healthy.examine()
    return report, time.monotonic() - begun


def test_it_is_healthy(seen: tuple[Report, float]) -> None:
    report, _ = seen
    assert report.code == 0, report.verdict
    assert report.verdict["text"] == "Healthy."
    assert {check["status"] for check in report.document["checks"]} <= {"ok", "note", "skipped"}


def test_what_can_be_measured_here_is_measured(seen: tuple[Report, float]) -> None:
    report, _ = seen
    for check in ("python", "environment", "copies", "files", "pair", "variables", "requirements", "imports", "round-trip", "resampling"):
        assert report.status(check) == "ok", report.checks[check]
    assert {found["data"]["backend"] for found in report.checks["round-trip"]["findings"]} >= {"ffmpeg", "soundfile"}


@pytest.mark.skipif(sys.platform == "win32", reason="names of files are always Unicode there")
def test_it_is_healthy_where_names_are_ascii(healthy: World) -> None:
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    assert healthy.examine("--only", "round-trip", env=ascii_only).status("round-trip") == "ok"


def test_it_takes_fifteen_seconds_where_torch_takes_three(seen: tuple[Report, float]) -> None:
    report, took = seen
    torch = next(found["data"]["seconds"] for found in report.checks["imports"]["findings"] if found["data"]["package"] == "torch")
    assert took < 15 * max(1.0, torch / 3)


def test_its_json_is_as_its_schema_says(seen: tuple[Report, float], healthy: World) -> None:
    schema = healthy.run("--schema")
    assert schema.stdout == structured.schema()
    jsonschema.validate(seen[0].document, json.loads(schema.stdout))


def test_the_doctors_own_process_imports_nothing_heavy(tmp_path: pathlib.Path) -> None:
    world = World(tmp_path / "world", without=("torch",), plants={"torch 2.8.0": "Tensor = list\n"})
    code = (
        "import sys; from compat.doctor.cli import main; code = main(['--skip', 'files,round-trip,resampling']); "
        f"print(code, [name for name in {HEAVY!r} if name in sys.modules])"
    )
    env = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    done = subprocess.run([world.python, "-c", code], capture_output=True, text=True, cwd=world.folder, check=True, env=env)
    assert done.stdout.splitlines()[-1] == "0 []"


@pytest.mark.parametrize(("skip", "left"), [((), ["python", "variables"]), (("--skip", "python"), ["variables"])])
def test_checks_are_chosen(skip: tuple[str, ...], left: list[str], healthy: World) -> None:
    assert list(healthy.examine("--only", "python,variables", *skip).checks) == left


def test_hashes_are_those_of_the_wheels(tmp_path: pathlib.Path) -> None:
    world = World(tmp_path / "world", without=("torch", "av"))  # whose hundreds of megabytes take their time
    report = world.examine("--only", "files", "--thorough")
    assert report.status("files") == "ok"
    assert "hashes" in report.checks["files"]["summary"]
