"""``torchaudio._internal``: torch's two download functions, which public code imports from here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compat.contents.lazy import Lazy
from compat.contents.submodule import Submodule

if TYPE_CHECKING:
    from compat.contents.context import Context


def _of_hub(name: str) -> Any:
    import torch

    return getattr(torch.hub, name)


def names(context: Context) -> dict[str, Any]:
    """Return ``download_url_to_file`` and ``load_state_dict_from_url`` of ``torch.hub``."""
    return {
        name: Lazy(lambda name=name: _of_hub(name))  # type: ignore[misc]
        for name in ("download_url_to_file", "load_state_dict_from_url")
    }


SUBMODULE = Submodule(names, stands_in=True)
