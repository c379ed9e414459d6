"""``torchaudio.io._effector``: from 2.1 until 2.8."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compat.contents import parts, streaming

if TYPE_CHECKING:
    from compat.contents.context import Context

STANDS_IN = True
GOES_IN_2_9 = True
works: parts.Works = parts.ffmpeg_works


def present(context: Context) -> bool:
    """Return whether the release is 2.1 or later."""
    return context.release.effector


def names(context: Context) -> dict[str, Any]:
    """Return ``AudioEffector``."""
    return {"AudioEffector": streaming.of(context).effector}
