"""``torchaudio.backend._no_backend``: from 2.1 on, where using ``no_backend`` warns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compat.tree.backend import no_backend

if TYPE_CHECKING:
    from compat.contents.context import Context

GOES_IN_2_9 = True


def present(context: Context) -> bool:
    """Return whether the release is 2.1 or later."""
    return context.release.backend_modules_warn


def attached(context: Context) -> bool:
    """Return False: the releases import it only on demand."""
    return False


def names(context: Context) -> dict[str, Any]:
    """Return the functions that raise RuntimeError."""
    return no_backend.names(context)
