"""Copies: whether each package is there once, and whether `import` finds that copy.

Looks for a second copy further down ``sys.path``, two sets of metadata in one folder, torch and
torchaudio in different places, someone else's package with the name of one of this project, a file
with the name of a module of Python's own library, and a file or folder with a package's name that
belongs to no installed package.
"""

import dataclasses
import pathlib
import sys

from compat.commands import namesakes, shadows, shell
from compat.diagnosis import dists, machine, mends, pairs
from compat.doctor.check import (
    NOTHING_TO_DO,
    Copy,
    Finding,
    Group,
    Iterator,
    Mend,
    World,
    check,
    error,
    note,
    ok,
    warning,
)

_PAIR = ("torch", "torchaudio")


@check(
    title="Copies",
    group=Group.INSTALLED,
    why="Python imports the first copy; if that loads libraries of the other copy, symbols are "
    "missing.",
)
def copies(world: World) -> Iterator[Finding]:
    found = [
        *_of_python(world),
        *_own(),
        *(finding for name in dists.PACKAGES for finding in _of_package(world, name)),
    ]
    yield from found
    torch, torchaudio = world.copy("torch"), world.copy("torchaudio")
    if torch and torchaudio and torch.root != torchaudio.root:
        yield warning(
            f"torch lies in {torch.root}, torchaudio in {torchaudio.root}",
            why="Two installers manage the two places, and each may change one package without "
            "the other.",
            mend=_together(torch, torchaudio),
            subject="torchaudio",
            cause="two-places",
            evidence=(str(torch.root), str(torchaudio.root)),
            data={"torch": str(torch.root), "torchaudio": str(torchaudio.root)},
        )
    elif not found:
        yield ok("one of each")


def _of_python(world: World) -> Iterator[Finding]:
    """Report files that hide standard modules; an import shows whether they do harm."""
    found = shadows.found()
    if not found:
        return
    here = [name for name in dists.PACKAGES if world.importable(name)]
    answer = world.children.ask("bare", here)
    said = "" if answer.failed else str(answer.value["failed"])
    last = said.rpartition("\n")[2]
    for name, place in found:
        text = f"`import {name}` finds {place}, and not Python's own module of that name"
        if place in said or f"'{name}'" in last:
            yield error(
                text,
                why="Packages that import it get the wrong module, so an import fails.",
                mend=mends.shadow(place),
                subject="python",
                cause="shadowed",
                evidence=(last,),
            )
        else:
            yield note(
                text,
                why="None of these packages needs it while it is imported, but other programs may.",
                data={"found": place},
            )


def _own() -> Iterator[Finding]:
    """Report a package of this project for which `import` finds something else."""
    for ours, place in namesakes.found():
        name = ours.name
        yield error(
            f"`import {name}` finds {place}, which is not torchaudio-compat's",
            why="Python finds this file or folder before ours, so parts of torchaudio-compat are "
            "missing.",
            mend=dataclasses.replace(
                mends.shadow(place),
                text="Use the command torchaudio-compat (run, doctor, codemod, audit), which does "
                "not search this folder; or rename it",
            ),
            subject=name,
            cause="shadowed",
            evidence=(f"found: {place}", f"ours: {ours}"),
            data={"found": place, "ours": str(ours)},
        )


def _together(torch: Copy, torchaudio: Copy) -> Mend:
    """Return the mend that puts both into this environment."""
    prefix = pathlib.Path(sys.prefix).resolve()
    outside = [copy for copy in (torch, torchaudio) if not copy.root.is_relative_to(prefix)]
    if len(outside) != 1:
        return mends.matched_pair()
    (stray,) = outside
    removal = mends.without(stray.name, (stray.root,))
    row = pairs.of_torch(torch.version)
    version = row.torchaudio if stray is torchaudio and row else pairs.public(stray.version)
    source = ("--index-url", pairs.index(torch.build)) if torch.build else ()
    install = machine.pip(f"{stray.name}=={version}", *source)
    if not removal.commands:
        return Mend(f"{removal.text}; install {stray.name} inside the environment", install)
    return Mend(
        f"Remove the {stray.name} that lies outside the environment, and install it inside",
        shell.chain(removal.commands, install),
    )


