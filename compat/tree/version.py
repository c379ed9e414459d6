"""``torchaudio.version``: the pinned release, by which old code chooses its branch."""

from typing import Any

from compat.contents.submodule import Context, Submodule


def names(context: Context) -> dict[str, Any]:
    """Return the pinned version, unless the flag ``real_version`` keeps the real torchaudio's."""
    if context.over_real and context.release.real_version:
        return {}
    pinned = {"__version__": f"{context.release.last_patch}+compat"}
    return pinned if context.over_real else {**pinned, "git_version": "Unknown"}


SUBMODULE = Submodule(names, merges=True)
