"""Replace functions of torchaudio's Python part by operators that are faster."""

from __future__ import annotations

import sys
import types

# since 2.9 this is Python that convolves and then filters; up to 2.8 it is the operator itself
_REPLACED = (("torchaudio.functional.filtering", "_lfilter"),)


def replace() -> list[tuple[types.ModuleType, str, object]]:
    """Put operators in the place of Python functions, after torchaudio was imported.

    Returns:
        The replaced functions, to be put back: module, name and function of each.
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
