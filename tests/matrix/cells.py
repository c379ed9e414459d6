"""The table of cells, and the building of their environments."""

import dataclasses
import os
import pathlib
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Mapping

from uv import find_uv_bin

from tests.release import index

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
        return FOLDER / self.name

    @property
    def interpreter(self) -> pathlib.Path:
        return self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def table() -> dict[str, Cell]:
    rows = tomllib.loads((HERE / "cells.toml").read_text("utf-8"))
    return {name: Cell(name, tuple(row.pop("install")), **row) for name, row in rows.items()}


def build(cell: Cell) -> None:
    """Make a cell's environment, unless it is there already.

    Raises:
        subprocess.CalledProcessError: there is no such Python here, or uv cannot install what it asks for.
    """
    ready = cell.folder / ".ready"
    if ready.exists() and ready.read_text("utf-8").split() == list(cell.install):
        return
    _uv("venv", "--clear", "--no-python-downloads", "--python", cell.python or sys.executable, str(cell.folder))
    install = ["pip", "install", "--python", str(cell.interpreter)]
    if cell.beside:
        (site,) = cell.folder.glob("**/site-packages")
        (site / "zz_below.pth").write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n", "utf-8")
        _uv(*install, "--no-deps", *cell.install)
    else:
        _uv(*install, *cell.install, *TOOLS)
    ready.write_text("\n".join(cell.install), "utf-8")


def _uv(*arguments: str) -> None:
    environment = index.environment()
    del environment["UV_PYTHON_INSTALL_DIR"]  # the Pythons are those of whoever runs this
    subprocess.run([find_uv_bin(), *arguments, "--quiet"], cwd=ROOT, env=environment, check=True)
