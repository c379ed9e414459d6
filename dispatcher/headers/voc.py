"""Creative's VOC: blocks, each with its kind and a size of 3 bytes; kind 0 ends them."""

from collections.abc import Iterator

from dispatcher.headers.container import MOST_STEPS, Container, File, short

_LEFT_OUT = 9  # SoX counts the last 8 bytes of 16-bit sound, and the byte that ends it, in no block
_HEAD = 4  # bytes
_BEFORE_SOUND = {1: 2, 2: 0, 9: 12}  # bytes, by the kind of a block


def _blocks(file: File) -> Iterator[tuple[int, int, int]]:
    """Yield the kind and size of each block, and how many bytes there are from its content on."""
    at = file.number(20, 2, "little")
    for _ in range(MOST_STEPS):
        head = file.at(at, _HEAD)
        if len(head) < _HEAD or not head[0]:
            return
        size, at = int.from_bytes(head[1:], "little"), at + _HEAD
        yield head[0], size, file.size - at
        at += size


def longest_sound(file: File) -> int:
    """Return the most bytes of sound that one block has."""
    return max(
        (min(size, rest) - _BEFORE_SOUND.get(kind, size) for kind, size, rest in _blocks(file)),
        default=0,
    )


def _missing(file: File) -> str | None:
    for _, size, rest in _blocks(file):
        if rest + _HEAD == _LEFT_OUT:
            return None
        if size > rest:
            return short("its last block", size, rest)
    return None


CONTAINER = Container("voc", b"Crea", missing=_missing)
