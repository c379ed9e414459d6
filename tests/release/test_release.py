"""The wheel and the sdist: what is in them, and that they work in an environment that has nothing else."""

import email
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import venv
import zipfile
from email.message import Message

import pytest
from uv import find_uv_bin

from compat._version import __version__
from tests.conftest import ASSETS, ROOT, printed
from tests.release import index

PACKAGES = ("compat", "legacy", "dispatcher")
EXAMPLE = ROOT / "migration_guide" / "examples" / "to_mono.py"


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """Return the folder of the sdist and the wheel: that in DIST, else a new one, built here."""
    if built := os.environ.get("DIST"):
        return pathlib.Path(built)
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    printed(subprocess.run(command, capture_output=True, text=True, check=False))
    return folder


@pytest.fixture(scope="module")
def wheel(distributions: pathlib.Path) -> pathlib.Path:
    (found,) = distributions.glob("*.whl")
    return found


class Environment:
    """A virtual environment with the wheel, and with nothing that stands in this checkout."""

    def __init__(self, folder: pathlib.Path, wheel: pathlib.Path, extra: str = "") -> None:
        self.folder = folder
        self.bin = folder / ("Scripts" if sys.platform == "win32" else "bin")
        venv.create(folder, symlinks=sys.platform != "win32")
        # uv, since pip takes ten seconds to do the same
        command = [find_uv_bin(), "pip", "install", "--quiet", "--no-config", "--python", str(self.bin / "python")]
        command += ["--constraint", str(ROOT / "constraints.txt"), f"{wheel}{extra}"]
        done = subprocess.run(command, env=index.environment(), capture_output=True, text=True, check=False)
        assert index.answered(done).returncode == 0, done.stderr

    def run(self, program: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "TORCHAUDIO_", "VIRTUAL_ENV"))}
        command = [str(self.bin / program), *arguments]
        return subprocess.run(command, cwd=self.folder, env=kept | variables, capture_output=True, text=True, check=False)


def _tracked(*places: str) -> set[str]:
    done = subprocess.run(["git", "-C", str(ROOT), "ls-files", "--", *places], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("this is no checkout of git's, so what belongs to the project cannot be told from what lies about")
    return {name for name in done.stdout.splitlines() if (ROOT / name).exists()}


def test_the_wheel_holds_the_packages_and_nothing_else(wheel: pathlib.Path) -> None:
    """Each tracked file of the three packages, the metadata, and the line for TORCHAUDIO_COMPAT_AUTO."""
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    line = "torchaudio_compat_auto.pth"  # Python reads it beside the packages, not in one
    assert line in held
    assert held - {line} == _tracked(*PACKAGES) - {f"compat/{line}"}
    assert {f"{package}/py.typed" for package in PACKAGES} <= held


def test_the_sdist_can_be_tested_and_built_again(distributions: pathlib.Path) -> None:
    """It has all that the project has, but for what only this workplace needs."""
    (path,) = distributions.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    assert {name for name in _tracked() if not name.startswith(".")} <= held


def _metadata(wheel: pathlib.Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return email.message_from_bytes(archive.read(name))


def test_the_version_stands_in_one_place(wheel: pathlib.Path) -> None:
    """In compat/_version.py; the metadata has it from there."""
    assert _metadata(wheel)["Version"] == __version__
    assert not re.search(r'^version\s*=\s*"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)


def test_only_the_extra_brings_torch(wheel: pathlib.Path) -> None:
    """Who runs the codemod by pipx does not wait for torch, and who has a build of it keeps that one."""
    torch = [need for need in _metadata(wheel).get_all("Requires-Dist", []) if need.startswith("torch>")]
    assert "torch>=2.0; extra == 'torch'" in torch
    assert all("extra ==" in need for need in torch)


@pytest.mark.network
def test_the_tools_work_without_torch(wheel: pathlib.Path, tmp_path: pathlib.Path) -> None:
    """As pipx installs them: codemod and audit do their work, the doctor says what is missing, the drop-in that torch is."""
    clean = Environment(tmp_path / "light", wheel)
    assert clean.run("python", "-c", "import torch").returncode != 0
    assert clean.run("torchaudio-compat", "--version").stdout.strip() == __version__
    script = clean.folder / EXAMPLE.name
    script.write_bytes(EXAMPLE.read_bytes())
    printed(clean.run("torchaudio-compat", "codemod", script.name))
    assert 'backend="soundfile"' in script.read_text()
    doctor = clean.run("torchaudio-compat", "doctor")
    assert doctor.returncode == 2, doctor.stderr
    assert "root cause  torch is not installed." in doctor.stdout
    assert "PyAV" in doctor.stdout
    printed(clean.run("torchaudio-compat", "doctor", "--python", sys.executable, "--only", "copies"))
    said = printed(clean.run("torchaudio-compat", "audit", "--from", "2.0:soundfile", "--to", "2.2:ffmpeg", str(ASSETS / "stereo_s16.wav")))
    assert "1  identical" in said
    drop_in = clean.run("torchaudio-compat", "run", "--version", "2.2", script.name, ".", str(ASSETS / "stereo_s16.wav"))
    assert "torch is not installed" in drop_in.stderr
    assert re.search(r"\bpip install (\S+ )*torch\b", drop_in.stderr), drop_in.stderr


@pytest.mark.release
@pytest.mark.network
def test_the_drop_in_works_in_a_clean_environment(wheel: pathlib.Path, tmp_path: pathlib.Path) -> None:
    """With the extra: a program that cannot be edited, one that installs a release, and a healthy doctor."""
    clean = Environment(tmp_path / "full", wheel, "[torch]")
    asset = str(ASSETS / "stereo_cbr.mp3")
    said = printed(clean.run("python", str(EXAMPLE), ".", asset, TORCHAUDIO_COMPAT_AUTO="2.0"))
    assert "stereo_cbr.wav, 13230 frames" in said
    code = f"import compat; compat.install('2.1'); import torchaudio; print(torchaudio.load({asset!r})[0].shape)"
    installed = clean.run("python", "-W", "error", "-c", code)
    assert installed.stdout.strip() == "torch.Size([2, 26460])", installed.stderr
    printed(clean.run("torchaudio-compat", "doctor"))


@pytest.mark.release
@pytest.mark.network
@pytest.mark.parametrize(
    "tool",
    [
        pytest.param(["pipx", "run", "--python", sys.executable, "--spec"], id="pipx"),
        pytest.param(["uv", "tool", "run", "--python", sys.executable, "--from"], id="uv"),
    ],
)
def test_the_tools_run_without_being_installed(tool: list[str], wheel: pathlib.Path, tmp_path: pathlib.Path) -> None:
    """`pipx run` and `uv tool run` fetch the package, run one command of it and leave no environment of the user's changed."""
    script = tmp_path / EXAMPLE.name
    script.write_bytes(EXAMPLE.read_bytes())
    command = [sys.executable, "-m", *tool, str(wheel), "torchaudio-compat", "codemod", script.name]
    variables = {**os.environ, "PIPX_HOME": str(tmp_path / "pipx"), "UV_TOOL_DIR": str(tmp_path / "uv")}
    printed(subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False))
    assert 'backend="soundfile"' in script.read_text()
