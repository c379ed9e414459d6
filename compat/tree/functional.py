"""``torchaudio.functional``: of a stand-in, ``resample`` only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compat.lazy import Lazy

if TYPE_CHECKING:
    from compat.context import Context

STANDS_IN = True


def _resample() -> Any:
    from compat.resampling import resample  # imports torch

    return resample


def names(context: Context) -> dict[str, Any]:
    """``resample``, which needs torch when it is first reached for."""
    return {"resample": Lazy(_resample)}
