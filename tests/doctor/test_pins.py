"""The table of pairs, and the requirement lines that are made from it."""

import sys
import tomllib
from collections.abc import Callable

import pytest
from packaging.requirements import Requirement

from compat.diagnosis import pairs
from compat.doctor import pins
from tests.codemod.commands import put
from tests.conftest import ROOT, Python, printed
from tests.doctor.worlds import World
from tests.tables import table

PYTHON = ".".join(map(str, sys.version_info[:2]))


def asked_for(*asked: str) -> list[str]:
    """The requirement lines."""
    return [line for line in pins.lines(*asked) if not line.startswith("#")]


# the torchaudio that goes with a torch, where there is one
PAIRS = {
    "2.13.0+cpu": "2.11.0", "2.11.0": "2.11.0", "2.10.0": "2.10.0", "2.9.1+cu128": "2.9.1", "2.8.0": "2.8.0", "2.1.2": "2.1.2",
    "2.0.1": "2.0.2", "2.0.0": "2.0.1", "1.13.1": "0.13.1", "1.12.0": "0.12.0", "1.11.0": "0.11.0", "1.10.2": "0.10.*", "1.9.1": "0.9.1",
    "1.8.1": "0.8.1", "1.7.1": "0.7.2", "1.0.0": None, "2.8.1": None, "0.4": None, "nonsense": None,
}  # fmt: skip
# whether a torch serves a Python
PYTHONS = {
    ("2.13.0", "3.14"): True, ("2.13.0", "3.9"): False, ("2.8.0", "3.13"): True, ("2.8.0", "3.14"): False, ("2.5.0", "3.12"): True,
    ("2.1.2", "3.12"): False, ("2.0.1", "3.11"): True, ("1.13.1", "3.11"): False,
}  # fmt: skip


def test_pairs() -> None:
    found = {torch: pairs.of_torch(torch) for torch in PAIRS}
    assert {torch: row and row.torchaudio for torch, row in found.items()} == PAIRS


@pytest.mark.parametrize(("torch", "python"), PYTHONS)
def test_pythons(torch: str, python: str) -> None:
    row = pairs.of_torch(torch)
    assert row is not None
    assert row.serves(python) is PYTHONS[torch, python]


def test_the_companions_are_those_of_the_project() -> None:
    declared = [Requirement(text) for text in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]]
    known = {requirement.name: str(requirement.specifier) for requirement in declared}
    for name, specifier in pairs.companions().items():
        assert known[name] == str(Requirement(name + specifier).specifier)


@pytest.mark.skipif(PYTHON not in ("3.11", "3.12"), reason="2.5 has wheels for these")
@pytest.mark.parametrize(
    ("asked", "torch", "torchaudio"),
    [
        ("2.5", "torch==2.5.1", "torchaudio==2.5.1"),
        ("2.5.0", "torch==2.5.0", "torchaudio==2.5.0"),
        ("2.8", "torch==2.8.0", "torchaudio==2.8.0"),
        ("2.11", "torch==2.11.*", "torchaudio==2.11.0"),
        ("2.13", "torch==2.13.*", "torchaudio==2.11.0"),
        ("2.13.0", "torch==2.13.0", "torchaudio==2.11.0"),
        ("latest", "torch>=2.11,<3", "torchaudio==2.11.0"),
    ],
)
def test_pins(asked: str, torch: str, torchaudio: str) -> None:
    lines = asked_for(asked)
    assert lines[:2] == [torch, torchaudio]
    assert [Requirement(line).name for line in lines] == ["torch", "torchaudio", "numpy", "soundfile", "av", "cffi"]


@table(
    "asked, wanted",
    {
        "an old torch gets an old numpy": pytest.param(
            ("2.2",), ["numpy>=1.24,<2"], marks=pytest.mark.skipif(PYTHON not in ("3.11", "3.12"), reason="2.2 has wheels for these")
        ),
        "a build brings its index": (
            ("2.8", "cu128"),
            ["--extra-index-url https://download.pytorch.org/whl/cu128", "torch==2.8.0+cu128", "torchaudio==2.8.0+cu128"],
        ),
        "all that this Python has is a list to read": (("all",), ["# torch==2.8.0, torchaudio==2.8.0"]),
    },
)
def test_what_a_release_brings_along(asked: tuple[str, ...], wanted: list[str]) -> None:
    assert set(wanted) <= set(pins.lines(*asked))
    assert bool(asked_for(*asked)) == (asked != ("all",))


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        *((("2.8", build), f"there is no build '{build}'; name one such as cpu") for build in ("foo", "cu", "128", "cpu/../x")),
        # which releases there are, and which have wheels for this Python
        *(((release,), r"2\.8\.0") for release in ("9.9", "1.0", "2", "two", "2.8.7", "")),
        (("1.13",), rf"3\.7 to 3\.10, not for {PYTHON}.*2\.8\.0"),
    ],
)
def test_what_there_is_not_is_refused(asked: tuple[str, ...], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        list(pins.lines(*asked))


def test_pip_takes_the_lines_as_they_are(python: Python) -> None:
    """Comments, index and all; ``all`` is a list to read, and a file that asks for nothing."""
    put({"pins.txt": "\n".join(pins.lines("2.8", "cpu")), "all.txt": "\n".join(pins.lines("all"))})
    told = python(*["-m", "pip", "install", "--dry-run", "--no-deps", "--no-index", "--quiet", "-r", "all.txt", "-r", "pins.txt"]).stderr
    assert "torch==2.8.0+cpu" in told
    assert "Invalid requirement" not in told


def test_the_installed_release_is_the_default(build: Callable[..., World]) -> None:
    said = printed(build(without=("torch",), plants={"torch 2.8.0+cpu": ""}).run("--pins"))
    assert "--extra-index-url https://download.pytorch.org/whl/cpu\ntorch==2.8.0+cpu\ntorchaudio==2.8.0+cpu\n" in said


def test_nothing_installed_is_no_release(build: Callable[..., World]) -> None:
    done = build(without=("torch",)).run("--pins")
    assert done.returncode == 3
    assert "name a release, as in --pins 2.8" in done.stderr
