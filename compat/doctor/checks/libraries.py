"""Shared libraries: which ones the packages' native files need, and which of those are missing.

Reads the needed libraries from each file (ELF's DT_NEEDED) without loading anything, so it names
all missing ones and not only the first. On macOS and Windows there is nothing to read this way.
"""

import pathlib
import sys
from collections.abc import Iterator

from compat.commands import shell
from compat.diagnosis import mends
from compat.doctor import elf
from compat.doctor.check import Copy, Finding, Group, Mend, World, check, error, note, ok, skipped


@check(
    title="Libraries",
    group=Group.LOADING,
    why="The loader stops at the first library that it does not find, and names only that one.",
)
def libraries(world: World) -> Iterator[Finding]:
    if sys.platform != "linux":
        yield skipped("this check works on Linux only")
        return
    try:
        import elftools  # noqa: F401
    except ImportError:
        yield skipped(
            "pyelftools, which this check needs, is not installed", mend=mends.install("pyelftools")
        )
        return
    beside, count = _beside(world.installed()), 0
    for copy in world.installed():
        wanted, damaged = {}, []
        for path in copy.native():
            count += 1
            try:
                wanted[path] = elf.missing(path, beside)
            except Exception as why:  # noqa: BLE001 - its reader may raise anything
                damaged.append(f"{path}: {type(why).__name__}: {why}")
        wanted = {path: lacking for path, lacking in wanted.items() if lacking}
        if damaged:
            files = "a native file" if len(damaged) == 1 else f"{len(damaged)} native files"
            yield error(
                f"{files} of {copy.name} cannot be read",
                mend=mends.reinstall(copy.name),
                subject=copy.name,
                cause="truncated-file",
                evidence=tuple(damaged),
            )
        if wanted:
            yield _finding(world, copy, wanted)
    yield ok(
        f"all libraries that {count} native files need are there" if count else "no native files",
        data={"files": count},
    )


def _beside(copies: list[Copy]) -> list[pathlib.Path]:
    """Return the folders whose libraries are loaded, or found, together with these packages."""
    folders = [pathlib.Path(sys.base_prefix, "lib"), pathlib.Path(sys.prefix, "lib")]
    for copy in copies:
        folders += [copy.package / "lib", copy.root / f"{copy.name}.libs"]
        if copy.name == "torch":
            folders += sorted(copy.root.glob("nvidia/*/lib"))
    return folders


def _mend(names: list[str]) -> Mend:
    """Install all of these libraries, by each way that brings all of them."""
    found = list(dict.fromkeys(mends.library(name) for name in names))
    ways = zip(*dict.fromkeys(mend.commands for mend in found if mend.commands), strict=False)
    commands = (line for way in ways for line in shell.chain(*((one,) for one in way)))
    return Mend("; ".join(dict.fromkeys(mend.text for mend in found)), tuple(commands))


def _finding(world: World, copy: Copy, wanted: dict[pathlib.Path, list[str]]) -> Finding:
    names = sorted({name for lacking in wanted.values() for name in lacking})
    evidence = tuple(f"{path} needs {', '.join(lacking)}" for path, lacking in wanted.items())[:6]
    data = {
        "package": copy.name,
        "missing": names,
        "files": {str(path): lacking for path, lacking in wanted.items()},
    }
    if not world.imported(copy.name).failed:
        return note(
            f"optional parts of {copy.name} need {', '.join(names)}",
            why="Only parts of the package that are loaded on use need them; the rest works.",
            subject=copy.name,
            evidence=evidence,
            data=data,
        )
    return error(
        f"{copy.name} needs {', '.join(names)}, not found here",
        mend=_mend(names),
        subject=copy.name,
        cause="missing-library",
        evidence=evidence,
        data=data,
    )
