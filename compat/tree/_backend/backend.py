"""``torchaudio._backend.backend``: from 2.1 on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compat.contents.submodule import Submodule
from dispatcher import AudioMetaData, Backend

if TYPE_CHECKING:
    from compat.contents.context import Context


def names(context: Context) -> dict[str, Any]:
    """Return the base class of backends and the class of metadata."""
    return {"Backend": Backend, "AudioMetaData": AudioMetaData}


SUBMODULE = Submodule(
    names, present=lambda context: context.release.backend_classes, goes_in_2_9=True
)
