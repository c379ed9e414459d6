"""Which torch, torchaudio and Python belong together; the data is in ``pairs.toml``."""

from __future__ import annotations

import functools
import pathlib
import re
import tomllib
from typing import NamedTuple

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version


class Pair(NamedTuple):
    """One row: what was made for what."""

    torch: SpecifierSet
    torchaudio: str
    python: tuple[Version, Version]
    wheels_for: tuple[str, ...] = ()
    numpy: str = ""

    @property
    def pythons(self) -> str:
        """The range of Pythons, as a person writes it."""
        text = f"{self.python[0]} to {self.python[1]}"
        return f"{text} (wheels also for {', '.join(self.wheels_for)})" if self.wheels_for else text

    def serves(self, python: str) -> bool:
        """Whether there are wheels for a Python, given as ``3.11``."""
        return self.python[0] <= Version(python) <= self.python[1] or python in self.wheels_for

    def torch_requirement(self, asked: str = "") -> str:
        """The requirement line for torch; ``asked`` narrows a row that holds for several releases."""
        text = str(self.torch)
        if not text.startswith("==") and asked:
            text = f"=={asked}" if asked.count(".") >= 2 else f"=={asked}.*"
        return f"torch{text}"


@functools.cache
def _data() -> dict[str, object]:
    return tomllib.loads(pathlib.Path(__file__).with_name("pairs.toml").read_text("utf-8"))


@functools.cache
def table() -> tuple[Pair, ...]:
    """All rows, newest first."""
    rows = _data()["pair"]
    assert isinstance(rows, list)
    return tuple(
        Pair(
            SpecifierSet(row["torch"], prereleases=True),
            row["torchaudio"],
            (Version(row["python"][0]), Version(row["python"][1])),
            tuple(row.get("wheels_for", ())),
            row.get("numpy", ""),
        )
        for row in rows
    )


def companions() -> dict[str, str]:
    """What else belongs beside torch and torchaudio: name to version specifier."""
    found = _data()["companions"]
    assert isinstance(found, dict)
    return dict(found)


def public(version: str) -> str:
    """A version without its build tag: ``2.8.0`` for ``2.8.0+cu128``."""
    return version.partition("+")[0]


def of_torch(version: str) -> Pair | None:
    """The row of a torch version, or ``None`` where the table has none (a nightly, a release that is too new or too old)."""
    try:
        parsed = Version(public(version))
    except InvalidVersion:
        return None
    return next((pair for pair in table() if pair.torch.contains(parsed)), None)


def of_torchaudio(version: str) -> Pair | None:
    """The row of a torchaudio version."""
    try:
        parsed = Version(public(version))
    except InvalidVersion:
        return None
    return next((pair for pair in table() if SpecifierSet(f"=={pair.torchaudio}").contains(parsed, prereleases=True)), None)


def of_release(asked: str) -> Pair | None:
    """The row for a release that a person names: ``2.8``, ``2.8.0``; of several patches the last."""
    if not re.fullmatch(r"\d+(\.\d+){1,2}", asked):
        return None
    exact = of_torch(asked) if asked.count(".") == 2 else None
    if exact:
        return exact
    minor = ".".join(asked.split(".")[:2])
    for pair in table():
        text = str(pair.torch)
        if text.removeprefix("==").startswith(f"{minor}.") and (asked.count(".") == 1 or asked in text):
            return pair
    found = of_torch(f"{minor}.0")
    return found if found and str(found.torch).startswith(">=") else None


def index(build: str) -> str:
    """The package index that has the wheels of one build: ``cpu``, ``cu128``, ``rocm6.4``."""
    return f"https://download.pytorch.org/whl/{build}"
