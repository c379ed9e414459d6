"""``torchaudio.backend.utils``: until 2.1. In 2.1 these functions switch the backend even where the dispatcher is on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compat import tree

if TYPE_CHECKING:
    from compat.context import Context

GOES_IN_2_9 = True


def present(context: Context) -> bool:
    """Until 2.1."""
    return context.release.backend_setters


def names(context: Context) -> dict[str, Any]:
    """The functions of ``torchaudio`` itself in 2.0; after it the plain ones, which do not ask for the dispatcher."""
    if context.release.legacy_getter:
        return tree.setters(context)
    legacy = context.global_backend
    return {
        "set_audio_backend": legacy.set_audio_backend,
        "get_audio_backend": legacy.get_audio_backend,
        "list_audio_backends": legacy.list_audio_backends,
    }
