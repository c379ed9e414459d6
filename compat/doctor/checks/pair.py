"""Versions: whether the releases of torch and torchaudio are made for each other.

Reads both versions from metadata, without importing, and compares them with the documented pairs
(``pairs.toml``) and with the requirements in torchaudio's own metadata.
"""

from collections.abc import Iterator
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement

from compat.diagnosis import mends, pairs
from compat.doctor.check import Copy, Finding, Group, World, check, error, note, ok, warning


@check(
    title="Versions",
    group=Group.VERSIONS,
    why="torchaudio's extension calls torch's C++ functions, whose names change with every "
    "release.",
)
def pair(world: World) -> Iterator[Finding]:
    torch, torchaudio = world.copy("torch"), world.copy("torchaudio")
    if torch is None:
        if world.importable("torch"):
            yield note(
                "torch has no metadata, so its version is unknown until it is imported",
                subject="torch",
            )
        else:
            yield error(
                "torch is not installed",
                why="Samples are torch tensors, so nothing can be loaded or saved without torch.",
                mend=mends.install_torch(),
                subject="torch",
                cause="not-installed",
            )
    if torchaudio is None and not world.importable("torchaudio"):
        yield ok(
            f"{f'torch {torch.full_version}, ' if torch else ''}no torchaudio "
            "(compat.install() does its I/O; "
            "for the rest `pip install torchaudio`, with any torch)",
            data=_data(torch, None),
        )
    if torch is None or torchaudio is None:
        return
    data = _data(torch, torchaudio)
    both = f"torch {torch.full_version} and torchaudio {torchaudio.full_version}"
    problem = _mismatch(torch, torchaudio)
    rest: dict[str, Any] = {"subject": "torchaudio", "data": data}
    if problem is not None:
        severe, words = problem
        text, mend = f"{both} do not match: {words}", mends.matched_pair()
        yield (error if severe else warning)(text, mend=mend, cause="mismatched-pair", **rest)
    elif pairs.of_torch(torch.version) is None or _is_unknown(torchaudio):
        yield note(
            f"{both} are not a documented pair (a nightly build, or newer than this doctor)", **rest
        )
    else:
        yield ok(both, data=data)


def _data(torch: Copy | None, torchaudio: Copy | None) -> dict[str, str | None]:
    row = pairs.of_torch(torch.version) if torch else None
    return {
        "torch": torch.full_version if torch else None,
        "torchaudio": torchaudio.full_version if torchaudio else None,
        "torchaudio_for_this_torch": row.torchaudio if row else None,
    }


def _mismatch(torch: Copy, torchaudio: Copy) -> tuple[bool, str] | None:
    """Return whether the mismatch is severe, and a description; ``None`` if the two match."""
    row, other = pairs.of_torch(torch.version), pairs.of_torchaudio(torchaudio.version)
    if (
        row is not None
        and not _is_unknown(torchaudio)
        and (other is None or other.torchaudio != row.torchaudio)
    ):
        made_for = f", and this torchaudio for torch {other.release}" if other else ""
        # patch releases of one minor release mostly load, but the wheel was not tested with them
        return not (
            other and _minor(row) == _minor(other)
        ), f"for this torch there is torchaudio {row.torchaudio}{made_for}"
    for text in torchaudio.requires():
        try:
            wanted = Requirement(text)
        except InvalidRequirement:
            continue
        if wanted.name == "torch" and not wanted.specifier.contains(
            pairs.public(torch.version), prereleases=True
        ):
            return True, f"torchaudio's own metadata requires torch{wanted.specifier}"
    return None


def _is_unknown(torchaudio: Copy) -> bool:
    return pairs.of_torchaudio(torchaudio.version) is None and pairs.is_newer(torchaudio.version)


def _minor(row: pairs.Pair) -> tuple[str, ...]:
    return tuple(row.torchaudio.split(".")[:2])
