"""Declare a submodule of torchaudio, and values that it makes on their first use.

Each file of ``compat.tree`` has a declaration, named ``SUBMODULE``. It imports what it needs for
that from here.
"""

import dataclasses
import functools
import pkgutil
from collections.abc import Callable
from typing import Any, TypeAlias

from compat.contents.context import Context

__all__ = ["Condition", "Context", "Lazy", "Submodule", "always", "imported"]

Condition: TypeAlias = Callable[[Context], bool]


def always(context: Context) -> bool:
    """Return True."""
    return True


@dataclasses.dataclass(frozen=True)
class Submodule:
    """What a submodule holds, in which releases it is there, and how it meets a real torchaudio.

    Attributes:
        names: returns the module's names for a release.
        present: whether the release has the module.
        attached: whether its parent has it as an attribute without an import.
        goes_in_2_9: it is there only with the flag ``old_names``; its functions warn with the flag
            ``names_warn``.
        warns: reading a name from it warns, from 2.1 on; as in the releases, also a name that it
            lacks.
        warns_of_missing: whether a name that it lacks warns, too.
        stands_in: a real torchaudio that has this submodule keeps its own, if that works.
        works: whether a real torchaudio's own works; if not, it counts as missing.
        follows_pin: names that we replace in a real torchaudio whose release is not the pinned one.
        merges: in a real torchaudio our names are added to the real module, instead of replacing
            it.
    """

    names: Callable[[Context], dict[str, Any]]
    _: dataclasses.KW_ONLY
    present: Condition = always
    attached: Condition = always
    goes_in_2_9: bool = False
    warns: bool = False
    warns_of_missing: bool = True
    stands_in: bool = False
    works: Condition = always
    follows_pin: frozenset[str] = frozenset()
    merges: bool = False


@dataclasses.dataclass(frozen=True)
class Lazy:
    """A value that ``make()`` returns; it is called once."""

    make: Callable[[], Any]


def imported(name: str) -> Lazy:
    """Return a value that is imported on its first use; its name is ``MODULE:NAME``."""
    return Lazy(functools.partial(pkgutil.resolve_name, name))
