"""``torchaudio.version``: the pinned release, by which old code chooses its branch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compat.contents.submodule import Submodule

if TYPE_CHECKING:
    from compat.contents.context import Context


def names(context: Context) -> dict[str, Any]:
    """Return the pinned version, unless the flag ``real_version`` keeps the real torchaudio's."""
    if context.over_real:
        return {} if context.release.real_version else {"__version__": _pinned(context)}
    return {"__version__": _pinned(context), "git_version": "Unknown"}


def _pinned(context: Context) -> str:
    return f"{context.release.last_patch}+compat"


SUBMODULE = Submodule(names, merges=True)
