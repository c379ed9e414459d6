"""NUT: packets behind start codes. It is here for its joints only."""

import re

from dispatcher.headers.container import Container, File, Part

_MAGIC = b"nut/multimedia container\0"
_BEGINS = re.compile(_MAGIC)


def _parts(file: File) -> list[Part]:
    """Find the parts of a joined file: FFmpeg reads a later one's headers as packets of sound."""
    return [Part("nut", found.start(), 0, 0) for found in _BEGINS.finditer(file.all())]


CONTAINER = Container("nut", _MAGIC, parts=_parts)
