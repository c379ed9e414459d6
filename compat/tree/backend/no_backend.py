"""``torchaudio.backend.no_backend``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compat.contents.submodule import Submodule
from dispatcher.metadata import AudioMetaData

if TYPE_CHECKING:
    from compat.contents.context import Context


def names(context: Context) -> dict[str, Any]:
    """Return the functions that raise RuntimeError."""
    return {**vars(context.global_backend.functions[None]), "AudioMetaData": AudioMetaData}


SUBMODULE = Submodule(names, goes_in_2_9=True, warns=True)
