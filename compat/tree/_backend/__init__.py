"""``torchaudio._backend``: the dispatcher's package.

In 2.0 it is there without an import only if the dispatcher is on.
"""

import functools
from collections.abc import Callable
from typing import Any

from compat import tree
from compat.contents.context import Context
from compat.contents.submodule import Submodule
from compat.names.backends import BACKENDS
from dispatcher import AudioMetaData, Backend

# a module that 2.1 added
from_2_1 = functools.partial(
    Submodule, present=lambda context: context.release.backend_classes, goes_in_2_9=True
)
CLASSES = {name: backend.class_name for name, backend in BACKENDS.items()}


def names(context: Context) -> dict[str, Any]:
    """Return the per-call functions and their getters; from 2.1 on also the global backend's."""
    functions = {name: getattr(context.per_call, name) for name in ("info", "load", "save")}
    found = {**functions, **getters(context), "AudioMetaData": AudioMetaData}
    return {**found, **tree.setters(context)} if context.release.backend_classes else found


def getters(context: Context) -> dict[str, Any]:
    """Return ``get_info_func``, ``get_load_func`` and ``get_save_func``."""

    def get_info_func() -> Callable[..., Any]:
        """Return ``info`` of the dispatcher, whether that is on or off."""
        return context.per_call.info

    def get_load_func() -> Callable[..., Any]:
        """Return ``load`` of the dispatcher, whether that is on or off."""
        return context.per_call.load

    def get_save_func() -> Callable[..., Any]:
        """Return ``save`` of the dispatcher, whether that is on or off."""
        return context.per_call.save

    return {
        function.__name__: function for function in (get_info_func, get_load_func, get_save_func)
    }


def backend_class(context: Context, backend: str) -> type:
    """Return the class of a backend, always the same object."""
    return context.once(  # type: ignore[no-any-return]
        f"class of {backend}", lambda: _backend_class(context, CLASSES[backend], backend)
    )


def backend_names(context: Context, backend: str) -> dict[str, Any]:
    """Return the names of a backend's module: its class, and those of the classes it uses."""
    return {
        CLASSES[backend]: backend_class(context, backend),
        "AudioMetaData": AudioMetaData,
        "Backend": Backend,
    }


def _backend_class(context: Context, name: str, backend: str) -> type:
    """Return a class with the static functions of a backend in 2.1 to 2.8.

    They are ``info``, ``load``, ``save``, ``can_decode`` and ``can_encode``.
    """

    def bound(function: Any) -> Any:
        return staticmethod(functools.partial(function, backend=backend))

    def can(refuses: str) -> Any:
        return staticmethod(
            lambda uri, format=None: (
                getattr(context.registry.get(backend), refuses)(uri, format) is None
            )
        )

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


SUBMODULE = Submodule(
    names,
    attached=lambda context: context.release.backend_classes or context.dispatcher_on,
    goes_in_2_9=True,
)
