"""``torchaudio._backend.soundfile_backend``: from 2.1 on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compat.contents.submodule import Submodule
from dispatcher.metadata import AudioMetaData

if TYPE_CHECKING:
    from compat.contents.context import Context


def names(context: Context) -> dict[str, Any]:
    """Return libsndfile's functions with the parameters of the global backend."""
    return {**vars(context.global_backend.functions["soundfile"]), "AudioMetaData": AudioMetaData}


SUBMODULE = Submodule(
    names, present=lambda context: context.release.backend_classes, goes_in_2_9=True
)
