"""``torchaudio._backend.sox``: from 2.1 on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compat.contents.submodule import Submodule
from compat.tree._backend import backend_names

if TYPE_CHECKING:
    from compat.contents.context import Context


def names(context: Context) -> dict[str, Any]:
    """Return the class over libsox."""
    return backend_names(context, "sox")


SUBMODULE = Submodule(
    names, present=lambda context: context.release.backend_classes, goes_in_2_9=True
)
