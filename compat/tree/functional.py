"""``torchaudio.functional``: in a stand-in ``resample``, and until 2.8 ``apply_codec``."""

from typing import Any

from compat.contents import codec, deprecations
from compat.contents.submodule import Context, Submodule, imported


def names(context: Context) -> dict[str, Any]:
    """Return both; ``resample`` needs torch when it is first read."""
    found: dict[str, Any] = {"resample": imported("compat.contents.resampling:resample")}
    if context.release.old_names:
        found["apply_codec"] = codec.function(context)
        if context.release.effector:  # what replaces it
            found["apply_codec"] = deprecations.warning(
                found["apply_codec"], "functional.apply_codec"
            )
    return found


SUBMODULE = Submodule(names, stands_in=True, follows_pin=frozenset({"apply_codec"}))
