"""Hold a file to compare, as it was found."""

import contextlib
import hashlib
from typing import NamedTuple


class Item(NamedTuple):
    """One file.

    Attributes:
        path: a local path, or a URL.
        stamp: shows whether it was changed: size and time, or an ETag; "" if the listing has
            neither.
        size: in bytes; 0 if the listing does not tell.
        other: the file that the new side reads, if that is another; otherwise "".
    """

    path: str
    stamp: str = ""
    size: int = 0
    other: str = ""

    @property
    def key(self) -> int:
        """Return a 64-bit number for this state of this file."""
        return key(self.path, self.stamp)


def key(path: str, stamp: str) -> int:
    """Return a 64-bit number for one state of one file.

    Among 10 million files, two share a number with a chance of 1 in 300,000.
    """
    return number(f"{path}\0{stamp}")


def number(text: str) -> int:
    """Return a 64-bit number for a text, evenly spread and the same on every machine."""
    return int.from_bytes(hashlib.blake2b(storable(text).encode(), digest_size=8).digest(), "big")


def storable(text: str) -> str:
    """Return a text with bytes that are not UTF-8 escaped, the same in every locale.

    In an ASCII locale, each byte of a name in UTF-8 comes as a surrogate.
    """
    with contextlib.suppress(UnicodeEncodeError):  # half of a UTF-16 pair
        text = text.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
    return text.encode("utf-8", "backslashreplace").decode()
