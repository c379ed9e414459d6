"""``torchaudio._backend.utils``: public code finds the available backends here."""

from typing import Any

from compat.contents.submodule import Context, Submodule
from compat.tree._backend import CLASSES, Backend, backend_class, getters
from dispatcher import AudioMetaData
from dispatcher.errors import ArgumentError


def names(context: Context) -> dict[str, Any]:
    """Return the functions of the dispatcher, ``get_available_backends`` and ``get_backend``."""

    def get_available_backends() -> dict[str, type]:
        """Return the classes of the backends that work here, by name.

        They are in the order in which backends are asked.
        """
        return {
            name: backend_class(context, name)
            for name in context.chooser.available()
            if name in CLASSES
        }

    def get_backend(backend_name: str, backends: dict[str, type]) -> type:
        """Return one of these classes.

        Raises:
            ValueError: none has the name.
        """
        if backend_name not in backends:
            raise ArgumentError(
                f"there is no backend {backend_name!r}; there is {', '.join(backends) or 'none'}"
            )
        return backends[backend_name]

    functions = {
        name: function
        for name, function in vars(context.per_call).items()
        if name != "list_audio_backends"
    }
    classes = {CLASSES[name]: backend_class(context, name) for name in CLASSES}
    found = {
        "get_available_backends": get_available_backends,
        "get_backend": get_backend,
        **getters(context),
        **classes,
    }
    return {**functions, **found, "AudioMetaData": AudioMetaData, "Backend": Backend}


SUBMODULE = Submodule(names, goes_in_2_9=True)
