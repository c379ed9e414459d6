"""``torchaudio._backend``: the dispatcher's package.

In 2.0 it is there without an import only if the dispatcher is on.
"""

import abc
import functools
from collections.abc import Callable
from typing import Any

from compat import tree
from compat.contents.submodule import Context, Submodule
from compat.names.backends import BACKENDS
from dispatcher import AudioMetaData, everyday

# a module that 2.1 added
from_2_1 = functools.partial(
    Submodule, present=lambda context: context.release.backend_classes, goes_in_2_9=True
)


def _abstract(*args: Any, **kwargs: Any) -> Any: ...


_FUNCTIONS = ("info", "load", "save", "can_decode", "can_encode")
Backend: Any = abc.ABCMeta(
    "Backend",
    (),
    {
        "__doc__": "The base class of the backends' classes, whose functions are static.",
        **dict.fromkeys(_FUNCTIONS, staticmethod(abc.abstractmethod(_abstract))),
    },
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
    """Return a class with the static functions of a backend in 2.1 to 2.8."""

    def info(uri: Any, format: str | None, buffer_size: int = 4096) -> Any:
        return context.per_call.info(uri, format, buffer_size, backend)

    def can_decode(uri: Any, format: str | None) -> bool:
        return context.registry.get(backend).refuses_to_read(uri, format) is None

    def can_encode(uri: Any, format: str | None) -> bool:
        return context.registry.get(backend).refuses_to_write(uri, format) is None

    functions = (
        *(info, can_decode, can_encode),
        everyday.without(context.per_call.load, "backend", backend=backend),
        everyday.without(context.per_call.save, "backend", backend=backend),
    )
    module = f"{context.host.__name__}._backend.{backend}"
    doc = f"The backend {backend!r} of the per-call functions."
    found = {function.__name__: staticmethod(function) for function in functions}
    return type(name, (Backend,), {"__doc__": doc, "__module__": module, **found})


SUBMODULE = Submodule(
    names,
    attached=lambda context: context.release.backend_classes or context.dispatcher_on,
    goes_in_2_9=True,
)
