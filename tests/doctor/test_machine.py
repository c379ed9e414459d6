"""Commands are chosen by what the machine has."""

import os
import pathlib
import re
import shutil
import sys
from collections.abc import Callable, Iterator

import pytest

from compat.commands import shell
from compat.diagnosis import dists, explain, machine, mends, pairs
from compat.diagnosis.findings import Mend

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the machines played here are POSIX")

Play = Callable[..., None]


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Iterator[Play]:
    """Plays a machine that has these programs and no others."""

    def have(*programs: str, root: bool = False, is_conda: bool = False, platform: str = "linux") -> None:
        monkeypatch.setattr(shutil, "which", lambda name, *rest: f"/usr/bin/{name}" if name in programs else None)
        monkeypatch.setattr(os, "geteuid", lambda: 0 if root else 1000)
        monkeypatch.setattr(machine, "is_conda", lambda: is_conda)
        monkeypatch.setattr(sys, "platform", platform)
        forget()

    def forget() -> None:
        for remembered in (machine.system_manager, machine.conda, machine.python, machine._pip):
            remembered.cache_clear()

    yield have
    monkeypatch.undo()
    forget()


@pytest.mark.parametrize(
    ("library", "programs", "given", "commands"),
    [
        ("libsox.so", ["apt-get"], {"root": True}, ["apt-get install -y libsox3 libsox-fmt-all"]),
        ("libsox.so", ["apt-get"], {}, ["sudo apt-get install -y libsox3 libsox-fmt-all"]),
        ("libsox.so", ["dnf", "yum"], {}, ["sudo dnf install -y sox sox-libs"]),
        ("libsox.so", ["yum"], {}, ["sudo yum install -y sox sox-libs"]),
        ("libsox.so", ["brew"], {"platform": "darwin"}, ["brew install sox"]),
        ("libsox.so", ["conda"], {}, ["conda install -c conda-forge sox"]),
        (
            "libsox.so",
            ["mamba", "apt-get"],
            {"is_conda": True},
            ["mamba install -c conda-forge sox", "sudo apt-get install -y libsox3 libsox-fmt-all"],
        ),
        ("libsox.so", [], {"is_conda": True}, ["conda install -c conda-forge sox"]),
        ("libsox.so", [], {}, []),  # nothing is here that could
        ("libunheard.so.3", ["dnf"], {}, ["dnf provides libunheard.so.3"]),  # no row knows it
    ],
)
def test_a_library_of_the_system(play: Play, library: str, programs: list[str], given: dict[str, bool], commands: list[str]) -> None:
    play(*programs, **given)
    assert list(mends.library(library).commands) == commands


@pytest.mark.parametrize(
    ("manager", "command"),
    [
        ("apt-get", "sudo apt-get install --reinstall -y libsox3 libsox-fmt-all"),
        ("dnf", "sudo dnf reinstall -y sox sox-libs"),
        ("brew", "brew reinstall sox"),
        ("conda", "conda install --force-reinstall -c conda-forge sox"),
    ],
)
def test_a_damaged_library_of_the_system_is_replaced(play: Play, manager: str, command: str) -> None:
    """To install it would leave it as it is."""
    play(manager)
    damaged = explain.message("OSError: /opt/lib/libsox.so.3: file too short")
    assert damaged is not None
    assert damaged.mend.commands == mends.reinstall("libsox").commands == (command,)


