"""``torchaudio._backend``: the dispatcher's package; in 2.0 there without an import only where the dispatcher is on."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from compat import tree

if TYPE_CHECKING:
    from compat.context import Context

GOES_IN_2_9 = True
CLASSES = {"ffmpeg": "FFmpegBackend", "sox": "SoXBackend", "soundfile": "SoundfileBackend"}


def attached(context: Context) -> bool:
    """Whether the release imports it by itself."""
    return context.release.backend_classes or context.dispatcher_on


def names(context: Context) -> dict[str, Any]:
    """The setter, the getter and the lister, from 2.1 on."""
    return tree.setters(context) if context.release.backend_classes else {}


def backend_class(context: Context, name: str, backend: str) -> type:
    """A class with the static functions by which 2.1 to 2.8 kept a backend: ``info``, ``load``, ``save``, ``can_...``."""

    def bound(function: Any) -> staticmethod[..., Any]:
        return staticmethod(functools.partial(function, backend=backend))

    def can(refuses: str) -> staticmethod[..., Any]:
        return staticmethod(lambda uri, format=None: getattr(context.registry.get(backend), refuses)(uri, format) is None)

    return type(
        name,
        (),
        {
            "__doc__": f"The backend {backend!r} of the per-call functions.",
            "info": bound(context.per_call.info),
            "load": bound(context.per_call.load),
            "save": bound(context.per_call.save),
            "can_decode": can("refuses_to_read"),
            "can_encode": can("refuses_to_write"),
        },
    )
