"""``torchaudio._internal``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from compat.context import Context

STANDS_IN = True


def names(context: Context) -> dict[str, Any]:
    """Nothing beside its submodule."""
    return {}
