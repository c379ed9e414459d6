"""``torchaudio.io``: until 2.8; of a stand-in, the settings of an encoder only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compat import parts
from dispatcher.codec_config import CodecConfig

if TYPE_CHECKING:
    from compat.context import Context

STANDS_IN = True
GOES_IN_2_9 = True
works = parts.ffmpeg_works


def names(context: Context) -> dict[str, Any]:
    """``CodecConfig``, for ``save(compression=)``."""
    return {"CodecConfig": CodecConfig}
