"""Choose the release that a project was written for: by lock files, then pins, then calls."""

import contextlib
import itertools
import os
import pathlib
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from compat import releases
from compat.names import alike, pins, wheel_names
from compat.projects import reach

# the versions of torchaudio that each release stands for
_STANDS_FOR = {name: [f"{name}.{patch}" for patch in range(5)] for name in releases.names()}
_STANDS_FOR["2.0"] += [f"0.{minor}.{patch}" for minor in range(9, 14) for patch in range(3)]
_BEFORE = tuple(f"0.{minor}.{patch}" for minor in range(2, 9) for patch in range(3))
_LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "Pipfile.lock", "conda-lock.yml")
_PINNED = (
    "requirements.txt", "*requirements*.txt", "*requirements*.in", "requirements/*.txt",
    "requirements/*.in", "*constraints*.txt", "environment*.yml", "environment*.yaml",
    "pyproject.toml", "setup.cfg", "setup.py", "Pipfile", "pixi.toml", "tox.ini",
    "Dockerfile*", "*.dockerfile", "Containerfile", "docker/*ockerfile*",
)  # fmt: skip
_ROOTS = (
    ".git",
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "requirements.txt",
    "Pipfile",
    "environment.yml",
    "pixi.toml",
    *_LOCKS,
)
_INCLUDED = re.compile(r"^(?:-r|--requirement|-c|--constraint)[ =]*([^\s#]+)", re.M)
# presets, in the order to try them; of those alike, the oldest that is admitted
_NEWEST_FIRST = ("2.2", "2.8", "2.1", "2.9", "2.0")
_OF_A_GLOBAL_BACKEND = ("2.0", "2.1", "2.2", "2.8", "2.9")
_OF_BOTH = ("2.1", "2.2", "2.8", "2.0", "2.9")


class Choice(NamedTuple):
    """A release and the reason.

    Attributes:
        reason: empty if the project does not mention torchaudio.
        is_older: whether the project pins a release older than any that can be pinned.
    """

    release: str
    reason: str
    is_older: bool = False


class Calls(NamedTuple):
    """The names of torchaudio that a project uses, and where it first uses those telling a release.

    Attributes:
        setter: where it sets a global backend, or says ``filepath=`` as only the global backends
            took it; the text says which.
        names_backend: where a call names a backend.
        mentions: whether it mentions torchaudio.
    """

    setter: str = ""
    names_backend: str = ""
    names: frozenset[str] = frozenset()
    mentions: bool = False


def root_of(folder: str) -> str:
    """Return the nearest folder, here or above, that looks like a project, or else this one."""
    here = pathlib.Path(os.path.abspath(folder))
    home = pathlib.Path.home()
    for one in (here, *here.parents):
        if one in (home, pathlib.Path(one.anchor)):
            break
        if _is_project(one):
            return str(one)
    return str(here)


def _is_project(folder: pathlib.Path) -> bool:
    """Return whether a folder holds a file that marks the root of a project."""
    return any((folder / name).exists() for name in _ROOTS)


def choose(folder: str, default: str, program: str = "", known: Calls | None = None) -> Choice:
    """Return the release that a project was written for.

    Args:
        folder: the root of the project, as ``root_of`` finds it.
        default: the release if neither pins nor calls show one.
        program: the script or package to run; what it imports counts before other files.
        known: what ``calls`` returned for the folder, if that has been found out already.
    """
    found = _pins(folder)
    for where, pin in found:
        admitted = [
            name for name, versions in _STANDS_FOR.items() if pin.admits(_own(pin, versions))
        ]
        if not admitted and pin.admits(_own(pin, _BEFORE)):
            older = (
                "older than any release that you can pin: if it does not run, rewrite the code "
                "first, with `torchaudio-compat codemod --diff .`"
            )
            return Choice("2.0", f"{where} has {pin.text}, {older}", is_older=True)
        if len({alike.preset(name) for name in admitted}) == 1:
            return Choice(admitted[0], f"{where} has {pin.text}")
        if admitted and pin.is_bounded:
            used = known or _telling_calls(folder, default, program)
            why = f", and {_told(used)}" if _told(used) else ""
            return Choice(_best(admitted, used), f"{where} has {pin.text}{why}")
    used = known or _telling_calls(folder, default, program)
    admitted = [
        name
        for name in _STANDS_FOR
        if all(pin.admits(_own(pin, _STANDS_FOR[name])) for _, pin in found)
    ] or list(_STANDS_FOR)
    if told := _told(used):
        return Choice(_best(admitted, used), f"{told}; no pin names one release")
    best = _best(admitted, used)
    has = [name for name in _lacking(default, used.names) if name not in _lacking(best, used.names)]
    if has:
        how = "warns of" if _forwards(has[0], default) else "lacks"
        return Choice(
            best, f"it uses torchaudio.{has[0]}, which {default} {how}; no pin names one release"
        )
    if not (used.mentions or found):
        return Choice(default, "")
    for where, pin in found:
        if default not in admitted and not pin.admits(_own(pin, _STANDS_FOR[default])):
            return Choice(best, f"{where} has {pin.text}")
    return Choice(
        default,
        "no pin and no call names a release; if the code needs a global backend, choose 2.0",
    )


def _telling_calls(folder: str, default: str, program: str) -> Calls:
    """Return the program's calls; if they show no release, those of the other files."""
    used = _calls(folder, reach.files(program, folder)) if program else Calls()
    if used.setter or used.names_backend or _lacking(default, used.names):
        return used
    # a folder that is not a project, such as a home, may hold anything
    deep = not program or _is_project(pathlib.Path(folder))
    return _calls(
        folder, _python(folder) if deep else map(str, sorted(pathlib.Path(folder).glob("*.py")))
    )


