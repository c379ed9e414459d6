"""The messages in the chapter on troubleshooting are those that are met: the doctor knows the first table, our code raises the third."""

import re

import pytest

from compat.diagnosis import explain, mends
from tests.conftest import ROOT
from tests.guide.pages import GUIDE

_ROW = re.compile(r"^\| `(?P<message>[^`]+)` \|", re.MULTILINE)
_CHAPTERS = re.split(r"^## (.+)$", (GUIDE / "troubleshooting.md").read_text("utf-8"), flags=re.MULTILINE)
_TABLES = {title: _ROW.findall(text) for title, text in zip(_CHAPTERS[1::2], _CHAPTERS[2::2], strict=True)}
_SOURCES = "\n".join(
    re.sub(r'"\s*\n\s*f?"', "", path.read_text("utf-8"))
    for package in ("compat", "legacy", "dispatcher")
    for path in (ROOT / package).rglob("*.py")
)
# Python's own words, and those of FFmpeg and libsndfile
_OF_OTHERS = re.compile(r"unexpected keyword argument|cannot unpack|No module named|Format not recognised|Invalid data found")


@pytest.mark.parametrize("message", _TABLES["It does not import"])
def test_the_doctor_knows_the_message(message: str) -> None:
    """By its table of failures, for torchaudio or for a package that it needs."""
    assert any(explain.message(message, package) for package in ("torchaudio", "torch", "torchcodec", "numpy", "soundfile"))


@pytest.mark.parametrize("message", [row for row in _TABLES["A call fails"] if not _OF_OTHERS.search(row)])
def test_our_code_says_so(message: str) -> None:
    """The words stand in the source, but for what is filled in."""
    fixed = re.sub(r"'[^']*'", "", message)
    assert all(part.strip() in _SOURCES for part in re.split(r"backend= ", fixed) if part.strip()), message


def test_every_known_failure_has_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the doctor tells apart, the chapter does: each kind of failure is met by one of its messages."""
    monkeypatch.setattr(mends, "named", lambda *_: None)  # it looks for a file in all packages, of which no name depends
    told = {
        found.name
        for message in _TABLES["It does not import"]
        for package in ("torchaudio", "torch", "torchcodec")
        if (found := explain.message(message, package))
    }
    rare = {
        "missing-dll-of-another",
        "other-library",
        "torchcodec-for-another-torch",
        "incomplete-cuda",
        "wrong-architecture",
        "static-tls",
        "no-paging-file",
        "no-libsndfile",
        "missing-part",
        "missing-package",
        "missing-library",
    }
    assert {row["name"] for row in explain.table()["failure"]} <= told | rare
