"""``torchaudio.backend.common``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compat.contents.submodule import Submodule
from dispatcher.metadata import AudioMetaData

if TYPE_CHECKING:
    from compat.contents.context import Context


def names(context: Context) -> dict[str, Any]:
    """Return the class of what ``info`` returns, in every release the same object as elsewhere."""
    return {"AudioMetaData": AudioMetaData}


SUBMODULE = Submodule(names, goes_in_2_9=True, warns=True, warns_of_missing=False)
