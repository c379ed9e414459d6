"""``torchaudio.sox_effects.sox_effects``: where the releases define these functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compat.contents import parts
from compat.contents.submodule import Submodule
from compat.tree import sox_effects
from compat.tree.utils import sox_utils

if TYPE_CHECKING:
    from compat.contents.context import Context


def names(context: Context) -> dict[str, Any]:
    """Return the functions of ``torchaudio.sox_effects``, and ``list_effects``."""
    return {**sox_effects.names(context), "list_effects": sox_utils.names(context)["list_effects"]}


SUBMODULE = Submodule(names, goes_in_2_9=True, stands_in=True, works=parts.sox_works)
