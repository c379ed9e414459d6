"""Make a value of a module tree on its first use."""

import dataclasses
import functools
import pkgutil
from collections.abc import Callable
from typing import Any


@dataclasses.dataclass(frozen=True)
class Lazy:
    """A value that ``make()`` returns; it is called once."""

    make: Callable[[], Any]


def imported(name: str) -> Lazy:
    """Return a value that is imported on its first use; its name is ``MODULE:NAME``."""
    return Lazy(functools.partial(pkgutil.resolve_name, name))
