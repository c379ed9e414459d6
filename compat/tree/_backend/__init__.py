"""``torchaudio._backend``: the dispatcher's package; in 2.0 there without an import only where the dispatcher is on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compat import tree

if TYPE_CHECKING:
    from compat.context import Context


def attached(context: Context) -> bool:
    """Whether the release imports it by itself."""
    return context.release.backend_classes or context.dispatcher_on


def names(context: Context) -> dict[str, Any]:
    """The setter, the getter and the lister, from 2.1 on."""
    return tree.setters(context) if context.release.backend_classes else {}
