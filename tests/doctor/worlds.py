"""Environments for the doctor to look at: real ones, in folders of their own, broken for real.

A world is a virtual environment whose site-packages links to the packages of the environment that runs the tests, but for
those that it is to lack; what it is to have besides is installed, copied or planted into it as real files.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

# how the command goes on that installs torch on this machine
FOR_CPU = " --index-url https://download.pytorch.org/whl/cpu" if sys.platform == "linux" and not shutil.which("nvidia-smi") else ""
REPOSITORY = pathlib.Path(__file__).parents[2]
# of a package, by their paths in it; or the text of its ``__init__.py``
Files = str | Mapping[str, str]
_BASE = pathlib.Path(sysconfig.get_paths()["purelib"])
_OWN_VARIABLES = ("TORCHAUDIO_", "TORIO_", "PYTHON", "LD_", "VIRTUAL_ENV", "CONDA_")


def belongs_to(entry: str, package: str) -> bool:
    """Whether an entry of site-packages is part of a package."""
    stem = entry.lower().lstrip("_")
    return stem.partition(".")[0].partition("-")[0] in (package, f"{package}_data")


def plant(site: pathlib.Path, package: str, files: Files) -> None:
    """Write a package of our own making into a folder: "NAME", or "NAME VERSION" where it is to have metadata and RECORD."""
    name, _, version = package.partition(" ")
    written = {f"{name}/{path}": text for path, text in ({"__init__.py": files} if isinstance(files, str) else files).items()}
    info = f"{name}-{version}.dist-info"
    if version:
        written[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        written[f"{info}/INSTALLER"] = "pip\n"
    rows = []
    for path, text in written.items():
        target = site / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        rows.append([path, f"sha256={digest}", str(len(text.encode()))])
    if version:
        with (site / info / "RECORD").open("w", newline="") as stream:
            csv.writer(stream).writerows([*rows, [f"{info}/RECORD", "", ""]])


def append(path: pathlib.Path, text: str) -> None:
    """Add some text to a file."""
    with path.open("a") as file:
        file.write(text)


class World:
    """One environment.

    Args:
        folder: an empty folder to build it in.
        without: packages that it lacks.
        plants: packages that are planted in it.
    """

    def __init__(self, folder: pathlib.Path, without: Iterable[str] = (), plants: Mapping[str, Files] = MappingProxyType({})) -> None:
        lacking = {"torchaudio", "torchcodec", *without}
        venv.create(folder, symlinks=sys.platform != "win32")
        paths = sysconfig.get_paths(vars={"base": str(folder), "platbase": str(folder)}, scheme="venv")
        self.folder, self.site = folder, pathlib.Path(paths["purelib"])
        self.python = pathlib.Path(paths["scripts"], "python")
        for entry in os.listdir(_BASE):
            if not any(belongs_to(entry, package) for package in lacking) and not entry.endswith(".pth"):
                (self.site / entry).symlink_to(_BASE / entry)
        (self.site / "under_test.pth").write_text(f"{REPOSITORY}\n")
        if "COVERAGE_PROCESS_CONFIG" in os.environ:  # `make coverage` counts what runs here as well
            (self.site / "coverage.pth").write_text("import coverage; coverage.process_startup()\n")
        for package, files in plants.items():
            plant(self.site, package, files)

    def own(self, package: str) -> pathlib.Path:
        """Copy a package that is linked to, so that it can be broken; gives its folder."""
        for entry in [entry for entry in self.site.iterdir() if entry.is_symlink() and belongs_to(entry.name, package)]:
            real = entry.resolve()
            entry.unlink()
            shutil.copytree(real, entry, symlinks=True) if real.is_dir() else shutil.copy2(real, entry)
        return self.site / package

    def metadata(self, name: str, version: str) -> None:
        """Rewrite the version in a package's metadata, as if another release had been installed."""
        (info,) = self.site.glob(f"{name}-*.dist-info")
        text = (info / "METADATA").read_text().splitlines()
        (info / "METADATA").write_text("\n".join(f"Version: {version}" if line.startswith("Version:") else line for line in text))
        record = info / "RECORD"
        record.write_text("\n".join(line for line in record.read_text().splitlines() if "METADATA" not in line))

    def run(self, *arguments: str, env: Mapping[str, str] | None = None, timeout: float = 90) -> subprocess.CompletedProcess[str]:
        """Run the doctor here."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_OWN_VARIABLES)}
        return subprocess.run(
            [self.python, "-m", "compat.doctor", *arguments],
            env={**kept, **(env or {})},
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def examine(self, *arguments: str, env: Mapping[str, str] | None = None) -> Report:
        """Run the doctor here and read its JSON."""
        done = self.run("--json", *arguments, env=env)
        assert done.stdout, done.stderr
        return Report(json.loads(done.stdout), done.returncode)


class Report:
    """What the doctor said."""

    def __init__(self, document: dict[str, Any], code: int) -> None:
        self.document, self.code = document, code
        self.verdict = document["verdict"]
        self.checks = {check["check"]: check for check in document["checks"]}

    def status(self, check: str) -> str:
        """How a check came out."""
        return str(self.checks[check]["status"])

    def findings(self, check: str) -> list[dict[str, Any]]:
        """What a check found, but for what is well."""
        return [finding for finding in self.checks[check]["findings"] if finding["status"] not in ("ok", "skipped")]

    def finding(self, check: str) -> dict[str, Any]:
        """The one thing that a check found."""
        (found,) = self.findings(check)
        return found
