"""``torchaudio.transforms``: of a stand-in, ``Resample`` only."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from compat.lazy import Lazy

if TYPE_CHECKING:
    from compat.context import Context

STANDS_IN = True


@functools.cache
def _resample_class(module: str) -> type:
    """Return the class under the name of the module that it stands in, by which pickle finds it."""
    from compat.resampling import Resample  # imports torch

    return type("Resample", (Resample,), {"__module__": module, "__doc__": Resample.__doc__})


def names(context: Context) -> dict[str, Any]:
    """``Resample``, which needs torch when it is first reached for."""
    return {"Resample": Lazy(functools.partial(_resample_class, f"{context.host.__name__}.transforms"))}
