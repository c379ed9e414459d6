"""Creative's VOC: blocks, each with its kind and a size of 3 bytes; kind 0 ends them."""

from dispatcher.headers.container import MOST_STEPS, Container, File, short

_LEFT_OUT = 9  # SoX counts the last 8 bytes of 16-bit sound, and the byte that ends it, in no block


def _missing(file: File) -> str | None:
    at = file.number(20, 2, "little")
    for _ in range(MOST_STEPS):
        head = file.at(at, 4)
        size = int.from_bytes(head[1:], "little")
        if len(head) < 4 or not head[0] or file.size - at == _LEFT_OUT:
            return None
        if at + 4 + size > file.size:
            return short("its last block", size, file.size - at - 4)
        at += 4 + size
    return None


CONTAINER = Container("voc", b"Crea", missing=_missing)
