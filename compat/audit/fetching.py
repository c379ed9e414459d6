"""A file behind a URL as a file on this machine, for as long as it is compared.

It is fetched once and both sides get a path: libsox takes nothing else, and a release is compared on the file, not on how it
reads from a network.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator

from compat.audit.inputs import formats, sources


class FetchError(Exception):
    """A URL could not be read; the text says why."""


@contextlib.contextmanager
def local(place: str, folder: str = "") -> Iterator[str]:
    """A path that holds what ``place`` holds; a relative one starts from ``folder``.

    Raises:
        FetchError: it cannot be fetched.
    """
    if not sources.is_url(place):
        yield os.path.join(folder, place)
        return
    extension = formats.extension(place)
    handle, path = tempfile.mkstemp(prefix="audit-", suffix=f".{extension}" if extension.isalnum() else "")
    os.close(handle)
    try:
        try:
            system, name = sources.opened(place)
            system.get_file(name, path)
        except Exception as why:
            raise FetchError(f"cannot fetch {place!r} ({type(why).__name__}: {why})") from why
        yield path
    finally:
        with contextlib.suppress(OSError):
            os.unlink(path)


def counterpart(place: str) -> str:
    """The new side's own file; where there is none of that name, the one that ends in .wav, which is what a decoded copy is."""
    if not sources.is_url(place) and not os.path.exists(place):
        decoded = f"{os.path.splitext(place)[0]}.wav"
        if os.path.exists(decoded):
            return decoded
    return place
