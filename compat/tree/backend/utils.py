"""``torchaudio.backend.utils``: until 2.1.

In 2.1 its functions switch the backend even with the dispatcher on.
"""

from typing import Any

from compat import tree
from compat.contents.context import Context
from compat.contents.submodule import Submodule


def names(context: Context) -> dict[str, Any]:
    """Return ``torchaudio``'s own functions in 2.0; in 2.1 those that ignore the dispatcher."""
    if context.release.legacy_getter:
        return tree.setters(context)
    legacy = context.global_backend
    return {
        "set_audio_backend": legacy.set_audio_backend,
        "get_audio_backend": legacy.get_audio_backend,
        "list_audio_backends": legacy.list_audio_backends,
    }


SUBMODULE = Submodule(
    names, present=lambda context: context.release.backend_setters, goes_in_2_9=True
)