def _of_package(world: World, name: str) -> Iterator[Finding]:
    known = world.copies(name)
    yield from _foreign(world, name, known)
    if len(known) < 2:
        return
    versions = sorted({copy.version for copy in known})
    listed = "; ".join(f"{copy.version} in {copy.root}" for copy in known)
    evidence = tuple(f"{copy.version}  {copy.info}" for copy in known)
    data = {
        "copies": [
            {"version": copy.version, "root": str(copy.root), "installer": copy.installer}
            for copy in known
        ]
    }
    if len({copy.root for copy in known}) == 1:
        text = f"{name} has metadata of {len(known)} versions in one folder: {listed}"
        yield error(
            text,
            mend=mends.reinstall(name),
            subject=name,
            cause="two-copies",
            evidence=evidence,
            data=data,
        )
    elif _is_meant(known):
        text = (
            f"{name} {known[0].version} of this environment is imported, not the system's "
            f"{known[1].version}"
        )
        yield note(text, mend=NOTHING_TO_DO, subject=name, evidence=evidence, data=data)
    else:
        severe = error if name in _PAIR or len(versions) > 1 else warning
        yield severe(
            f"{name} is installed {len(known)} times: {listed}",
            mend=mends.without(name, tuple(copy.root for copy in _in_the_way(known))),
            subject=name,
            cause="two-copies",
            evidence=evidence,
            data=data,
        )


def _is_meant(known: list[Copy]) -> bool:
    """Return whether the other copies are the system's, in an environment made to see them."""
    base = pathlib.Path(sys.base_prefix).resolve()
    inside = pathlib.Path(sys.prefix).resolve()
    return (
        machine.is_venv()
        and known[0].root.is_relative_to(inside)
        and all(copy.root.is_relative_to(base) for copy in known[1:])
    )


def _in_the_way(known: list[Copy]) -> list[Copy]:
    """Return the copies to remove: those outside the environment, or all but the first."""
    inside = [
        copy for copy in known if copy.root.is_relative_to(pathlib.Path(sys.prefix).resolve())
    ]
    return [copy for copy in known if copy not in inside] if inside else known[1:]


def _foreign(world: World, name: str, known: list[Copy]) -> Iterator[Finding]:
    """Report an `import` that finds something else than the installed package."""
    place = dists.origin(name)
    if place is None or any(copy.holds(place) for copy in known[:1]) or _is_editable(known):
        return
    installed = tuple(f"installed: {copy.info}" for copy in known)
    evidence, data = (
        (f"found: {place}", *installed),
        {"found": place, "installed": [str(copy.root) for copy in known]},
    )
    version = _working_version(world, name)
    if version and not known:
        text = (
            f"{name} {version} is imported from {place}, without metadata: a build from source, "
            "or a copied folder. It works"
        )
        yield note(
            text,
            why="pip does not know this copy, and may install a second one.",
            subject=name,
            evidence=evidence,
            data=data,
        )
        return
    why = (
        "Python finds a file or folder with this name first on its path, and imports it instead "
        "of the package."
    )
    text = f"`import {name}` finds {place}, which belongs to no installed package"
    if version:
        folder = pathlib.Path(place).parent.parent
        mend = Mend(
            f"If you mean the installed package, take {folder} off Python's path "
            "(PYTHONPATH, or the folder you are in)"
        )
        text = f"{text}, and works: {name} {version}"
        yield warning(
            text, why=why, mend=mend, subject=name, cause="shadowed", evidence=evidence, data=data
        )
    elif not known and _looks_real(place):
        mend = mends.matched_pair() if name == "torchaudio" else mends.install(name)
        text = (
            f"{name} is imported from {place}, without metadata: a build from source, or a "
            "copied folder; it does not work"
        )
        yield warning(
            text, why=why, mend=mend, subject=name, cause="shadowed", evidence=evidence, data=data
        )
    else:
        yield error(
            text,
            why=why,
            mend=mends.shadow(place),
            subject=name,
            cause="shadowed",
            evidence=evidence,
            data=data,
        )


def _working_version(world: World, name: str) -> str:
    """Return the version of the imported module; empty if the import fails or it has no version."""
    answer = world.imported(name)
    return "" if answer.failed else str(answer.value["version"])


def _looks_real(place: str) -> bool:
    folder = pathlib.Path(place).parent
    return any(folder.glob("version.py")) or any(folder.glob("_C*"))


def _is_editable(known: list[Copy]) -> bool:
    return any('"editable": true' in (copy.read("direct_url.json") or "") for copy in known)
