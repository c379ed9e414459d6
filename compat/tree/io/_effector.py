"""``torchaudio.io._effector``: from 2.1 until 2.8."""

from compat.contents import streaming
from compat.tree import io

SUBMODULE = io.part(
    lambda context: {"AudioEffector": streaming.of(context)["AudioEffector"]},
    present=lambda context: context.release.effector,
)
