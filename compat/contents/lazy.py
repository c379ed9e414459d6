"""Make a value of a module tree on its first use."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any


@dataclasses.dataclass(frozen=True)
class Lazy:
    """A value that ``make()`` returns; it is called once."""

    make: Callable[[], Any]
