"""Copies: whether each package is there once, and whether `import` finds that copy.

Looks for a second copy further down ``sys.path``, two sets of metadata in one folder, torch and
torchaudio in different places, someone else's package with the name of one of this project, a file
with the name of a module of Python's own library or of another package that an import needs, and a
file or folder with a package's name that belongs to no installed package.
"""

import importlib.machinery
import os
import pathlib
import sys
from collections.abc import Iterator
from typing import Any

from compat.commands import namesakes, shadows, shell
from compat.diagnosis import dists, machine, mends, pairs
from compat.doctor.check import Copy, Finding, Group, Mend, World, check, error, note, ok, warning

_PAIR = ("torch", "torchaudio")
# what this package itself imports late
_OURS = (
    "from cffi import FFI",
    "from deprecation import deprecated",
    "from elftools.elf.elffile import ELFFile",
)


@check(
    title="Copies",
    group=Group.INSTALLED,
    why="Python imports the first copy; if that loads libraries of the other copy, symbols are "
    "missing.",
)
def copies(world: World) -> Iterator[Finding]:
    found = [
        *_hiding(world),
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


def _hiding(world: World) -> Iterator[Finding]:
    """Report files that hide modules of Python or of a package that ours need.

    An import shows whether they do harm.
    """
    of_python = shadows.found()
    found = {**dict(reversed(shadows.first())), **dict(of_python)}
    needed = {name: found[name] for name in found if _is_hidden_package(name, found[name])}
    if not of_python and not needed:
        return
    imports = [f"import {name}" for name in dists.PACKAGES if world.importable(name)]
    answer = world.children.ask("bare", [*imports, *_OURS])
    said = "" if answer.failed else str(answer.value["failed"])
    last = said.rpartition("\n")[2]
    for name, place in (*of_python, *needed.items()):
        owner = "the installed package" if name in needed else "Python's own module"
        text = f"`import {name}` finds {place}, and not {owner} of that name"
        if place in said or f"'{name}'" in last or f"'{name}." in last:
            yield error(
                text,
                why="Packages that import it get the wrong module, so an import fails.",
                mend=mends.shadow(place),
                subject="python",
                cause="shadowed",
                evidence=(last,),
            )
        elif name not in needed:
            yield note(
                text,
                why="None of these packages needs it while it is imported, but other programs may.",
                data={"found": place},
            )


def _is_hidden_package(name: str, place: str) -> bool:
    """Return whether a file hides a module that is installed further down Python's path."""
    if name in (*dists.PACKAGES, *sys.stdlib_module_names) or not name.isidentifier():
        return False
    behind = [
        entry
        for entry in sys.path
        if entry.endswith("-packages") and not place.startswith(os.path.realpath(entry))
    ]
    return importlib.machinery.PathFinder.find_spec(name, behind) is not None


def _own() -> Iterator[Finding]:
    """Report a package of this project for which `import` finds something else."""
    for ours, place in namesakes.found():
        name = ours.name
        yield error(
            f"`import {name}` finds {place}, which is not torchaudio-compat's",
            why="Python finds this file or folder before ours, so parts of torchaudio-compat are "
            "missing.",
            mend=mends.shadow(place)._replace(
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
    outside = [copy for copy in (torch, torchaudio) if not _is_inside(copy)]
    if len(outside) != 1:
        return mends.matched_pair()
    (stray,) = outside
    removal = mends.without(stray.name, (stray.root,))
    row = pairs.of_torch(torch.version)
    version = row.torchaudio if stray is torchaudio and row else pairs.public(stray.version)
    install = machine.pip(f"{stray.name}=={version}", *mends.from_index(torch))
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
    rest: dict[str, Any] = {
        "subject": name,
        "evidence": tuple(f"{copy.version}  {copy.info}" for copy in known),
        "data": {
            "copies": [
                {"version": copy.version, "root": str(copy.root), "installer": copy.installer}
                for copy in known
            ]
        },
    }
    if len({copy.root for copy in known}) == 1:
        infos = " and ".join(copy.info.name for copy in known)
        text = f"{name} has several sets of metadata in one folder: {infos} in {known[0].root}"
        yield error(text, mend=mends.reinstall(name), cause="two-copies", **rest)
    elif _is_meant(known):
        ours, theirs = (copy.version for copy in known[:2])
        text = f"{name} {ours} of this environment is imported, not the system's {theirs}"
        yield note(text, **rest)
    else:
        differ = len({copy.version for copy in known}) > 1
        outside = [copy.root for copy in known if not _is_inside(copy)]
        others = outside if 0 < len(outside) < len(known) else [copy.root for copy in known[1:]]
        severe = error if name in _PAIR or differ else warning
        listed = "; ".join(f"{copy.version} in {copy.root}" for copy in known)
        yield severe(
            f"{name} is installed {len(known)} times: {listed}",
            mend=mends.without(name, tuple(others)),
            cause="two-copies",
            **rest,
        )


def _is_meant(known: list[Copy]) -> bool:
    """Return whether the other copies are the system's, in an environment made to see them."""
    base = pathlib.Path(sys.base_prefix).resolve()
    return (
        machine.is_venv()
        and _is_inside(known[0])
        and all(copy.root.is_relative_to(base) for copy in known[1:])
    )


def _is_inside(copy: Copy) -> bool:
    """Return whether a copy lies in this environment."""
    return copy.root.is_relative_to(pathlib.Path(sys.prefix).resolve())


def _foreign(world: World, name: str, known: list[Copy]) -> Iterator[Finding]:
    """Report an `import` that finds something else than the installed package."""
    place = dists.origin(name)
    is_editable = any('"editable": true' in (copy.read("direct_url.json") or "") for copy in known)
    if place is None or is_editable or any(copy.holds(place) for copy in known[:1]):
        return
    rest: dict[str, Any] = {
        "subject": name,
        "evidence": (f"found: {place}", *(f"installed: {copy.info}" for copy in known)),
        "data": {"found": place, "installed": [str(copy.root) for copy in known]},
    }
    answer = world.imported(name)
    version = "" if answer.failed else str(answer.value["version"])
    folder = pathlib.Path(place).parent
    source = "without metadata: a build from source, or a copied folder"
    if version and not known:
        why = "pip does not know this copy, and may install a second one."
        yield note(
            f"{name} {version} is imported from {place}, {source}. It works", why=why, **rest
        )
        return
    rest["cause"], rest["why"] = (
        "shadowed",
        "Python finds a file or folder with this name first on its path, and imports it instead "
        "of the package.",
    )
    text = f"`import {name}` finds {place}, which belongs to no installed package"
    anew = mends.matched_pair() if name == "torchaudio" else mends.install(name)
    if os.path.isdir(place):  # without an __init__.py, which comes after any installed package
        rest["why"] = "Python takes a folder of this name only where it finds no package."
        yield error(text, mend=mends.reinstall(name) if known else anew, **rest)
    elif version:
        mend = Mend(
            f"If you mean the installed package, take {folder.parent} off Python's path "
            "(PYTHONPATH, or the folder you are in)"
        )
        yield warning(f"{text}, and works: {name} {version}", mend=mend, **rest)
    elif not known and (any(folder.glob("version.py")) or any(folder.glob("_C*"))):
        text = f"{name} is imported from {place}, {source}; it does not work"
        yield warning(text, mend=anew, **rest)
    else:
        yield error(text, mend=mends.shadow(place), **rest)
