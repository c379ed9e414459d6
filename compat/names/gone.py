"""Look up names that a release lacks: since when, and what replaces them.

``compat.names.before_2_0`` has those that went before 2.0. ``compat.names.deprecations`` has those that went
later, with the release that deprecated them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compat.names.before_2_0 import BEFORE_2_0, Gone
from compat.names.deprecations import FACTS

if TYPE_CHECKING:
    from compat.releases import Release


def of(name: str, release: Release) -> Gone | None:
    """Return the entry for ``torchaudio.NAME`` or its module, if this release lacks it.

    Return ``None`` if no entry says so.
    """
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
    """Return whether any name of this very submodule went before 2.0."""
    return any(name.rpartition(".")[0] == path for name in BEFORE_2_0) if path else False
