"""``torchaudio.io._effector``: from 2.1 until 2.8."""

from compat.tree import io

SUBMODULE = io.part(
    lambda context: io.late(context, "AudioEffector"),
    present=lambda context: context.release.effector,
)
