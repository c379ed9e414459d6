"""The pages agree with the project: generated parts are current, links lead somewhere, and messages are those that are met."""

import pathlib
import re
import urllib.request

import pytest
from markdown.extensions.toc import slugify

from compat import releases
from compat.codemod.rules import rules
from compat.diagnosis import explain, mends
from compat.doctor import registry as doctor
from tests.conftest import ROOT, Python, printed
from tests.guide.pages import GUIDE, PAGES, name


def test_nothing_is_out_of_date(python: Python) -> None:
    """``python migration_guide/generate.py --check`` finds nothing."""
    printed(python(str(GUIDE / "generate.py"), "--check"))


def test_every_rule_flag_and_check_has_its_heading() -> None:
    for page, names in (
        ("rules.md", rules()),
        ("flags.md", releases.flags()),
        ("checks.md", [check.name for check in doctor.checks()]),
    ):
        text = pathlib.Path(GUIDE, page).read_text()
        assert [name for name in names if f"\n## {name}\n" not in text] == []


_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?!https?:)(?P<file>[^)#\s]*)(?:#(?P<anchor>[^)\s]+))?\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def _prose(page: pathlib.Path) -> str:
    return _FENCE.sub("", page.read_text("utf-8"))


def _anchors(page: pathlib.Path) -> set[str]:
    """The headings' names, as the site makes them."""
    return {slugify(re.sub(r"[`*]", "", heading), "-") for heading in _HEADING.findall(_prose(page))}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: pathlib.Path) -> None:
    wrong = []
    for link in _LINK.finditer(_prose(page)):
        target = page.parent / link["file"] if link["file"] else page
        if not target.exists() or (link["anchor"] and link["anchor"] not in _anchors(target)):
            wrong.append(link[0])
    assert not wrong


_FILE = re.compile(r"`([\w./-]+\.(?:py|toml|md|txt|yml))`")
_NAME = re.compile(r"`@?(?:\w+\.)*(\w*(?:[a-z][A-Z]|_)\w*)(?:\([^`]*\))?`")
_FOLDERS = ("compat", "dispatcher", "legacy", "tests", "migration_guide", "packaging", ".github")


@pytest.mark.parametrize("page", ["ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"])
def test_files_and_names_that_developers_are_told_of_are_there(page: str) -> None:
    """A file by its path or the end of it; a name anywhere in the code."""
    files = [*ROOT.glob("*.*"), *(path for folder in _FOLDERS for path in (ROOT / folder).rglob("*.*"))]
    words = set(re.findall(r"\w+", "".join(path.read_text("utf-8") for path in files if path.suffix == ".py")))
    text = _prose(ROOT / page)
    told = [file for file in _FILE.findall(text) if "NAME" not in file and "PATH" not in file]
    assert [file for file in told if not any(path.as_posix().endswith(f"/{file}") for path in files)] == []
    assert [name for name in _NAME.findall(text) if name not in words] == []


_ADDRESSES = {address: page for page in PAGES for address in re.findall(r"https?://[^\s)>`\"']+[\w/]", page.read_text("utf-8"))}


@pytest.mark.links
@pytest.mark.parametrize("address", _ADDRESSES)
def test_an_address_outside_is_there(address: str) -> None:
    """For ``make links`` alone, since it needs the net."""
    request = urllib.request.Request(address, method="HEAD", headers={"User-Agent": "torchaudio-compat link check"})
    with urllib.request.urlopen(request, timeout=20):
        pass


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
