"""The table of cells, and the building of their environments."""

import dataclasses
import os
import pathlib
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Mapping

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FOLDER = ROOT / ".matrix"
# what runs the tests of a cell; the rest of the extra `test` is for the guide and for releases
TOOLS = ("pytest", "pytest-xdist", "hypothesis", "filelock")


@dataclasses.dataclass(frozen=True)
class Cell:
    """One environment to try, as a table of ``cells.toml`` says it.

    Args:
        name: as ``CELLS=`` names it.
        install: requirements for pip.
        python: the version of its Python; empty for that which runs this.
        beside: its packages stand before those of the environment that runs this, and the rest is that environment's.
        real: it has a torchaudio that loads by itself.
        known: patterns of tests that fail there, and why.
    """

    name: str
    install: tuple[str, ...]
    python: str = ""
    beside: bool = False
    real: bool = False
    known: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def folder(self) -> pathlib.Path:
        """Return where its environment is made."""
        return FOLDER / self.name

    @property
    def interpreter(self) -> pathlib.Path:
        """Return its Python."""
        return self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def table() -> dict[str, Cell]:
    """Return all cells by name."""
    rows = tomllib.loads((HERE / "cells.toml").read_text("utf-8"))
    return {name: Cell(name, tuple(row.pop("install")), **row) for name, row in rows.items()}


def build(cell: Cell) -> None:
    """Make a cell's environment, unless it is there already.

    Raises:
        LookupError: there is no such Python here.
        subprocess.CalledProcessError: pip cannot install what it asks for.
    """
    ready = cell.folder / ".ready"
    if ready.exists() and ready.read_text("utf-8").split() == list(cell.install):
        return
    shutil.rmtree(cell.folder, ignore_errors=True)
    if cell.beside:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", cell.folder], check=True)
        (_site(cell) / "zz_below.pth").write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n", "utf-8")
        _pip("--python", str(cell.interpreter), "install", "--no-deps", *cell.install)
    else:
        subprocess.run([find_python(cell.python), "-m", "venv", cell.folder], check=True)
        _pip("--python", str(cell.interpreter), "install", *cell.install, *TOOLS)
    ready.write_text("\n".join(cell.install), "utf-8")


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    subprocess.run(command, cwd=ROOT, check=True)


def _site(cell: Cell) -> pathlib.Path:
    base = str(cell.folder)
    return pathlib.Path(sysconfig.get_path("purelib", "venv", {"base": base, "platbase": base}))


def find_python(version: str) -> str:
    """Return the Python of a version: this one, one on PATH, or one that uv finds.

    Raises:
        LookupError: there is none.
    """
    if version in ("", ".".join(map(str, sys.version_info[:2]))):
        return sys.executable
    candidates = [found] if (found := shutil.which(f"python{version}")) else []
    uv = shutil.which("uv") or shutil.which("uv", path=str(pathlib.Path(sys.executable).parent))
    if uv:
        asked = subprocess.run([uv, "python", "find", "--no-python-downloads", version], capture_output=True, text=True, check=False)
        candidates += asked.stdout.split("\n")[:1]
    for candidate in filter(None, candidates):
        told = subprocess.run([candidate, "-c", "import ensurepip"], capture_output=True, check=False)
        if told.returncode == 0:
            return candidate
    raise LookupError(f"there is no Python {version} here, with venv and pip")
