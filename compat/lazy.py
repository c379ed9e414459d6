"""A name in a module tree whose value is made when it is first reached for."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any


@dataclasses.dataclass(frozen=True)
class Lazy:
    """``make()`` gives the value; it is called once."""

    make: Callable[[], Any]
