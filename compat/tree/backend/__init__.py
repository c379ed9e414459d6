"""``torchaudio.backend``: the global mechanism's package, with its functions until 2.1 and empty of them after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compat.tree._backend import getters
from compat.tree.backend import utils

if TYPE_CHECKING:
    from compat.context import Context

GOES_IN_2_9 = True


def names(context: Context) -> dict[str, Any]:
    """Return the setter, the getter and the lister, where the release has them here; in 2.0 also what gives the per-call functions."""
    functions = getters(context) if context.release.legacy_getter else {}
    return {**functions, **utils.names(context)} if utils.present(context) else {}
