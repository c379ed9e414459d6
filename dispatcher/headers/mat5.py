"""MATLAB 5: elements, with numbers in the order that its header names."""

from dispatcher.headers.container import Container, File, Order, chunks, short


def _missing(file: File) -> str | None:
    order: Order = "little" if file.at(126, 2) == b"IM" else "big"
    for _, at, size in chunks(file, 128, order, padding=8):
        if at - 8 + size > file.size:  # libsndfile counts the eight bytes of the header twice
            return short("its last matrix", size, file.size - at)
    return None


CONTAINER = Container("mat", b"MATL", missing=_missing)
