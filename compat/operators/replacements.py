"""Functions of torchaudio's Python part that an operator does better."""

from __future__ import annotations

import sys
import types

# since 2.9 lfilter convolves and filters in two steps of Python; up to 2.8 the name is the operator already
_REPLACED = (("torchaudio.functional.filtering", "_lfilter"),)


def replace() -> list[tuple[types.ModuleType, str, object]]:
    """Put operators in the place of Python functions, after torchaudio was imported.

    Returns:
        What stood there: the module, the name and the function, to be put back.
    """
    import torch

    before: list[tuple[types.ModuleType, str, object]] = []
    for where, name in _REPLACED:
        module = sys.modules.get(where)
        function = getattr(module, name, None)
        if isinstance(module, types.ModuleType) and isinstance(function, types.FunctionType):
            before.append((module, name, function))
            setattr(module, name, getattr(torch.ops.torchaudio, name))
    return before
