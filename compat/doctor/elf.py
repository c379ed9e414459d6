"""Find the shared libraries that an ELF file needs and this system lacks, with pyelftools."""

import functools
import os
import pathlib
import re
import shutil
import subprocess
from collections.abc import Iterable
from typing import Any, NamedTuple

_SYSTEM = (
    "/lib64",
    "/usr/lib64",
    "/lib",
    "/usr/lib",
    "/lib/x86_64-linux-gnu",
    "/lib/aarch64-linux-gnu",
)
_LOADER = re.compile(r"^(ld-linux|ld-musl|linux-vdso|linux-gate)")


class Wants(NamedTuple):
    """The libraries that a file's dynamic section names, and where the loader searches for them."""

    needed: tuple[str, ...]
    folders: tuple[str, ...]


@functools.cache
def wants(path: pathlib.Path) -> Wants | None:
    """Return the libraries that a file needs (DT_NEEDED) and its search path; ``None`` if not ELF.

    Raises:
        ImportError: pyelftools is not installed.
        ELFError: (of pyelftools) the file is damaged.
    """
    from elftools.elf.dynamic import DynamicSection
    from elftools.elf.elffile import ELFFile

    with path.open("rb") as stream:
        if stream.read(4) != b"\x7fELF":
            return None
        needed: list[str] = []
        folders: list[str] = []
        section = ELFFile(stream).get_section_by_name(".dynamic")
        for tag in section.iter_tags() if isinstance(section, DynamicSection) else ():
            wanted: Any = tag  # pyelftools names the attribute after the tag
            if tag.entry.d_tag == "DT_NEEDED":
                needed.append(wanted.needed)
            elif tag.entry.d_tag in ("DT_RUNPATH", "DT_RPATH"):
                folders += (
                    wanted.runpath if tag.entry.d_tag == "DT_RUNPATH" else wanted.rpath
                ).split(":")
    here = str(path.parent)
    return Wants(
        tuple(needed),
        tuple(folder.replace("$ORIGIN", here).replace("${ORIGIN}", here) for folder in folders),
    )


@functools.cache
def _system_libraries() -> frozenset[str]:
    """Return the library names in the loader's cache."""
    command = shutil.which("ldconfig") or (
        "/sbin/ldconfig" if os.path.exists("/sbin/ldconfig") else None
    )
    if command is None:
        return frozenset()
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
    wanted = wants(path)
    if wanted is None:
        return []
    own = filter(None, os.environ.get("LD_LIBRARY_PATH", "").split(":"))
    folders = [pathlib.Path(folder) for folder in (*wanted.folders, *own, *_SYSTEM)]
    folders += loaded
    return [
        name
        for name in wanted.needed
        if not _LOADER.match(name)
        and name not in _system_libraries()
        and not any((folder / name).exists() for folder in folders)
    ]