def _best(admitted: list[str], calls: Calls) -> str:
    """Return the first of the admitted releases that lack the fewest of the names in use."""
    order = (
        _OF_BOTH
        if calls.setter and calls.names_backend
        else _OF_A_GLOBAL_BACKEND
        if calls.setter
        else _NEWEST_FIRST
    )
    possible = [name for preset in order for name in admitted if alike.preset(name) == preset]
    return min(possible, key=lambda name: len(_lacking(name, calls.names)))


def _lacking(release: str, names: Iterable[str]) -> list[str]:
    """Return the known names that a release lacks, or has in ``backend`` and warns of."""
    return [
        name
        for name in sorted(names)
        if wheel_names.releases_of(name)
        and not wheel_names.has(name, release)
        and (name.startswith("backend.") or not _forwards(name, release))
    ]


def _forwards(name: str, release: str) -> bool:
    """Return whether a release finds a name only when it is asked for, in another module."""
    return wheel_names.has(f"{name.rpartition('.')[0]}.__getattr__", release)


def _told(calls: Calls) -> str:
    if calls.setter and calls.names_backend:
        return f"{calls.setter}, and {calls.names_backend} names one in a call"
    return calls.setter


def _own(pin: pins.Pin, versions: Iterable[str]) -> list[str]:
    """Return the versions to compare a pin with; torch 1.13 goes with torchaudio 0.13."""
    if pin.name == "torchaudio":
        return list(versions)
    return [
        f"1.{version.partition('.')[2]}" if version.startswith("0.") else version
        for version in versions
    ]


def _pins(folder: str) -> list[tuple[str, pins.Pin]]:
    """Return the pins of a project: torchaudio before torch, locked before pinned."""
    found = []
    for patterns, read in ((_LOCKS, pins.locked), (_PINNED, pins.found)):
        globs = (sorted(pathlib.Path(folder).glob(pattern)) for pattern in patterns)
        paths = dict.fromkeys(itertools.chain.from_iterable(globs))
        waiting = [path for path in paths if path.is_file()]
        for path in waiting:
            with contextlib.suppress(OSError, ValueError, AttributeError, TypeError):
                text = path.read_text("utf-8")
                for included in _INCLUDED.findall(text):
                    other = path.parent / included
                    if other.is_file() and not any(map(other.samefile, waiting)):
                        waiting.append(other)
                place = os.path.relpath(path, folder).replace(os.sep, "/")
                is_lock = read is pins.locked
                for pin in read(text) if is_lock else _settled(read(_without_comments(text))):
                    line = text.count("\n", 0, pin.start) + 1
                    found.append((f"{place}:{line}", pin))
    return sorted(found, key=lambda one: one[1].name != "torchaudio")


def _settled(found: Iterable[pins.Pin]) -> Iterator[pins.Pin]:
    """Yield the pins of a file; one for all that exclude each other, as those of a test matrix."""
    by_name: dict[str, list[pins.Pin]] = {}
    for pin in found:
        by_name.setdefault(pin.name, []).append(pin)
    for alike_named in by_name.values():
        first, *others = alike_named
        known = _own(first, itertools.chain(_BEFORE, *_STANDS_FOR.values()))
        if any(all(pin.admits([version]) for pin in alike_named) for version in known):
            yield from alike_named
        else:
            text = f"{first.text}, and elsewhere {', '.join(pin.text for pin in others)}"
            yield first._replace(
                text=text, specifier="|".join(pin.specifier for pin in alike_named)
            )


def _without_comments(text: str) -> str:
    """Replace comments by spaces, so that offsets stay the same."""
    return re.sub(r"(?m)(?<!\S)#.*$", lambda match: " " * len(match.group()), text)


def calls(folder: str) -> Calls:
    """Return what the Python files of a project call."""
    return _calls(folder, _python(folder))


def _python(folder: str) -> Iterator[str]:
    """Yield the Python files of a project that mention torchaudio."""
    from compat.codemod.files.content import content

    for one in reach.python_files(folder):
        if b"torchaudio" in content(one.path) and not one.is_ignored():
            yield one.path


def _calls(folder: str, paths: Iterable[str]) -> Calls:
    """Collect what Python files call; skip those that cannot be read."""
    from compat.codemod.source import Kind, Module

    setter, names_backend, names, mentions = "", "", set(), False
    for path in paths:
        try:
            text = pathlib.Path(path).read_text("utf-8-sig")
            if "torchaudio" not in text:
                continue
            module = Module(path, text)
        except (OSError, SyntaxError, ValueError, RecursionError):
            mentions = True
            continue
        mentions = mentions or bool(module.imported)
        for use in module.uses:
            place = f"{os.path.relpath(path, folder)}:{use.node.lineno}"
            names.add(use.path.removeprefix("torchaudio."))
            if use.call is None:
                continue
            given = {one.arg for one in use.call.keywords}
            if use.kind is Kind.SETTER:
                setter = setter or f"{place} sets a global backend"
            elif use.kind is Kind.FUNCTION and "filepath" in given:
                setter = setter or f"{place} says filepath="
            elif use.kind is Kind.FUNCTION and "backend" in given:
                names_backend = names_backend or place
    return Calls(setter, names_backend, frozenset(names), mentions)
