"""``torchaudio._backend.sox``: from 2.1 on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compat.tree._backend import backend_class
from dispatcher import AudioMetaData, Backend

if TYPE_CHECKING:
    from compat.contents.context import Context

GOES_IN_2_9 = True


def present(context: Context) -> bool:
    """Return whether the release is 2.1 or later."""
    return context.release.backend_classes


def names(context: Context) -> dict[str, Any]:
    """Return the class over libsox."""
    return {
        "SoXBackend": backend_class(context, "sox"),
        "AudioMetaData": AudioMetaData,
        "Backend": Backend,
    }
