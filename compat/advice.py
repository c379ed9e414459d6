"""The words for what is not there."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from compat import gone
from compat.deprecations import FACTS

if TYPE_CHECKING:
    from compat.context import Context


def missing(name: str, context: Context) -> str:
    """Why ``torchaudio.NAME`` is not there, and what to write or install instead."""
    full = f"{context.host.__name__}.{name}"
    lost = went(name, context)
    if lost:
        return lost
    if context.over_real:
        return f"{full} is not there: the installed torchaudio has no {name.partition('.')[0]}, and that of torchaudio-compat has no more."
    text = f"{full} is not there: this is the stand-in of torchaudio-compat, which has torchaudio's I/O"
    if context.broken:
        return f"{text}, because the installed torchaudio does not import: {context.broken} `python -m compat.doctor` tells more."
    return f"{text}. For the rest install torchaudio itself: {_install()}"


def went(name: str, context: Context) -> str:
    """Since when ``torchaudio.NAME`` is gone and what replaces it; "" where it did not go."""
    lost = gone.of(name, context.release)
    return f"{context.host.__name__}.{name} is gone since torchaudio {lost.removed_in}. {lost.advice}" if lost else ""


def removed(name: str, context: Context) -> str:
    """That the pinned release lacks ``torchaudio.NAME``."""
    fact = FACTS.get(name)
    words = f"; it went in {fact.removed_in}. {fact.advice}" if fact else ""
    return f"{context.host.__name__}.{name} does not exist in torchaudio {context.release.name}{words}"


@functools.cache
def _install() -> str:
    """The command that installs the torchaudio documented for the torch that is here."""
    from compat.doctor import dists, pairs

    torch = dists.first("torch")
    row = pairs.of_torch(torch.version) if torch else None
    if torch is None or row is None:
        return "pip install torchaudio, of the release that `python -m compat.doctor --pins all` lists beside your torch"
    source = f" --index-url {pairs.index(torch.build)}" if torch.build else ""
    return f"pip install torchaudio=={row.torchaudio}{source}"
