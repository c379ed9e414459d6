"""Fetch a file behind a URL to this machine while it is compared.

It is fetched once and both sides get a path. libsox accepts nothing else, and the audit compares
how a release decodes a file, not how it reads from a network.
"""

import contextlib
import os
import tempfile
from collections.abc import Iterator

from compat.audit.inputs import formats, sources


class FetchError(Exception):
    """A URL that could not be read; the text gives the reason."""


@contextlib.contextmanager
def local(place: str, folder: str = "") -> Iterator[str]:
    """Yield a path with the content of ``place``; a relative one starts from ``folder``.

    Raises:
        FetchError: it cannot be fetched.
    """
    if not sources.is_url(place):
        yield os.path.join(folder, place)
        return
    extension = formats.extension(place)
    handle, path = tempfile.mkstemp(
        prefix="audit-", suffix=f".{extension}" if extension.isalnum() else ""
    )
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
    """Return the new side's file, or its decoded copy ending in .wav if only that exists."""
    if not sources.is_url(place) and not os.path.exists(place):
        decoded = f"{os.path.splitext(place)[0]}.wav"
        if os.path.exists(decoded):
            return decoded
    return place
