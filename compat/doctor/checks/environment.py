"""The environment: virtual, conda's or the system's, with its folders.

Shows where packages come from, and reports what leads Python elsewhere: the user's site,
``PYTHONPATH``, ``PYTHONHOME``, an active environment that is not this interpreter's.
"""

from __future__ import annotations

import os
import pathlib
import site
import sys
from collections.abc import Iterator

from compat.doctor import dists, machine
from compat.doctor.findings import Finding, Mend, note, ok, warning
from compat.doctor.registry import check
from compat.doctor.world import World


@check(title="Environment", order=20, why="A package that comes from a place nobody thinks of is the package that is imported.")
def environment(world: World) -> Iterator[Finding]:
    kinds = [name for name, is_it in (("conda environment", machine.is_conda()), ("virtual environment", machine.is_venv())) if is_it]
    user = _user_site()
    data = {
        "kind": kinds,
        "prefix": sys.prefix,
        "base_prefix": sys.base_prefix,
        "user_site": str(user) if user else None,
        "path": [str(folder) for folder in dists.folders()],
    }
    yield ok(f"{' and '.join(kinds) or 'no environment of its own'} in {sys.prefix}", data=data)
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        active = os.environ.get(variable)
        if active and not _same(active, sys.prefix) and not (variable == "CONDA_PREFIX" and machine.is_venv()):
            yield warning(
                f"{variable} names {active}, and this Python is that of {sys.prefix}",
                why="What pip or conda installs goes there, and is not seen here.",
                mend=Mend(
                    "Run the doctor with the active environment's Python", (machine.quoted(_python_in(active), "-m", "compat.doctor"),)
                ),
                subject="environment",
                cause="other-environment-active",
                evidence=(active, sys.executable),
            )
    held = [name for name in dists.PACKAGES if (copy := world.copy(name)) is not None and copy.root == user]
    if held:
        yield note(
            f"{', '.join(held)} from the user's site {user}",
            why="The user's site is shared by all environments of this Python version that do not shut it out.",
            mend=Mend("Leave it out for one run with PYTHONNOUSERSITE=1"),
            subject="environment",
        )
    if os.environ.get("PYTHONHOME"):
        yield warning(
            f"PYTHONHOME is set to {os.environ['PYTHONHOME']}",
            why="It moves the standard library, and with it every site-packages folder.",
            mend=Mend("Unset it", machine.unset("PYTHONHOME")),
            subject="environment",
            cause="pythonhome",
        )
    if os.environ.get("PYTHONPATH"):
        folders = [folder for folder in os.environ["PYTHONPATH"].split(os.pathsep) if folder]
        held = [f"{name} in {folder}" for folder in folders for name in dists.PACKAGES if pathlib.Path(folder, name).exists()]
        if held:
            yield note(
                f"PYTHONPATH brings {', '.join(held)}",
                why="It stands before every installed package.",
                mend=Mend("Unset it where that is not meant", machine.unset("PYTHONPATH")),
                subject="environment",
            )


def _user_site() -> pathlib.Path | None:
    folder = pathlib.Path(site.getusersitepackages()).resolve()
    return folder if folder in dists.folders() else None


def _same(one: str, other: str) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def _python_in(prefix: str) -> str:
    return os.path.join(prefix, "python.exe") if os.name == "nt" else os.path.join(prefix, "bin", "python")
