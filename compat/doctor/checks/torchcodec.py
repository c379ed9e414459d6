"""TorchCodec: whether the installed torchaudio can read and write at all.

From 2.9 on torchaudio hands ``load`` and ``save`` to TorchCodec, a package of its own, which wants shared libraries of
FFmpeg from the system, in a version that its own release knows (4 to 8 since 0.9). Under ``compat.install()`` neither is needed.
"""

from __future__ import annotations

from collections.abc import Iterator

from packaging.version import Version

from compat.doctor import mends, pairs
from compat.doctor.findings import Finding, note, ok, skipped
from compat.doctor.registry import check
from compat.doctor.world import World


@check(title="TorchCodec", order=80, why="Without it, torchaudio.load and torchaudio.save of 2.9 and later raise.")
def torchcodec(world: World) -> Iterator[Finding]:
    torchaudio, codec = world.copy("torchaudio"), world.copy("torchcodec")
    if torchaudio is None:
        yield skipped("there is no torchaudio that could want it")
    elif Version(pairs.public(torchaudio.version)) < Version("2.9"):
        yield ok(f"torchaudio {torchaudio.version} does without it")
    elif codec is None:
        yield note(
            f"torchaudio {torchaudio.version} reads and writes through TorchCodec, which is not installed",
            mend=mends.named("without-torchcodec"),
            subject="torchcodec",
            cause="no-torchcodec",
        )
    else:
        yield ok(f"TorchCodec {codec.version}", data={"version": codec.version})
