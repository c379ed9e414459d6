"""Tell which torch, torchaudio and Python belong together, from ``pairs.toml``."""

import functools
import re
import tomllib
from collections.abc import Sequence
from typing import Any, NamedTuple

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from compat.commands import data_files


class Pair(NamedTuple):
    """A row of the table: a torch, the torchaudio made for it, and the Pythons that have wheels."""

    torch: str
    torchaudio: str
    python: tuple[Version, Version]
    wheels_for: Sequence[str] = ()
    numpy: str = ""
    patches: str = ""

    @property
    def any_torch(self) -> bool:
        """Return whether this torchaudio loads with any later torch, by torch's stable ABI."""
        return not self.torch.startswith("==")

    @property
    def pythons(self) -> str:
        """Return the range of Pythons in words."""
        text = f"{self.python[0]} to {self.python[1]}"
        return f"{text} (wheels also for {', '.join(self.wheels_for)})" if self.wheels_for else text

    @property
    def release(self) -> str:
        """Return the torch of this row in words: ``2.8.0``, ``2.11 and later``."""
        if self.any_torch:
            return f"{self.torch.partition(',')[0].removeprefix('>=')} and later"
        return self.torch.removeprefix("==")

    def holds_for(self, torch: Version) -> bool:
        """Return whether this is the row of a torch version."""
        return SpecifierSet(self.torch).contains(torch, prereleases=True)

    def serves(self, python: str) -> bool:
        """Return whether there are wheels for a Python, given as ``3.11``."""
        return self.python[0] <= Version(python) <= self.python[1] or python in self.wheels_for

    def torch_requirement(self, asked: str = "") -> str:
        """Return torch's requirement line; ``asked`` narrows a row that covers several releases."""
        text = self.torch
        if self.any_torch and asked:
            text = f"=={asked}" if asked.count(".") >= 2 else f"=={asked}.*"
        return f"torch{text}"


@functools.cache
def _data() -> dict[str, Any]:
    return tomllib.loads(data_files.text("compat.diagnosis", "pairs.toml"))


@functools.cache
def table() -> tuple[Pair, ...]:
    """Return all rows, newest first."""
    return tuple(
        Pair(**{**row, "python": tuple(map(Version, row["python"]))}) for row in _data()["pair"]
    )


def companions() -> dict[str, str]:
    """Return the packages needed beside torch and torchaudio: name to version specifier."""
    return dict(_data()["companions"])


def tested() -> dict[str, SpecifierSet]:
    """Return the releases of each decoder, and of each library of one, that were tested."""
    return {name: SpecifierSet(text) for name, text in _data()["tested"].items()}


def public(version: str) -> str:
    """Return a version without its build tag: ``2.8.0`` for ``2.8.0+cu128``."""
    return version.partition("+")[0]


def _parsed(version: str) -> Version | None:
    """Return a version without its build tag; ``None`` if it is none."""
    try:
        return Version(public(version))
    except InvalidVersion:
        return None


def of_torch(version: str) -> Pair | None:
    """Return the row of a torch version; ``None`` for a nightly or a release outside the table."""
    parsed = _parsed(version)
    return next((pair for pair in table() if parsed and pair.holds_for(parsed)), None)


def of_torchaudio(version: str) -> Pair | None:
    """Return the row of a torchaudio version, or ``None``."""
    parsed = _parsed(version)
    made = ((pair, SpecifierSet(f"=={pair.patches or pair.torchaudio}")) for pair in table())
    fitting = (pair for pair, own in made if parsed and own.contains(parsed, prereleases=True))
    return next(fitting, None)


def of_release(asked: str) -> Pair | None:
    """Return the row for a release as users name it: ``2.8`` (its last patch) or ``2.8.0``."""
    if not re.fullmatch(r"\d+(\.\d+){1,2}", asked):
        return None
    last_patch = (pair for pair in table() if pair.release.startswith(f"{asked}."))
    return next(last_patch, of_torch(asked))


def is_newer(torchaudio: str) -> bool:
    """Return whether a torchaudio is newer than this table."""
    parsed = _parsed(torchaudio)
    return parsed is not None and parsed > Version(table()[0].torchaudio)


def index(build: str) -> str:
    """Return the package index for the wheels of one build: ``cpu``, ``cu128``, ``rocm6.4``."""
    return f"https://download.pytorch.org/whl/{build}"
