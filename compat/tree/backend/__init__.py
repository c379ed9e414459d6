"""``torchaudio.backend``: the package of the global backend, with its functions only until 2.1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compat.contents.submodule import Submodule
from compat.tree._backend import getters
from compat.tree.backend import utils

if TYPE_CHECKING:
    from compat.contents.context import Context


def names(context: Context) -> dict[str, Any]:
    """Return the functions of the global backend, if the release has them here.

    In 2.0 the getters of the per-call functions are here too.
    """
    functions = getters(context) if context.release.legacy_getter else {}
    return {**functions, **utils.names(context)} if context.release.backend_setters else {}


SUBMODULE = Submodule(names, goes_in_2_9=True)
