"""Installers: whether pip and conda changed the same packages, and what an interrupted pip left.

Compares conda's records with the metadata that pip wrote. Looks for folders such as ``~orch``,
which pip renames before it removes them.
"""

import sys
from collections.abc import Iterator

from compat.commands import shell
from compat.diagnosis import dists, machine, mends, pairs
from compat.doctor.check import Finding, Group, Mend, World, check, error, ok, warning


@check(
    title="Installers",
    group=Group.INSTALLED,
    why="An installer replaces only the files it knows; the other installer's files stay and are "
    "loaded.",
)
def installers(world: World) -> Iterator[Finding]:
    by_conda = {name: (version, build) for name, version, build in dists.conda_records()}
    found = [*_both(world, by_conda), *_apart(world, by_conda), *_leftovers()]
    yield from found
    if not found:
        names = sorted({copy.installer for copy in world.installed() if copy.installer})
        yield ok(f"all by {' and '.join(names)}" if names else "nothing is left of another")


def _both(world: World, by_conda: dict[str, tuple[str, str]]) -> Iterator[Finding]:
    for name, (version, build) in by_conda.items():
        copy = world.copy(name)
        if copy and copy.installer not in ("", "conda") and copy.root.is_relative_to(sys.prefix):
            severe = error if pairs.public(copy.version) != version else warning
            commands = shell.chain(
                machine.uninstall(name),
                machine.by_conda(
                    "install",
                    "--force-reinstall",
                    f"{name if name != 'torch' else 'pytorch'}={version}",
                ),
            )
            yield severe(
                f"{name} {version} by conda was overwritten with {copy.version} by "
                f"{copy.installer}",
                mend=Mend("Use only one of them", commands),
                subject=name,
                cause="two-installers",
                evidence=(f"conda: {name} {version} {build}", f"{copy.installer}: {copy.info}"),
            )


def _apart(world: World, by_conda: dict[str, tuple[str, str]]) -> Iterator[Finding]:
    by = {
        name: "conda" if name in by_conda else copy.installer
        for name in ("torch", "torchaudio")
        if (copy := world.copy(name))
    }
    if len(by) == 2 and "conda" in by.values() and len(set(by.values())) == 2:
        yield warning(
            f"torch was installed by {by['torch'] or 'something unknown'}, torchaudio by "
            f"{by['torchaudio'] or 'something unknown'}",
            why="conda and PyPI compile their builds differently, so they do not work together.",
            mend=mends.matched_pair(),
            subject="torchaudio",
            cause="two-installers",
        )


def _leftovers() -> Iterator[Finding]:
    for name in dists.PACKAGES:
        left = dists.leftovers(name)
        if left:
            removal = machine.removing(*map(str, left))
            anew = shell.chain(removal, mends.reinstall(name).commands)
            yield warning(
                f"an interrupted pip left {', '.join(path.name for path in left)}",
                why=f"{name} was being replaced or removed when pip was stopped; it may now be "
                "incomplete.",
                mend=Mend("Remove the remains, and install again", anew),
                subject=name,
                cause="interrupted-pip",
                evidence=tuple(map(str, left)),
            )
