"""``torchaudio.utils``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compat.contents.submodule import Submodule
from compat.tree.utils import download

if TYPE_CHECKING:
    from compat.contents.context import Context


def names(context: Context) -> dict[str, Any]:
    """Return ``download_asset``, beside the submodules."""
    return download.names(context)


SUBMODULE = Submodule(names, stands_in=True)
