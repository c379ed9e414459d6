"""TorchCodec: whether the installed torchaudio can read and write at all.

From 2.9 on torchaudio hands ``load`` and ``save`` to TorchCodec, a separate package. TorchCodec
needs shared libraries of FFmpeg from the system, in a version that its release supports (4 to 8
since 0.9). The check really loads it and decodes a short file. ``compat.install()`` needs neither.
"""

from collections.abc import Iterator

from packaging.version import Version

from compat.diagnosis import mends, pairs
from compat.doctor import failing
from compat.doctor.check import Copy, Finding, Group, World, check, note, ok, skipped, warning

_SHOWN = 6


@check(
    title="TorchCodec",
    group=Group.VERSIONS,
    last=True,
    why="Without it, torchaudio.load and torchaudio.save of 2.9 and later raise an error.",
)
def torchcodec(world: World) -> Iterator[Finding]:
    torchaudio, codec = world.copy("torchaudio"), world.copy("torchcodec")
    if torchaudio is None:
        yield skipped("torchaudio is not installed")
    elif Version(pairs.public(torchaudio.version)) < Version("2.9"):
        yield ok(f"torchaudio {torchaudio.version} does without it")
    elif codec is None:
        yield note(
            f"torchaudio {torchaudio.version} reads and writes through TorchCodec, which is "
            "not installed",
            mend=mends.named("without-torchcodec"),
            subject="torchcodec",
            cause="no-torchcodec",
        )
    else:
        yield _tried(world, codec)


def _tried(world: World, codec: Copy) -> Finding:
    """Load TorchCodec, decode a short file, and return the finding."""
    answers = world.ask_over_torch("torchcodec", ["decode"])
    data = {"version": codec.version}
    if answers is None:
        return skipped("TorchCodec needs torch, which does not import", data=data)
    (answer,) = answers
    if answer.died:
        return failing.finding(
            f"TorchCodec {codec.version}", answer, "torchcodec", cause="torchcodec-dies"
        )
    if answer.raised:
        known = failing.known(answer, "torchcodec")
        return warning(
            f"TorchCodec {codec.version} is installed and does not work: {known.cause}",
            mend=known.mend,
            subject="torchcodec",
            cause=known.name or "torchcodec-does-not-load",
            evidence=tuple(answer.raised.splitlines()[:_SHOWN]),
            data={**data, "raised": answer.raised},
        )
    told = answer.value
    writes = "" if told["encodes"] else ", reads only: it is too old to write"
    return ok(f"TorchCodec {codec.version} loads and decodes{writes}", data={**data, **told})
