"""Files that are not Python: the variable and the pins in them are named, never changed."""

import re
from collections.abc import Iterator

from compat.codemod.source import Finding, Place, old_names

_VARIABLE = re.compile(old_names.VARIABLE)
_CLAUSE = r"(?:===?|!=|~=|<=?|>=?|=|@|\^|~)\s*v?\d+(?:\.\d+)*(?:\.\*)?"
# `torchaudio==2.0.2`, `torchaudio >=2.0,<2.1`, `torchaudio = "^2.0"`; the last is a version alone in quotes, as in pyproject.toml.
_SPECIFIER = (
    rf"[\"']?\s*(?P<plain>{_CLAUSE}(?:\s*,\s*{_CLAUSE})*)|\s*=\s*[\"']\s*(?P<quoted>(?:{_CLAUSE}|v?\d+(?:\.\d+)*)(?:\s*,\s*{_CLAUSE})*)"
)
_PIN = re.compile(rf"(?<![\w-])(?P<name>torchaudio|torch)(?:\[[^\]]*\])?(?:{_SPECIFIER})")
_PART = re.compile(r"(?P<sign>===?|!=|~=|<=?|>=?|=|@|\^|~)?\s*v?(?P<version>\d+(?:\.\d+)*)(?P<star>\.\*)?")
# The releases that a target's code runs under.
_MINORS = {"2.1": range(1, 9), "2.2": range(2, 9), "2.9": range(9, 12)}
_OLD_CODE = re.compile(r"\b(?:set_audio_backend|get_audio_backend|list_audio_backends)\b")
_NAME = re.compile(r"\bsox_io\b")


NEW_PINS = "Pin the release you move to, together with torch: `torchaudio-compat doctor --pins` prints both lines."


def pins(text: str, target: str) -> Iterator[tuple[int, int, str]]:
    """The pins in a text that let no release in which the target's code runs under: where they stand, and why."""
    for match in _PIN.finditer(text):
        if match["name"] == "torchaudio" and not _admits(match["plain"] or match["quoted"], target):
            yield match.start(), match.end(), f"{match.group().strip()} does not go with the target {target}"


def torch_pins(text: str, target: str) -> Iterator[tuple[int, int, str]]:
    """The pins of torch that hold an old release fast, in a text that has such a pin of torchaudio."""
    for match in _PIN.finditer(text):
        if match["name"] == "torch" and not _admits(match["plain"] or match["quoted"], target):
            yield match.start(), match.end(), f"{match.group().strip()} does not go with the target {target} either"


def _admits(specifier: str, target: str) -> bool:
    """Tell whether a specifier lets one of the releases in; one that cannot be read is taken to."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        wanted = SpecifierSet(",".join(map(_standard, _PART.finditer(specifier))))
    except InvalidSpecifier:
        return True
    return any(wanted.contains(f"2.{minor}.{patch}") for minor in _MINORS.get(target, ()) for patch in range(5))


def _standard(part: re.Match[str]) -> str:
    """A clause of conda or poetry as pip writes it."""
    sign, version = part["sign"] or "==", part["version"]
    if sign in ("^", "~"):  # up to the next release, of which the first number that is given counts
        first, _, rest = version.partition(".")
        return f">={version},<{int(first) + 1}" if sign == "^" or not rest else f">={version},=={first}.{rest.partition('.')[0]}.*"
    if sign in ("=", "@"):
        return f"=={version}.*" if sign == "=" else f"=={version}"
    return f"{sign}{version}{part['star'] or ''}"


def findings(path: str, text: str, target: str) -> Iterator[Finding]:
    """What a file that is not Python has to say."""
    found = []
    for match in _VARIABLE.finditer(text):
        what = "is not read from 2.2 on" if target != "2.1" else 'turns the dispatcher off in 2.1, unless it is "1"'
        found.append((match.start(), match.end(), f"{old_names.VARIABLE} {what}", "Delete it."))
    for match in _OLD_CODE.finditer(text):
        found.append((match.start(), match.end(), f"{match.group()} seems to be called from here", "Change it by hand."))
    found += [(start, end, why, NEW_PINS) for start, end, why in pins(text, target)]
    if any(advice is NEW_PINS for *_, advice in found):
        found += [(start, end, why, NEW_PINS) for start, end, why in torch_pins(text, target)]
    for start, end, reason, advice in sorted(found):
        yield Finding("TAC133", place(path, text, start, end), reason, advice)


def mentions(path: str, text: str) -> list[Place]:
    """Where the old name of the sox backend is written."""
    return [place(path, text, match.start(), match.end()) for match in _NAME.finditer(text)]


def place(path: str, text: str, start: int, end: int) -> Place:
    """A stretch of a text, for people."""
    line = text.count("\n", 0, start) + 1
    column = start - (text.rfind("\n", 0, start) + 1) + 1
    return Place(path, line, column, line, column + end - start)
