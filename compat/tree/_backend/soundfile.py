"""``torchaudio._backend.soundfile``: from 2.1 on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compat.contents.submodule import Submodule
from compat.tree._backend import backend_names

if TYPE_CHECKING:
    from compat.contents.context import Context


def names(context: Context) -> dict[str, Any]:
    """Return the class over libsndfile."""
    return backend_names(context, "soundfile")


SUBMODULE = Submodule(
    names, present=lambda context: context.release.backend_classes, goes_in_2_9=True
)
