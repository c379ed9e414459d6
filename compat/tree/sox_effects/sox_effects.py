"""``torchaudio.sox_effects.sox_effects``: where the releases define these functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compat.contents import parts
from compat.tree import sox_effects
from compat.tree.utils import sox_utils

if TYPE_CHECKING:
    from compat.contents.context import Context

STANDS_IN = True
GOES_IN_2_9 = True
works: parts.Works = parts.sox_works


def names(context: Context) -> dict[str, Any]:
    """Return the functions of ``torchaudio.sox_effects``, and ``list_effects``."""
    return {**sox_effects.names(context), "list_effects": sox_utils.names(context)["list_effects"]}
