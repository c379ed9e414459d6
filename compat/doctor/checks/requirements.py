"""Requirements: what this package requires, and whether the environment has it.

Compares each requirement with the installed version, and each decoder with the releases that the
recorded cases were replayed with: another FFmpeg or libsndfile may decode other samples from the
same file.
"""

from collections.abc import Callable, Iterator
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion

from compat.diagnosis import dists, machine, pairs
from compat.doctor import backends
from compat.doctor.check import Finding, Group, Mend, World, check, note, ok, warning
from compat.names.backends import part

_ITSELF = "torchaudio-compat"
# minimum versions of an extra, which apply if the package is installed
_FLOORS = {"torch": ">=2.0"}
# library -> its backend, and how to read the version from the backend's probe
_LIBRARIES: dict[str, tuple[str, Callable[[dict[str, Any]], str]]] = {
    "libavcodec": ("ffmpeg", lambda told: told["libraries"].get("libavcodec", "")),
    "libsndfile": ("soundfile", lambda told: told["libsndfile"]),
}


@check(
    title="Requirements",
    group=Group.SETTINGS,
    why="The tested releases of each decoder give the recorded samples; another release may give "
    "other samples, or fail.",
)
def requirements(world: World) -> Iterator[Finding]:
    met, absent, problems = [], [], []
    for requirement in _required(world):
        found = world.copy(requirement.name)
        if found is not None and _holds(requirement.specifier, found.version):
            met.append(f"{requirement.name} {found.version}")
        elif found is None and requirement.name in _known():
            absent.append(requirement.name)
        else:
            name, needed = requirement.name, f"{requirement.name}{requirement.specifier}"
            text = f"{name} is not installed, and this package requires it"
            if found is not None:
                text = f"{name} {found.version} is installed, and this package requires {needed}"
            cause = "requirement-missing" if found is None else "requirement-unmet"
            problems.append(warning(text, mend=_install(requirement), subject=name, cause=cause))
    unmet = {problem.subject for problem in problems}
    problems += [problem for problem in _untested(world) if problem.subject not in unmet]
    if problems:
        yield from problems
    elif absent:
        text = f"{len(met)} of {len(met) + len(absent)} met; not installed: {', '.join(absent)}"
        yield note(text, why="Another check reports these.", evidence=tuple(met))
    else:
        yield ok(f"{len(met)} met; the decoders are tested releases", evidence=tuple(met))


def _known() -> dict[str, str]:
    """Return the requirements that other checks report if they are missing."""
    return {**pairs.companions(), **_FLOORS}


def _required(world: World) -> Iterator[Requirement]:
    """Yield the requirements of this package: those known here and those in its metadata."""
    known = _known()
    yield from (Requirement(name + specifier) for name, specifier in known.items())
    itself = world.copy(_ITSELF)
    for line in itself.requires() if itself is not None else ():
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            continue
        if requirement.name not in known and (
            requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        ):
            yield requirement


def _holds(specifiers: SpecifierSet, version: str) -> bool:
    try:
        return specifiers.contains(pairs.public(version), prereleases=True)
    except InvalidVersion:
        return True


def _install(requirement: Requirement) -> Mend:
    torch = dists.first("torch")
    row = pairs.of_torch(torch.version) if torch is not None else None
    if requirement.name == "numpy" and row is not None and row.numpy:
        requirement = Requirement(f"{requirement},{row.numpy}")
    return Mend(
        f"Install a release of {requirement.name} that meets it",
        machine.pip(f"{requirement.name}{requirement.specifier}"),
    )


def _untested(world: World) -> Iterator[Finding]:
    """Report decoders and their libraries that are not of the tested releases."""
    for name, tested in pairs.tested().items():
        if name in _LIBRARIES:
            backend, tell = _LIBRARIES[name]
            package = part(backend)
            answer = backends.ask(world, backend)
            version = "" if answer.failed or "unavailable" in answer.value else tell(answer.value)
        else:
            package, copy = name, world.copy(name)
            version = copy.version if copy is not None else ""
        if version and not _holds(tested, version):
            yield warning(
                f"{name} {version} is not a tested release ({tested})",
                why="It may decode a file to other samples; the recorded cases were not replayed "
                "with it.",
                mend=Mend(
                    f"Install {package} in a tested release, from its wheel",
                    machine.pip("--only-binary", package, f"{package}{pairs.tested()[package]}"),
                ),
                subject=package,
                cause="decoder-untested",
            )
