"""Put the operators of a release into ``torch.ops``, and in the place of a slower function."""

from __future__ import annotations

import sys
import types
from typing import Any

from compat.operators import declaration
from dispatcher import forks
from dispatcher.lazily import torch

_shared = forks.Shared()
_release = ""
_libraries: dict[str, Any] = {}
_names: tuple[str, ...] = ()
# by the name of every operator ever defined, a library that keeps its entry
_places: dict[str, Any] = {}
_NO_DEVICE = "PrivateUse3"
# since 2.9 this is Python that convolves and then filters; up to 2.8 it is the operator itself
_FILTERING, _LFILTER = "torchaudio.functional.filtering", "_lfilter"


def register(release: str) -> tuple[str, ...]:
    """Define the operators that a release of torchaudio expects of its compiled part.

    Call it before torchaudio's Python part is imported, which looks up operators at import. A
    second call for the same release does nothing; a call for another one replaces the operators.
    What a compiled torchaudio or other code has defined stays.

    Args:
        release: such as ``"2.8.0"``; operators of one name differ between releases.

    Returns:
        The names that are defined, such as ``torchaudio::forced_align``.
    """
    global _release, _names
    with _shared.lock:
        if _release == release:
            return _names
        unregister()
        try:
            _names = tuple(
                _define(operator)
                for operator in declaration.operators()
                if operator.serves(release)
                and not hasattr(getattr(torch.ops, operator.namespace), operator.name)
            )
        except BaseException:
            unregister()
            raise
        _release = release
        return _names


def registered() -> tuple[str, ...]:
    """Return the names that ``register`` has defined."""
    return _names


def unregister() -> None:
    """Remove what ``register`` has defined, so that a compiled torchaudio can be loaded.

    From then on, functions of torchaudio that call these operators raise AttributeError or
    RuntimeError.
    """
    global _release, _names
    with _shared.lock:
        for library in _libraries.values():
            # before torch 2.1 a library removes its operators when it is deleted
            if hasattr(library, "_destroy"):
                library._destroy()
        _libraries.clear()
        for full in _names:  # `torch.ops` keeps operators as attributes after a look-up
            namespace, _, name = full.partition("::")
            vars(getattr(torch.ops, namespace)).pop(name, None)
        _release, _names = "", ()


def _define(operator: declaration.Operator) -> str:
    library = _libraries.get(operator.namespace) or fragment(operator.namespace)
    _libraries[operator.namespace] = library
    library.define(operator.schema)
    for key, kernel in operator.kernels.items():
        library.impl(operator.name, kernel, key)
    name = f"{operator.namespace}::{operator.name}"
    if name not in _places:
        # So torch keeps the entry after the operator is unregistered, and a function that was
        # looked up earlier raises RuntimeError. Without the entry torch reads freed memory: the
        # process ends (2.0), or may (2.13).
        make: Any = torch.library.Library
        _places[name] = make(operator.namespace, "IMPL")
        _places[name].impl(operator.name, _refuse, _NO_DEVICE)
    return name


def fragment(namespace: str) -> Any:
    """Return a library that defines operators in a namespace, beside others that do."""
    make: Any = torch.library.Library
    try:
        return make(namespace, "FRAGMENT")
    except ValueError:  # torch 2.0: only its C++ part knows fragments
        library = make(namespace, "IMPL")
        library.m = torch._C._dispatch_library("FRAGMENT", namespace, "", __file__, 0)
        return library


def _refuse(*arguments: Any) -> None:
    raise RuntimeError(f"there is no kernel for the device {_NO_DEVICE}")


def replace_lfilter() -> list[tuple[types.ModuleType, str, object]]:
    """Put the operator in the place of the Python function, after torchaudio was imported.

    Returns:
        The replaced function, to be put back: module, name and function; empty if there is none.
    """
    module = sys.modules.get(_FILTERING)
    function = getattr(module, _LFILTER, None)
    if not isinstance(module, types.ModuleType) or not isinstance(function, types.FunctionType):
        return []
    setattr(module, _LFILTER, getattr(torch.ops.torchaudio, _LFILTER))
    return [(module, _LFILTER, function)]
