"""Replace a function of torchaudio's Python part by an operator that is faster."""

from __future__ import annotations

import sys
import types

# since 2.9 this is Python that convolves and then filters; up to 2.8 it is the operator itself
_MODULE, _NAME = "torchaudio.functional.filtering", "_lfilter"


def replace() -> list[tuple[types.ModuleType, str, object]]:
    """Put the operator in the place of the Python function, after torchaudio was imported.

    Returns:
        The replaced function, to be put back: module, name and function; empty if there is none.
    """
    import torch

    module = sys.modules.get(_MODULE)
    function = getattr(module, _NAME, None)
    if not isinstance(module, types.ModuleType) or not isinstance(function, types.FunctionType):
        return []
    setattr(module, _NAME, getattr(torch.ops.torchaudio, _NAME))
    return [(module, _NAME, function)]
