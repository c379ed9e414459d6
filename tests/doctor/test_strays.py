"""Packages that come from where no installer put them: a build from source, a line of a .pth file, the working folder."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import sysconfig
from collections.abc import Callable

import pytest

from tests.doctor.worlds import World, plant

Make = Callable[..., World]
BROKEN = "raise OSError('no')\n"


@pytest.mark.parametrize("name", ["torchaudio", "soundfile", "av", "numpy"])
def test_a_package_without_metadata_that_works_is_not_to_be_renamed(build: Make, name: str) -> None:
    """A build from source, or a copied folder."""
    world = build(without=(name,))
    world.plant(name, {"__init__.py": "__version__ = '9.9.9'\n"})
    found = world.examine("--only", "copies").finding("copies")
    assert found["status"] == "note"
    assert "9.9.9" in found["text"]
    assert found["mend"] == {"text": "", "commands": []}


def test_a_torchaudio_without_metadata_that_does_not_work_is_installed_and_not_renamed(build: Make) -> None:
    world = build()
    world.plant("torchaudio", {"__init__.py": BROKEN, "version.py": "__version__ = '2.8.0'\n"})
    found = world.examine("--only", "copies").finding("copies")
    assert found["status"] == "warning"
    assert "install" in found["mend"]["commands"][0]


def test_a_file_that_only_has_the_name_is_to_be_renamed(build: Make) -> None:
    world = build()
    (world.folder / "torchaudio.py").write_text("import os\n")
    found = world.examine("--only", "copies").finding("copies")
    assert (found["status"], found["cause"]) == ("error", "shadowed")
    assert found["mend"]["commands"][0].startswith("mv ")


def test_a_checkout_that_works_before_the_installed_one_is_not_to_be_renamed(build: Make, tmp_path: pathlib.Path) -> None:
    world = build()
    world.plant("torchaudio", {"__init__.py": "__version__ = '2.11.0'\n"}, "2.11.0")
    plant(tmp_path / "checkout", "torchaudio", {"__init__.py": "__version__ = '2.8.0a0'\n"})
    found = world.examine("--only", "copies", env={"PYTHONPATH": str(tmp_path / "checkout")}).finding("copies")
    assert (found["status"], found["cause"]) == ("warning", "shadowed")
    assert found["mend"]["commands"] == []
    assert str(tmp_path / "checkout") in found["mend"]["text"]


@pytest.fixture
def other(tmp_path: pathlib.Path) -> pathlib.Path:
    """The site-packages of another environment, with a torchaudio."""
    folder = tmp_path / "other env"
    paths = sysconfig.get_paths(vars={"base": str(folder), "platbase": str(folder)}, scheme="venv")
    site = pathlib.Path(paths["purelib"])
    plant(site, "torchaudio", {"__init__.py": ""}, "2.8.0")
    (folder / "pyvenv.cfg").write_text("home = /usr/bin\n")
    return site


LINES = {
    "a folder": "{site}\n",
    "code": "import site; site.addsitedir({site!r})\n",
    "below a comment": "# of mine\n\n{site}\n",
}


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("own", [False, True])
def test_a_line_that_leads_to_another_environment_is_taken_out_and_nothing_removed(
    build: Make, other: pathlib.Path, line: str, own: bool
) -> None:
    world = build()
    if own:
        world.plant("torchaudio", {"__init__.py": ""}, "2.11.0")
    (world.site / "zz_other.pth").write_text(LINES[line].format(site=str(other)))
    found = next(found for found in world.examine("--only", "copies").findings("copies") if found["cause"] in ("two-copies", "two-places"))
    assert not [command for command in found["mend"]["commands"] if command.startswith("rm")]
    assert f"take line {len(LINES[line].splitlines())} out of {world.site / 'zz_other.pth'}" in found["mend"]["text"]


def test_another_environment_on_pythonpath_keeps_its_packages(build: Make, other: pathlib.Path) -> None:
    found = build().examine("--only", "copies", env={"PYTHONPATH": str(other)}).finding("copies")
    assert not [command for command in found["mend"]["commands"] if command.startswith("rm")]
    assert "PYTHONPATH" in found["mend"]["text"]


@pytest.mark.parametrize("name", ["torchaudio.py", "soundfile.py", "numpy/__init__.py", "torch.py"])
def test_the_console_command_finds_what_lies_in_the_working_folder(tmp_path: pathlib.Path, name: str) -> None:
    """As `python -m compat.doctor` does: it stands before the real one for every program that is run from there."""
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("import os\n")
    code = "import sys; del sys.path[0]; from compat.cli import main; sys.exit(main(['doctor', '--only', 'copies', '--json']))"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    found = json.loads(done.stdout)["verdict"]["root"]
    assert (found["cause"], found["subject"]) == ("shadowed", name.partition("/")[0].removesuffix(".py"))


def test_the_working_folder_is_seen_for_another_interpreter(build: Make, tmp_path: pathlib.Path) -> None:
    world = build()
    (tmp_path / "torchaudio.py").write_text("import os\n")
    command = [sys.executable, "-m", "compat.doctor", "--python", str(world.python), "--only", "copies", "--json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert json.loads(done.stdout)["verdict"]["root"]["cause"] == "shadowed", done.stderr


def test_the_console_command_keeps_out_of_a_folder_with_a_package_of_our_name(tmp_path: pathlib.Path) -> None:
    (tmp_path / "compat.py").write_text("raise SystemExit('the wrong one')\n")
    code = "import sys; del sys.path[0]; from compat.cli import main; sys.exit(main(['doctor', '--only', 'imports']))"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
