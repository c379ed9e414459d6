"""Find out what is installed from metadata and files alone, without importing anything."""

import contextlib
import csv
import functools
import importlib.machinery
import importlib.metadata
import os
import pathlib
import re
import sys
from collections.abc import Iterator
from typing import NamedTuple

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from compat.names import backends

PACKAGES = ("torch", "torchaudio", "numpy", *backends.PACKAGES)

# conda's name -> pip's name, where they differ
_CONDA_NAMES = {
    "pytorch": "torch",
    "pytorch-cpu": "torch",
    "pytorch-gpu": "torch",
    "pysoundfile": "soundfile",
}


class Copy(NamedTuple):
    """One installed copy of a distribution.

    Args:
        name: as pip knows it.
        version: as its metadata says, with or without a build tag.
        root: the folder on ``sys.path`` that holds it.
        info: its ``.dist-info`` or ``.egg-info``.
        installer: what installed it (``pip``, ``conda``, ``uv``); empty if the metadata does not
            say.
    """

    name: str
    version: str
    root: pathlib.Path
    info: pathlib.Path
    installer: str

    @property
    def package(self) -> pathlib.Path:
        """Return the package's folder; a distribution of a single module has no such folder."""
        return self.root / self.name

    @property
    def full_version(self) -> str:
        """Return the version with its build tag, which PyPI wheels have only inside the package."""
        return (
            self.version
            if "+" in self.version
            else _own_words(self.package).get("__version__", self.version)
        )

    @property
    def build(self) -> str:
        """Return ``cpu``, ``cu128``, ``rocm6.4``, or an empty string if unknown."""
        tag = self.full_version.partition("+")[2]
        if re.fullmatch(r"cpu|cu\d+|rocm[\d.]+|xpu", tag):
            return tag
        words = _own_words(self.package)
        if words.get("cuda"):
            return f"cu{words['cuda'].replace('.', '')}"
        return f"rocm{'.'.join(words['hip'].split('.')[:2])}" if words.get("hip") else ""

    @property
    def is_removable(self) -> bool:
        """Return whether pip can remove it, for which it must read the metadata and RECORD."""
        return bool(_version(self.info)) and self.record() is not None

    def read(self, name: str) -> str | None:
        """Return the text of a file in its metadata folder, or ``None``."""
        return _text(self.info / name)

    def requires(self) -> list[str]:
        """Return its requirements, as its metadata writes them; none if it is damaged."""
        try:
            return importlib.metadata.Distribution.at(self.info).requires or []
        except UnicodeDecodeError:
            return []

    def record(self) -> list[tuple[pathlib.Path, str, int | None]] | None:
        """Return its files with hash and size as far as recorded.

        Return ``None`` if it has no RECORD, or a damaged one.
        """
        try:
            rows = [row for row in csv.reader((self.read("RECORD") or "").splitlines()) if row]
            found = [
                (self.root / path, noted, int(size) if size else None) for path, noted, size in rows
            ]
        except (ValueError, csv.Error):
            return None
        return found or None

    def holds(self, place: str) -> bool:
        """Return whether a file found by ``import`` belongs to this copy, also through a link."""
        real = pathlib.Path(os.path.realpath(place))
        return any(
            real.is_relative_to(os.path.realpath(folder)) for folder in (self.root, self.package)
        ) or pathlib.Path(os.path.abspath(place)).is_relative_to(self.root)

    def native(self) -> list[pathlib.Path]:
        """Return its shared objects, including those bundled in its wheel."""
        folders = (self.package, self.root / f"{self.name}.libs", self.root / f"_{self.name}_data")
        return sorted(
            path
            for folder in folders
            if folder.is_dir()
            for path in folder.rglob("*.so*")
            if path.is_file()
        )


def _text(path: pathlib.Path) -> str | None:
    """Return what a file says as far as it is text, or ``None``; an installation may be damaged."""
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return None


@functools.cache
def _own_words(package: pathlib.Path) -> dict[str, str]:
    """Return the literals of ``version.py`` in torch and torchaudio, such as ``cuda``."""
    text = _text(package / "version.py") or ""
    return dict(re.findall(r"""^(\w+)\s*(?::[^=\n]+)?=\s*['"]([^'"\n]*)['"]""", text, re.MULTILINE))


def folders() -> list[pathlib.Path]:
    """Return the folders on ``sys.path``, each once, in order."""
    found = []
    for entry in sys.path:
        path = pathlib.Path(entry or os.curdir).resolve()
        if path.is_dir() and path not in found:
            found.append(path)
    return found


def _entries(folder: pathlib.Path) -> list[str]:
    """Return the names in a folder; none if it cannot be read."""
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


@functools.cache
def _in_folder(folder: pathlib.Path) -> tuple[tuple[str, pathlib.Path], ...]:
    """Return the metadata folders inside a folder, each with its distribution's normalised name."""
    return tuple(
        (canonicalize_name(stem.partition("-")[0]), folder / name)
        for name in _entries(folder)
        for stem, dot, suffix in [name.rpartition(".")]
        if suffix in ("dist-info", "egg-info") and dot and not name.startswith("~")
    )


def _version(info: pathlib.Path) -> str:
    """Return the version in a metadata folder; empty if there is none, or the file is damaged."""
    with contextlib.suppress(UnicodeDecodeError, KeyError, TypeError, InvalidVersion):
        told = importlib.metadata.Distribution.at(info).version
        Version(told)
        return told
    return ""


def copies(name: str) -> list[Copy]:
    """Return every copy of a distribution; the first is the one that Python imports."""
    found = []
    for folder in folders():
        for known, info in _in_folder(folder):
            if known == canonicalize_name(name):
                in_its_name = info.name.rpartition(".")[0].partition("-")[2]
                signed = (_text(info / "INSTALLER") or "").strip()
                found.append(Copy(name, _version(info) or in_its_name, folder, info, signed))
    return found


def first(name: str) -> Copy | None:
    """Return the copy that Python imports, or ``None``."""
    return next(iter(copies(name)), None)


def origin(module: str) -> str | None:
    """Return where ``import module`` would find it, without importing; ``None`` if nowhere."""
    spec = importlib.machinery.PathFinder.find_spec(module)
    if spec is None:
        return None
    return spec.origin or next(iter(spec.submodule_search_locations or ()), None)


def conda_records() -> Iterator[tuple[str, str, str]]:
    """Yield what conda installed into this environment: pip's name, version and build string."""
    for path in sorted(pathlib.Path(sys.prefix, "conda-meta").glob("*.json")):
        parts = path.stem.rsplit("-", 2)
        name = _CONDA_NAMES.get(parts[0], parts[0])
        if len(parts) == 3 and name in PACKAGES:
            yield name, parts[1], parts[2]


def leftovers(name: str) -> list[pathlib.Path]:
    """Return folders left by an interrupted pip: ``~orch``, ``~orchaudio-2.8.0.dist-info``."""
    remains = re.compile(rf"~+{re.escape(name[1:])}([-.].*)?")
    return [
        folder / entry
        for folder in folders()
        for entry in _entries(folder)
        if remains.fullmatch(entry)
    ]
