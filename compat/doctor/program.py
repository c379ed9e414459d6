"""Examine a project: which release of the drop-in runs it, and what it needs that is not here."""

import importlib.machinery
import os
import time
from collections.abc import Iterator
from typing import Any

from compat import releases
from compat.commands import shell
from compat.diagnosis import dists, machine
from compat.diagnosis.findings import NOTHING_TO_DO, Finding, Mend, Result, error, note, ok, warning
from compat.doctor import failing
from compat.doctor.world import World
from compat.projects import choice, needs

_OF_TORCH = ("torch", "torchaudio")


def examine(world: World, folder: str) -> Iterator[Result]:
    """Yield one result each for the release, the names and the packages of a project.

    Raises:
        ValueError: there is no such folder.
    """
    if not os.path.isdir(folder):
        raise ValueError(
            f"--for {folder}: there is no such folder; name the one that holds the program"
        )
    used = choice.calls(folder)
    chosen = choice.choose(folder, releases.DEFAULT, known=used)
    yield Result("release", "Release", tuple(_release(folder, chosen)))
    begun = time.monotonic()
    yield Result("names", "Names", tuple(_names(world, used, chosen)), time.monotonic() - begun)
    yield Result(
        "packages",
        "Packages",
        tuple(_packages(folder)) or (ok("all packages that it requires and imports are here"),),
    )


def _release(folder: str, chosen: choice.Choice) -> Iterator[Finding]:
    if not chosen.reason:
        yield note("no file in it mentions torchaudio", subject="release")
        return
    text = f"the drop-in runs it as torchaudio {chosen.release}: {chosen.reason}"
    rest: dict[str, Any] = {"data": {"release": chosen.release, "reason": chosen.reason}}
    if chosen.is_older:
        command = shell.lines("torchaudio-compat", "codemod", "--diff", folder)
        mend = Mend("See what would be rewritten", command)
        yield warning(text, mend=mend, subject="release", cause="older-than-2.0", **rest)
    else:
        command_line = f"torchaudio-compat run --version {chosen.release} PROGRAM"
        yield ok(f"{text}. Run it: `{command_line}`", **rest)


def _names(world: World, used: choice.Calls, chosen: choice.Choice) -> Iterator[Finding]:
    names = sorted(name for name in used.names if name and name != "torchaudio")
    if not names:
        yield ok("it uses no name of torchaudio")
        return
    answer = world.children.ask("program", {"release": chosen.release, "names": names})
    if answer.failed:
        yield failing.finding("compat.install()", answer, "torchaudio", cause="drop-in-failed")
        return
    over_real = answer.value["over_real"]
    by_pip = machine.pip(*(["--upgrade"] if over_real else []), "torchaudio")
    alike: dict[str, list[str]] = {}  # the names that are missing for the same reason
    for name, why in answer.value["lacking"].items():
        alike.setdefault(why.partition(" is not there: ")[2] or why, []).append(name)
    for lacking in alike.values():
        name, also = lacking[0], ", ".join(f"torchaudio.{one}" for one in lacking[1:])
        why = answer.value["lacking"][name]
        is_told = any(line in why for line in by_pip)
        yield error(
            why if name in why else f"torchaudio.{name}: {why}",
            why=f"The program stops there{also and f', and for the same reason at {also}'}.",
            mend=Mend("Install torchaudio, any release", by_pip) if is_told else NOTHING_TO_DO,
            subject=f"torchaudio.{name}",
            cause="name-missing",
            data={"names": lacking},
        )
    here = len(names) - len(answer.value["lacking"])
    real = "the installed torchaudio with the drop-in's I/O"
    yield ok(
        f"it uses {len(names)} names of torchaudio; {real if over_real else 'the stand-in'} has "
        f"{here} of them",
        data={"names": names},
    )


def _packages(folder: str) -> Iterator[Finding]:
    """Yield required or imported packages that are missing or have another version."""
    known = set()
    for where, requirement in needs.required(folder):
        name = requirement.name.lower()
        known.add(name.replace("-", "_"))
        copy = dists.first(name)
        version = copy.version if copy else ""
        if not version and name != "torchaudio":
            text = f"{where} requires {requirement}, which is not installed"
            yield _missing(text, str(requirement))
        elif not version or requirement.specifier.contains(version, prereleases=True):
            continue
        elif name in _OF_TORCH:
            yield note(
                f"{where} pins {requirement}; {version} is here, and the drop-in runs the "
                "program on it",
                subject=name,
            )
        else:
            yield warning(
                f"{where} requires {requirement}; {version} is here",
                mend=Mend("Install what it asks for", machine.pip(str(requirement))),
                subject=name,
                cause="other-version",
            )
    for name, (where, always) in needs.imported(folder).items():
        is_known = name in (*_OF_TORCH, "torio", "compat") or name.lower() in known
        if not is_known and importlib.machinery.PathFinder.find_spec(name) is None:
            text = f"{where} imports {name}, which is not installed"
            yield _missing(text, name, guessed=True, always=always)


def _missing(text: str, package: str, *, guessed: bool = False, always: bool = True) -> Finding:
    words = "Install it, if its package has that name" if guessed else "Install it"
    return (error if always else warning)(
        text,
        why="The program stops there." if always else "The program stops if it comes there.",
        mend=Mend(words, machine.pip(package), guessed),
        subject=package,
        cause="package-missing",
    )
