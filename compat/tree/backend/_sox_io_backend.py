"""``torchaudio.backend._sox_io_backend``: from 2.1 on, where using ``sox_io_backend`` warns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compat.tree.backend import sox_io_backend

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
    """Return libsox' functions, whatever backend is chosen."""
    return sox_io_backend.names(context)
