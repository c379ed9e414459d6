"""``torchaudio.utils``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from compat.context import Context

MERGES = True


def names(context: Context) -> dict[str, Any]:
    """Nothing beside its submodules; a real torchaudio keeps what it has here."""
    return {}
