"""Builds: whether torch and torchaudio are built for the same device: CPU, one CUDA, or ROCm.

Reads the build tags (``cpu``, ``cu128``, ``rocm6.4``) from the versions. Wheels from PyPI have no
tag there; for those it reads ``version.py`` inside the package, as text.
"""

import re
from collections.abc import Iterator

from compat.diagnosis import mends, pairs
from compat.doctor.check import Finding, Group, World, check, error, note, ok, skipped, warning


@check(
    title="Builds",
    group=Group.VERSIONS,
    last=True,
    why="An extension built for CUDA needs CUDA's libraries, which torch for the CPU does not "
    "contain; the reverse fails too.",
)
def build(world: World) -> Iterator[Finding]:
    torch, torchaudio = world.copy("torch"), world.copy("torchaudio")
    if torch is None or torchaudio is None:
        yield skipped("it compares torch with torchaudio, and one of them is not installed")
        return
    ours, theirs = torchaudio.build, torch.build
    tags = {"torch": theirs, "torchaudio": ours}
    row = pairs.of_torchaudio(torchaudio.version)
    both = f"torch is built for {_words(theirs)}, torchaudio for {_words(ours)}"
    if not ours or not theirs:
        if ours == theirs:
            yield ok("no build tags (one build for all devices, as on macOS)", data=tags)
        else:
            yield note(f"only one has a build tag: {both}", subject="torchaudio", data=tags)
    elif ours == theirs:
        yield ok(f"both for {_words(ours)}", data=tags)
    elif ours == "cpu":
        yield warning(
            both,
            why="It loads, because it needs less than this torch has; but its own CUDA functions "
            "are missing.",
            mend=mends.matched_pair(),
            subject="torchaudio",
            cause="mixed-builds",
            data=tags,
        )
    elif row is not None and row.any_torch and _cuda(ours)[:1] == _cuda(theirs)[:1] != ():
        yield note(
            f"{both}; they load together, because both need the same libcudart",
            subject="torchaudio",
            data=tags,
        )
    else:
        cause = "different-cuda" if _cuda(ours) and _cuda(theirs) else "mixed-builds"
        yield error(both, mend=mends.matched_pair(), subject="torchaudio", cause=cause, data=tags)


def _cuda(tag: str) -> tuple[str, ...]:
    """Return the major and minor release of CUDA in a build tag; nothing for other devices."""
    cuda = re.fullmatch(r"cu(\d+)(\d)", tag)
    return cuda.groups() if cuda else ()


def _words(tag: str) -> str:
    if cuda := _cuda(tag):
        return f"CUDA {'.'.join(cuda)}"
    return {"cpu": "the CPU", "": "an unknown device"}.get(tag, tag.replace("rocm", "ROCm "))
