"""Report the variable, pins and old names in files that are not Python; never change them."""

import re
from collections.abc import Iterator

from compat.codemod.files.document import Prose
from compat.codemod.source import Finding, Place, old_names
from compat.names import pins as project_pins

_VARIABLE = re.compile(old_names.VARIABLE)
# target -> minor releases that its code runs under
_MINORS = {"2.0": range(1), "2.1": range(1, 9), "2.2": range(2, 9), "2.9": range(9, 12)}
_OLD_CODE = re.compile(r"\b(?:set_audio_backend|get_audio_backend|list_audio_backends)\b")
_PATH = re.compile(r"(?<![\w./-])torchaudio(?:\.\w+)+")
_IMPORT = re.compile(r"\bfrom[ \t]+(torchaudio(?:\.\w+)*)[ \t]+import[ \t]+([\w, \t]+)")
_CALL = r"\btorchaudio\.(?:load|save|info)\b"
_TARGET = rf"^([ \t]*)(?:- )?_target_:[ \t]*[\"']?{_CALL}[\"']?[ \t]*\n"
_FILEPATH = re.compile(
    rf"{_CALL}[^\n]*?\b(?P<shell>filepath)="
    rf"|{_TARGET}(?:\2.*\n){{0,20}}?\2[ \t]*(?P<yaml>filepath):",
    re.M,
)
# In these files a module's name may configure a tool: what mypy ignores, which warnings appear.
_CONFIGURATION = (".toml", ".cfg", ".ini")
_NAME = re.compile(r"\bsox_io\b")
_OUTPUT = re.compile(rb'"rule": *"TAC\d{3}"')


NEW_PINS = (
    "Pin the release you move to, together with torch: `torchaudio-compat doctor --pins` "
    "prints both lines."
)


def is_output(path: str, data: bytes) -> bool:
    """Return whether a file is a baseline or a report of the codemod, which quote old code."""
    return path.endswith(".json") and _OUTPUT.search(data) is not None


def pins(
    text: str, target: str, package: str = "torchaudio", verb: str = "excludes"
) -> Iterator[tuple[int, int, str]]:
    """Yield the pins that exclude every release for the target: their start, end and reason."""
    old = (pin for pin in _of(text, package) if not pin.admits(_versions(target)))
    yield from ((pin.start, pin.end, f"{pin.text} {verb} the target {target}") for pin in old)


def is_modern(text: str) -> bool:
    """Return whether a text pins torchaudio to releases that all take a backend in each call."""
    own = _of(text, "torchaudio")
    modern = any(pin.admits(_versions("2.1")) or pin.admits(_versions("2.9")) for pin in own)
    return modern and not any(pin.admits(_versions("2.0")) for pin in own)


def _of(text: str, name: str) -> list[project_pins.Pin]:
    return [pin for pin in project_pins.found(text) if pin.name == name]


def _versions(target: str) -> list[str]:
    return [f"2.{minor}.{patch}" for minor in _MINORS.get(target, ()) for patch in range(5)]


def _paths(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the dotted names of torchaudio in a text, and the names imported from it."""
    yield from ((*match.span(), match.group()) for match in _PATH.finditer(text))
    for match in _IMPORT.finditer(text):
        for name in re.finditer(r"\w+", match.group(2)):
            yield (
                match.start(2) + name.start(),
                match.start(2) + name.end(),
                f"{match.group(1)}.{name.group()}",
            )


def findings(path: str, prose: Prose, target: str) -> Iterator[Finding]:
    """Yield the findings in a text that is not Python."""
    text = prose.text
    what = 'turns the dispatcher off in 2.1, unless it is "1"'
    if target != "2.1":
        what = "is not read from 2.2 on"
    found = [
        (*match.span(), f"{old_names.VARIABLE} {what}", "Delete it.")
        for match in _VARIABLE.finditer(text)
    ]
    found += [
        (*match.span(), f"{match.group()} seems to be called from here", "Change it by hand.")
        for match in _OLD_CODE.finditer(text)
    ]
    for start, end, name in _paths(text):
        configures = path.endswith(_CONFIGURATION) and old_names.is_module(name)
        if old_names.is_old(name, target) and not configures and not _OLD_CODE.search(name):
            reason = f"{name} is not in torchaudio {target}, or has moved"
            found.append((start, end, reason, old_names.gone(name) or "Change it by hand."))
    found += [
        (
            *match.span(match.lastgroup or 0),
            "filepath= is a TypeError from 2.1 on",
            "Rename it to uri.",
        )
        for match in _FILEPATH.finditer(text)
    ]
    excluded = [*pins(text, target)]
    excluded += pins(text, target, "torch", "also excludes") if excluded else ()
    found += [(*one, NEW_PINS) for one in excluded]
    lines = text.split("\n")
    for start, end, reason, advice in sorted(found):
        at = place(path, prose, start, end)
        if "compat: ignore" not in lines[at.line - prose.line]:
            yield Finding("TAC133", at, reason, advice)


def mentions(path: str, prose: Prose) -> list[Place]:
    """Return the places that have the old name of the sox backend."""
    return [place(path, prose, match.start(), match.end()) for match in _NAME.finditer(prose.text)]


def place(path: str, prose: Prose, start: int, end: int) -> Place:
    """Return the place of a part of a text."""
    line = prose.text.count("\n", 0, start) + prose.line
    column = start - (prose.text.rfind("\n", 0, start) + 1) + 1
    return Place(path, line, column, line, column + end - start, prose.cell)
