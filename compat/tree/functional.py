"""``torchaudio.functional``: in a stand-in ``resample``, and until 2.8 ``apply_codec``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compat.contents import codec
from compat.contents.lazy import Lazy
from compat.contents.submodule import Submodule

if TYPE_CHECKING:
    from compat.contents.context import Context


def _resample() -> Any:
    from compat.contents.resampling import resample  # imports torch

    return resample


def names(context: Context) -> dict[str, Any]:
    """Return both; ``resample`` needs torch when it is first read."""
    found: dict[str, Any] = {"resample": Lazy(_resample)}
    if context.release.old_names:
        found["apply_codec"] = codec.function(context)
    return found


SUBMODULE = Submodule(names, stands_in=True, follows_pin=frozenset({"apply_codec"}))
