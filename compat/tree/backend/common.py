"""``torchaudio.backend.common``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dispatcher.metadata import AudioMetaData

if TYPE_CHECKING:
    from compat.contents.context import Context

WARNS = True
WARNS_OF_MISSING = False
GOES_IN_2_9 = True


def names(context: Context) -> dict[str, Any]:
    """Return the class of what ``info`` returns, in every release the same object as elsewhere."""
    return {"AudioMetaData": AudioMetaData}
