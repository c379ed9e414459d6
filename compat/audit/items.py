"""A file to compare, as it was found."""

from __future__ import annotations

import hashlib
from typing import NamedTuple


class Item(NamedTuple):
    """One file.

    Attributes:
        path: a local path, or a URL.
        stamp: what tells that it was changed: size and time, or an ETag; "" where listing it does not tell.
        size: in bytes; 0 where listing it does not tell.
        other: what the new side reads, where that is another file; otherwise "".
    """

    path: str
    stamp: str = ""
    size: int = 0
    other: str = ""

    @property
    def key(self) -> int:
        """A 64-bit number for this state of this file."""
        return key(self.path, self.stamp)


def key(path: str, stamp: str) -> int:
    """A 64-bit number for one state of one file; of 10 million two are the same with a chance of 1 in 300,000."""
    return number(f"{path}\0{stamp}")


def number(text: str) -> int:
    """A text as a 64-bit number, evenly spread and the same everywhere."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "backslashreplace"), digest_size=8).digest(), "big")
