"""``torchaudio.sox_effects.sox_effects``: where the releases define these functions."""

import dataclasses
from typing import Any

from compat.contents.context import Context
from compat.tree import sox_effects
from compat.tree.utils import sox_utils


def names(context: Context) -> dict[str, Any]:
    """Return the functions of ``torchaudio.sox_effects``, and ``list_effects``."""
    return {**sox_effects.names(context), "list_effects": sox_utils.names(context)["list_effects"]}


SUBMODULE = dataclasses.replace(sox_effects.SUBMODULE, names=names)
