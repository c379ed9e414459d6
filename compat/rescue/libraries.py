"""Find shared libraries that are cut off.

Loading one ends the process (SIGBUS), and raises no exception.
"""

import pathlib
import struct
from collections.abc import Iterator

_ELF = struct.Struct(
    "<4sBB 10x 24x Q 10x HH"
)  # magic, class, byte order, e_shoff, e_shentsize, e_shnum


def cut_off(folder: pathlib.Path) -> Iterator[pathlib.Path]:
    """Yield the 64-bit ELF files in a folder that are shorter than their own header says."""
    for path in sorted(folder.glob("*.so")):
        with path.open("rb") as stream:
            head = stream.read(_ELF.size)
        if len(head) < _ELF.size:
            yield path
            continue
        magic, bits, order, sections, size, count = _ELF.unpack(head)
        is_little_64 = magic == b"\x7fELF" and (bits, order) == (2, 1)
        if is_little_64 and path.stat().st_size < sections + size * count:
            yield path
