"""``torchaudio.io._effector``: from 2.1 until 2.8."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compat.contents import parts, streaming
from compat.contents.submodule import Submodule

if TYPE_CHECKING:
    from compat.contents.context import Context


def names(context: Context) -> dict[str, Any]:
    """Return ``AudioEffector``."""
    return {"AudioEffector": streaming.of(context)["AudioEffector"]}


SUBMODULE = Submodule(
    names,
    present=lambda context: context.release.effector,
    goes_in_2_9=True,
    stands_in=True,
    works=parts.ffmpeg_works,
)
