"""NUT: packets behind start codes, first the headers of the file and of its streams."""

import re

from dispatcher.headers.container import Container, File, Part

_MAGIC = b"nut/multimedia container\0"
_BEGINS = re.compile(_MAGIC)
# the start codes of tags and of sound, which come behind the headers
_BEHIND = re.compile(rb"NI\xab\x68\xb5\x96\xba\x78|NK\xe4\xad\xee\xca\x45\x69")
_LONGEST = 1 << 16


def _parts(file: File) -> list[Part]:
    """Find the parts of a joined file; their headers stand for rate, channels and codec."""
    data = file.all()
    starts = [found.start() for found in _BEGINS.finditer(data)]
    headers = (_BEHIND.split(data[at : at + _LONGEST], 1)[0] for at in starts)
    return [Part("nut", at, 0, 0, str(one)) for at, one in zip(starts, headers, strict=True)]


CONTAINER = Container("nut", _MAGIC, parts=_parts)
