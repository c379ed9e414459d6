"""Find the shared libraries that an ELF file needs and this system lacks, with pyelftools."""

import functools
import os
import pathlib
import re
import shutil
import subprocess
from collections.abc import Iterable

_SYSTEM = (
    "/lib64",
    "/usr/lib64",
    "/lib",
    "/usr/lib",
    "/lib/x86_64-linux-gnu",
    "/lib/aarch64-linux-gnu",
)
_LOADER = re.compile(r"^(ld-linux|ld-musl|linux-vdso|linux-gate)")


def _wanted(path: pathlib.Path) -> tuple[list[str], list[str]]:
    """Return the libraries that a file needs (DT_NEEDED), and its own search path.

    Both are empty if it is no ELF file.

    Raises:
        ImportError: pyelftools is not installed.
        ELFError: (of pyelftools) the file is damaged.
    """
    from elftools.elf.dynamic import DynamicSection
    from elftools.elf.elffile import ELFFile

    needed: list[str] = []
    folders: list[str] = []
    with path.open("rb") as stream:
        if stream.read(4) != b"\x7fELF":
            return needed, folders
        section = ELFFile(stream).get_section_by_name(".dynamic")
        for tag in section.iter_tags() if isinstance(section, DynamicSection) else ():
            name = str(tag.entry.d_tag).removeprefix("DT_").lower()  # as pyelftools calls its value
            if name == "needed":
                needed.append(getattr(tag, name))
            elif name in ("runpath", "rpath"):
                folders += getattr(tag, name).split(":")
    here = str(path.parent)
    return needed, [
        folder.replace("$ORIGIN", here).replace("${ORIGIN}", here) for folder in folders
    ]


@functools.cache
def _system_libraries() -> frozenset[str]:
    """Return the library names in the loader's cache."""
    command = shutil.which("ldconfig") or "/sbin/ldconfig"
    try:
        listed = subprocess.run(
            [command, "-p"], capture_output=True, text=True, timeout=10, check=False
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return frozenset()
    return frozenset(line.split()[0] for line in listed.splitlines()[1:] if "=>" in line)


def missing(path: pathlib.Path, loaded: Iterable[pathlib.Path] = ()) -> list[str]:
    """Return the libraries that a file needs and that are in no folder searched by the loader.

    Args:
        path: a shared object.
        loaded: folders whose libraries the process has loaded already.
    """
    needed, own = _wanted(path)
    for_all = filter(None, os.environ.get("LD_LIBRARY_PATH", "").split(":"))
    folders = [*map(pathlib.Path, (*own, *for_all, *_SYSTEM)), *loaded]
    return [
        name
        for name in needed
        if not _LOADER.match(name)
        and name not in _system_libraries()
        and not any((folder / name).exists() for folder in folders)
    ]
