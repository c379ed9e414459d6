"""``torchaudio._backend.utils``: which public code asks for the backends at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compat.tree._backend import CLASSES, backend_class
from dispatcher import AudioMetaData, Backend

if TYPE_CHECKING:
    from compat.context import Context

GOES_IN_2_9 = True


def names(context: Context) -> dict[str, Any]:
    """The functions of the dispatcher, and ``get_available_backends``."""

    def get_available_backends() -> dict[str, type]:
        """The classes of the backends that work here, by name, in the order in which they are asked."""
        return {name: backend_class(context, CLASSES[name], name) for name in context.chooser.available() if name in CLASSES}

    functions = {name: function for name, function in vars(context.per_call).items() if name != "list_audio_backends"}
    return {**functions, "get_available_backends": get_available_backends, "AudioMetaData": AudioMetaData, "Backend": Backend}
