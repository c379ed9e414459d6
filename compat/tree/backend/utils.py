"""``torchaudio.backend.utils``: until 2.1.

In 2.1 its functions switch the backend even with the dispatcher on.
"""

from typing import Any

from compat import tree
from compat.contents.submodule import Context, Submodule


def names(context: Context) -> dict[str, Any]:
    """Return ``torchaudio``'s own functions in 2.0; in 2.1 those that ignore the dispatcher."""
    if context.release.legacy_getter:
        return tree.setters(context)
    return dict(context.once("backend.utils", lambda: _functions(context)))


def _functions(context: Context) -> dict[str, Any]:
    """Return functions, which pickle finds by name; it does not find bound methods."""
    legacy = context.global_backend

    def set_audio_backend(backend: str | None) -> None:
        """Put a backend's ``load``, ``save`` and ``info`` into ``torchaudio``.

        Raises:
            RuntimeError: the backend is unknown or does not work here.
        """
        legacy.set_audio_backend(backend)

    def get_audio_backend() -> str | None:
        """Return the name of the backend whose ``load`` is in ``torchaudio``.

        Raises:
            ValueError: the function there belongs to no backend.
        """
        return legacy.get_audio_backend()

    def list_audio_backends() -> list[str]:
        """Return the names of the global backends that work here."""
        return legacy.list_audio_backends()

    found = (set_audio_backend, get_audio_backend, list_audio_backends)
    return {function.__name__: function for function in found}


SUBMODULE = Submodule(
    names, present=lambda context: context.release.backend_setters, goes_in_2_9=True
)
