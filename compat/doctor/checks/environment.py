"""The environment: virtual, conda's or the system's, with its folders.

Shows where packages come from, and reports what leads Python elsewhere: the user's site,
``PYTHONPATH``, ``PYTHONHOME``, an active environment that is not this interpreter's.
"""

import os
import pathlib
import site
import sys

from compat.diagnosis import dists, machine
from compat.doctor.check import Finding, Group, Iterator, Mend, World, check, note, ok, warning


@check(
    title="Environment",
    group=Group.MACHINE,
    after="python",
    why="Python may import a package from a place that you did not think of.",
)
def environment(world: World) -> Iterator[Finding]:
    kinds = [
        name
        for name, is_it in (
            ("conda environment", machine.is_conda()),
            ("virtual environment", machine.is_venv()),
        )
        if is_it
    ]
    user = _user_site()
    yield ok(
        f"{' and '.join(kinds) or 'no virtual environment'} in {sys.prefix}",
        data={
            "kind": kinds,
            "prefix": sys.prefix,
            "base_prefix": sys.base_prefix,
            "user_site": str(user) if user else None,
            "path": [str(folder) for folder in dists.folders()],
        },
    )
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        active = os.environ.get(variable)
        if (
            active
            and not _same(active, sys.prefix)
            and not (variable == "CONDA_PREFIX" and machine.is_venv())
        ):
            yield warning(
                f"{variable} names {active}, and this Python is that of {sys.prefix}",
                why="pip and conda install packages there, and this Python does not see them.",
                mend=Mend(
                    "Run the doctor with the active environment's Python",
                    machine.doctor(interpreter=_python_in(active)),
                ),
                subject="environment",
                cause="other-environment-active",
                evidence=(active, sys.executable),
            )
    held = [
        name
        for name in dists.PACKAGES
        if (copy := world.copy(name)) is not None and copy.root == user
    ]
    if held:
        yield note(
            f"{', '.join(held)} from the user site {user}",
            why="All environments of this Python version share the user site, unless they "
            "exclude it.",
            mend=Mend("Exclude it for one run with PYTHONNOUSERSITE=1"),
            subject="environment",
        )
    if os.environ.get("PYTHONHOME"):
        yield warning(
            f"PYTHONHOME is set to {os.environ['PYTHONHOME']}",
            why="It changes where Python looks for the standard library and all site-packages "
            "folders.",
            mend=Mend("Unset it", machine.unset("PYTHONHOME")),
            subject="environment",
            cause="pythonhome",
        )
    if os.environ.get("PYTHONPATH"):
        folders = [folder for folder in os.environ["PYTHONPATH"].split(os.pathsep) if folder]
        held = [
            f"{name} in {folder}"
            for folder in folders
            for name in dists.PACKAGES
            if pathlib.Path(folder, name).exists()
        ]
        if held:
            yield note(
                f"PYTHONPATH brings {', '.join(held)}",
                why="Python looks there before it looks at installed packages.",
                mend=Mend("Unset it if you do not want this", machine.unset("PYTHONPATH")),
                subject="environment",
            )


def _user_site() -> pathlib.Path | None:
    folder = pathlib.Path(site.getusersitepackages()).resolve()
    return folder if folder in dists.folders() else None


def _same(one: str, other: str) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def _python_in(prefix: str) -> str:
    return (
        os.path.join(prefix, "python.exe")
        if os.name == "nt"
        else os.path.join(prefix, "bin", "python")
    )