def test_an_environment_without_pip_is_given_it_or_uv(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    play("uv")
    monkeypatch.setattr(machine.importlib.machinery.PathFinder, "find_spec", lambda name, *rest: None)
    assert machine.pip("av") == (f"uv pip install --python {machine.python()} av",)
    assert machine.uninstall("av") == (f"uv pip uninstall --python {machine.python()} av",)
    play()
    assert machine.pip("av") == (f"{machine.python()} -m ensurepip && {machine.python()} -m pip install av",)


def test_a_command_may_be_pasted_into_a_shell(play: Play) -> None:
    play("apt-get")
    assert machine.pip("numpy<2")[0].endswith(" install 'numpy<2'")


def test_a_frozen_program_is_no_interpreter(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is built, `python` installs what it lacks; PyInstaller, cx_Freeze and py2exe set the attribute."""
    play()
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", "/opt/tool/tool")
    assert machine.pip("torchaudio") == ("python -m pip install torchaudio",)
    assert machine.uninstall("av") == ("python -m pip uninstall -y av",)


TORCH = dists.Copy("torch", "2.8.0+cpu", pathlib.Path("/site"), pathlib.Path("/site/torch.dist-info"), "pip")


@pytest.mark.parametrize(
    ("installer", "command"),
    [
        ("pip", "{python} -m pip install --break-system-packages av"),
        ("uv", "{python} -m pip install --break-system-packages av"),
        ("conda", "{python} -m venv .venv && .venv/bin/python -m pip install av"),
        ("", "{python} -m venv .venv && .venv/bin/python -m pip install av"),
    ],
)
def test_into_a_python_of_the_system_pip_installs_only_what_it_did_before(
    play: Play, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path, installer: str, command: str
) -> None:
    """Elsewhere the command would only say `externally-managed-environment`."""
    play()
    (tmp_path / "EXTERNALLY-MANAGED").touch()
    monkeypatch.setattr(machine.sysconfig, "get_path", lambda name: str(tmp_path))
    monkeypatch.setattr(machine, "is_venv", lambda: False)
    monkeypatch.setattr(dists, "copies", lambda name: [TORCH._replace(installer=installer)])
    assert machine.pip("av") == (command.format(python=machine.python()),)
    monkeypatch.setattr(machine, "is_venv", lambda: True)
    assert machine.pip("av") == (f"{machine.python()} -m pip install av",)


@pytest.mark.parametrize(
    ("make", "installed", "commands"),
    [
        (mends.matched_pair, {}, ["pip install --upgrade --force-reinstall torch torchaudio"]),
        (
            mends.matched_pair,
            {"torch": TORCH},
            ["pip install --force-reinstall --no-deps torchaudio==2.8.0 --index-url https://download.pytorch.org/whl/cpu"],
        ),
        (
            mends.matched_pair,
            {"torch": TORCH._replace(installer="conda")},
            ["conda install -c conda-forge pytorch=2.8.0 torchaudio=2.8.0"],
        ),
        (
            lambda: mends.reinstall("torch"),
            {"torch": TORCH._replace(installer="conda")},
            ["conda install --force-reinstall pytorch=2.8.0"],
        ),
        (lambda: mends.install("torch"), {}, ["pip install torch --index-url https://download.pytorch.org/whl/cpu"]),
        (lambda: mends.reinstall("torch"), {}, ["pip install --force-reinstall --no-cache-dir torch"]),
        (
            lambda: mends.named("clean-reinstall"),
            {},
            ["pip uninstall -y torch torchaudio && pip install --no-cache-dir torch torchaudio"],
        ),
        (
            lambda: mends.named("clean-reinstall"),
            {"torch": TORCH},
            [
                "pip uninstall -y torch torchaudio && "
                "pip install --no-cache-dir torch==2.8.0 torchaudio==2.8.0 --index-url https://download.pytorch.org/whl/cpu",
            ],
        ),
    ],
)
def test_mends_by_what_is_installed_and_by_whom(
    play: Play, monkeypatch: pytest.MonkeyPatch, make: Callable[[], Mend], installed: dict[str, dists.Copy], commands: list[str]
) -> None:
    play("conda")
    monkeypatch.setattr(dists, "first", installed.get)
    assert [re.sub(r"\S*python\S* -m ", "", command) for command in make().commands] == commands


def test_a_row_that_two_checks_read_at_the_same_time_is_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """The checks run in threads, and a cache may then be filled twice."""
    monkeypatch.setattr(pairs, "table", pairs.table.__wrapped__)
    installed = {"torch": TORCH, "torchaudio": TORCH._replace(name="torchaudio", version="2.8.0+cu128")}
    monkeypatch.setattr(dists, "first", installed.get)
    assert len(mends.matched_pair().commands) == 1


def test_on_windows_libsox_is_named_since_no_package_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """conda-forge's has sox.exe alone, with the library linked in."""
    monkeypatch.setattr(mends.sys, "platform", "win32")
    monkeypatch.setattr(shell, "is_windows", lambda: True)
    said = mends.library("libsox.so")
    monkeypatch.undo()
    assert "64 bits" in said.text
    assert said.commands[0].startswith("$env:TORCHAUDIO_COMPAT_LIBSOX = 'C:")
    assert not any("conda" in command for command in said.commands)
