"""Pins of torchaudio and torch in texts: requirements, TOML, YAML, setup files, lock files."""

import itertools
import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_CLAUSE = r"(?:===?|!=|~=|<=?|>=?|=|@|\^|~)\s*v?\d+(?:\.\d+)*(?:\.\*)?"
# `torchaudio==2.0.2`, `torchaudio >=2.0,<2.1`, or in TOML `torchaudio = "^2.0"`.
_SPECIFIER = (
    rf"[\"']?\s*(?P<plain>{_CLAUSE}(?:\s*,\s*{_CLAUSE})*)"
    rf"|\s*=\s*[\"']\s*(?P<quoted>(?:{_CLAUSE}|v?\d+(?:\.\d+)*(?:\.\*)?)(?:\s*,\s*{_CLAUSE})*)"
)
_PIN = re.compile(rf"(?<![\w-])(?P<name>torchaudio|torch)(?:\[[^\]]*\])?(?:{_SPECIFIER})")
# the file name of a wheel, also in an address, and an item of a list of conda: `- torchaudio 2.0.*`
_PLAIN = (
    re.compile(r"(?<![\w-])(?P<name>torchaudio|torch)-(?P<version>\d+(?:\.\d+)*)[^\s/'\"]*\.whl\b"),
    re.compile(
        r"^[ \t]*-[ \t]+[\"']?(?:[\w-]+::)?(?P<name>torchaudio|torch|pytorch)"
        r"[ \t]+(?P<version>\d+(?:\.\d+)*(?:\.\*)?)(?![\w.])",
        re.MULTILINE,
    ),
)
_PART = re.compile(
    r"(?P<sign>===?|!=|~=|<=?|>=?|=|@|\^|~)?\s*v?(?P<version>\d+(?:\.\d+)*)(?P<star>\.\*)?"
)
# an entry of conda-lock.yml: `name: torchaudio`, with its version on one of the next lines
_ENTRY = re.compile(
    r"""^[ ]*-[ ]name:[ ]*(?P<name>torchaudio|torch|pytorch)[ ]*\n
        (?:[ ]+(?!-[ ]).*\n){0,5}?
        [ ]+version:[ ]*['"]?(?P<version>\d[\w.]*)""",
    re.MULTILINE | re.VERBOSE,
)
_NAMES = {"torchaudio": "torchaudio", "torch": "torch", "pytorch": "torch"}


class Pin(NamedTuple):
    """A pin of torchaudio or torch, and its place in a text.

    Attributes:
        name: ``torchaudio`` or ``torch``.
        text: the pin as it is written.
        specifier: the pin in pip's form; alternatives are separated by ``|``.
    """

    name: str
    text: str
    specifier: str
    start: int
    end: int

    def admits(self, versions: Iterable[str]) -> bool:
        """Return whether it allows one of the versions; if unreadable, assume so."""
        from packaging.specifiers import InvalidSpecifier, SpecifierSet

        try:
            wanted = [SpecifierSet(one) for one in self.specifier.split("|")]
        except InvalidSpecifier:
            return True
        return any(one.contains(version) for version in versions for one in wanted)

    @property
    def is_bounded(self) -> bool:
        """Return whether it sets an upper bound, or names one version."""
        alternatives = self.specifier.split("|")
        return all(any(sign in one for sign in ("==", "<", "~=")) for one in alternatives)


def found(text: str) -> Iterator[Pin]:
    """Yield the pins in a text."""
    for match in _PIN.finditer(text):
        written = match["plain"] or match["quoted"]
        specifier = ",".join(map(_standard, _PART.finditer(written)))
        yield Pin(match["name"], match.group().strip(), specifier, match.start(), match.end())
    plain: dict[tuple[str, str], re.Match[str]] = {}  # a lock file names many wheels of a release
    for match in itertools.chain(*(form.finditer(text) for form in _PLAIN)):
        plain.setdefault((_NAMES[match["name"]], match["version"]), match)
    for (name, version), match in plain.items():
        start, end = match.start("name"), match.end()
        yield Pin(name, text[start:end], f"=={version}", start, end)


def locked(text: str) -> Iterator[Pin]:
    """Yield the versions of torchaudio and torch in the text of a lock file.

    Raises:
        ValueError: it cannot be read.
    """
    for name, version in _entries(text):
        start = max(text.find(f'"{name}"'), 0)
        yield Pin(
            name,
            f"{name} {version}",
            f"=={version.partition('+')[0]}",
            start,
            start + len(name) + 2,
        )


def _entries(text: str) -> Iterator[tuple[str, str]]:
    if text.lstrip().startswith("{"):
        sections = json.loads(text)
        for section in ("default", "develop"):
            for name, entry in sections.get(section, {}).items():
                if name in _NAMES and isinstance(entry, dict) and "version" in entry:
                    yield name, entry["version"].removeprefix("==")
    elif re.search(r"^\[\[packages?\]\]", text, re.M):
        tables = tomllib.loads(text)
        for entry in [*tables.get("package", ()), *tables.get("packages", ())]:
            if entry.get("name") in _NAMES and "version" in entry:
                yield entry["name"], entry["version"]
    else:
        yield from ((_NAMES[match["name"]], match["version"]) for match in _ENTRY.finditer(text))


def _standard(part: re.Match[str]) -> str:
    """Return a clause of conda or poetry in pip's form."""
    sign, version = part["sign"] or "==", part["version"]
    if sign in ("^", "~"):  # ^ allows up to the next major version, ~ up to the next minor
        first, _, rest = version.partition(".")
        return (
            f">={version},<{int(first) + 1}"
            if sign == "^" or not rest
            else f">={version},=={first}.{rest.partition('.')[0]}.*"
        )
    if sign in ("=", "@"):
        return f"=={version}.*" if sign == "=" else f"=={version}"
    return f"{sign}{version}{part['star'] or ''}"
