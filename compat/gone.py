"""Names that old code reaches for and that a release lacks: since when, and what replaces them.

Those that went before 2.0 stand in ``compat.before_2_0``; those that went later in ``compat.deprecations``, with the release that
deprecated them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compat.before_2_0 import BEFORE_2_0, Gone
from compat.deprecations import FACTS

if TYPE_CHECKING:
    from compat.releases import Release


def of(name: str, release: Release) -> Gone | None:
    """What became of ``torchaudio.NAME`` before the release, by the name itself or by the module it was in; ``None`` if nothing did."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        path = ".".join(parts[:length])
        if path in BEFORE_2_0:
            return BEFORE_2_0[path]
        fact = FACTS.get(path)
        if fact is not None and fact.removed_in and not release.old_names:
            return Gone(fact.removed_in, fact.advice)
    return None


def has_names_in(path: str) -> bool:
    """Whether names went that were in the submodule itself."""
    return any(name.rpartition(".")[0] == path for name in BEFORE_2_0) if path else False
