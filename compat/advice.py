"""The words for what a stand-in does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compat.deprecations import FACTS

if TYPE_CHECKING:
    from compat.context import Context


def missing(name: str, context: Context) -> str:
    """Why ``torchaudio.NAME`` is not there, and what to install."""
    text = f"{context.host.__name__}.{name} is not there: this is the stand-in of torchaudio-compat, which has torchaudio's I/O"
    if context.broken:
        return f"{text}, because the installed torchaudio does not import: {context.broken} `python -m compat.doctor` tells more."
    return f"{text}. For the rest install torchaudio itself, of the same release as torch: pip install torchaudio"


def removed(name: str, context: Context) -> str:
    """That the pinned release lacks ``torchaudio.NAME``."""
    fact = FACTS.get(name)
    words = f"; it went in {fact.removed_in}. {fact.advice}" if fact else ""
    return f"{context.host.__name__}.{name} does not exist in torchaudio {context.release.name}{words}"
