"""``torchaudio.transforms``: in a stand-in only ``Resample``."""

import functools
from typing import Any

from compat.contents.submodule import Context, Lazy, Submodule


@functools.cache
def _resample_class(module: str) -> type:
    """Return the class under the name of the module that defines it, by which pickle finds it.

    That is the releases' name, so a pickled transform loads in a stand-in and in a real torchaudio.
    """
    from compat.contents.resampling import Resample  # imports torch

    return type("Resample", (Resample,), {"__module__": module, "__doc__": Resample.__doc__})


def names(context: Context) -> dict[str, Any]:
    """Return ``Resample``, which needs torch when it is first read."""
    home = f"{context.host.__name__}.transforms._transforms"
    return {"Resample": Lazy(functools.partial(_resample_class, home))}


SUBMODULE = Submodule(names, stands_in=True)
