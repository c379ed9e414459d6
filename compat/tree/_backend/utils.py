"""``torchaudio._backend.utils``: which public code asks for the backends at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compat.tree._backend import CLASSES, backend_class, getters
from dispatcher import AudioMetaData, Backend
from dispatcher.errors import ArgumentError

if TYPE_CHECKING:
    from compat.context import Context

GOES_IN_2_9 = True


def names(context: Context) -> dict[str, Any]:
    """The functions of the dispatcher, and ``get_available_backends``."""

    def get_available_backends() -> dict[str, type]:
        """The classes of the backends that work here, by name, in the order in which they are asked."""
        return {name: backend_class(context, name) for name in context.chooser.available() if name in CLASSES}

    def get_backend(backend_name: str, backends: dict[str, type]) -> type:
        """Return one of these classes.

        Raises:
            ValueError: none has the name.
        """
        if backend_name not in backends:
            raise ArgumentError(f"there is no backend {backend_name!r}; there is {', '.join(backends) or 'none'}")
        return backends[backend_name]

    functions = {name: function for name, function in vars(context.per_call).items() if name != "list_audio_backends"}
    classes = {CLASSES[name]: backend_class(context, name) for name in CLASSES}
    found = {"get_available_backends": get_available_backends, "get_backend": get_backend, **getters(context), **classes}
    return {**functions, **found, "AudioMetaData": AudioMetaData, "Backend": Backend}
