"""The environment: virtual, conda's or the system's, with its folders.

Shows where packages come from, and reports what leads Python elsewhere: the user's site, and an
active environment that is not this interpreter's.
"""

import os
import pathlib
import site
import sys
from collections.abc import Iterator

from compat.diagnosis import dists, machine
from compat.doctor.check import Finding, Group, Mend, World, check, note, ok, warning


@check(
    title="Environment",
    group=Group.MACHINE,
    last=True,
    why="Python may import a package from a place that you did not think of.",
)
def environment(world: World) -> Iterator[Finding]:
    kinds = ["conda environment"] * machine.is_conda() + ["virtual environment"] * machine.is_venv()
    site_of_user = pathlib.Path(site.getusersitepackages()).resolve()
    user = site_of_user if site_of_user in dists.folders() else None
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
        active = os.environ.get(variable) or sys.prefix
        is_other = os.path.realpath(active) != os.path.realpath(sys.prefix)
        if is_other and not (variable == "CONDA_PREFIX" and machine.is_venv()):
            place = ("python.exe",) if os.name == "nt" else ("bin", "python")
            its_python = os.path.join(active, *place)
            mend = Mend(f"Unset {variable}: there is no such environment", machine.unset(variable))
            if os.path.exists(its_python):
                run = machine.doctor(interpreter=its_python)
                mend = Mend("Run the doctor with the active environment's Python", run)
            yield warning(
                f"{variable} names {active}, and this Python is that of {sys.prefix}",
                why="pip and conda install packages there, and this Python does not see them.",
                mend=mend,
                subject="environment",
                cause="other-environment-active",
                evidence=(active, sys.executable),
            )
    held = [copy.name for copy in world.installed() if copy.root == user]
    if held:
        yield note(
            f"{', '.join(held)} from the user site {user}",
            why="All environments of this Python version share the user site, unless they "
            "exclude it.",
            mend=Mend("Exclude it for one run with PYTHONNOUSERSITE=1"),
            subject="environment",
        )
