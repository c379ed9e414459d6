"""Refuse joined files whose parts differ: FFmpeg stops there, or decodes all as the first."""

import contextlib
from typing import Any

from dispatcher.errors import BackendError
from dispatcher.headers import registry
from dispatcher.reading import joined_files

# by FFmpeg's name, those of whose parts FFmpeg reads the first header only
_AS_THE_FIRST = {"matroska,webm": "mka", "nut": "nut", "avi": "avi"}


def refuse_change(container: Any) -> str:
    """Refuse a joined file whose parts differ in codec, sample rate or channels.

    FFmpeg stops at such a joint as it does at damage, and at the tags between other parts.

    Returns:
        Where the second part begins and what to do, or "" for a file that is not joined.

    Raises:
        BackendError: the parts differ; the text gives the place and what to do.
    """
    kind, found = container.format.name, []
    if kind not in registry.joinable():
        return ""
    uri = uri_of(container)
    with contextlib.suppress(BackendError):
        found = joined_files.of(uri, (kind,), 0)
    if cause := joined_files.change(found):
        raise BackendError(f"{cause}. {joined_files.mend(uri, found)}")
    if len(found) < 2:
        return ""
    return f"another file begins at byte {found[1].begin}. {joined_files.cut(uri, found[1])}"


def refuse_joined(container: Any, place: Any) -> None:
    """Refuse joined Matroska, NUT and AVI whose parts differ: FFmpeg decodes all as the first is.

    ``place`` is the open file, or what FFmpeg reads from.

    Raises:
        BackendError: the parts differ; the text gives the place and what to do.
    """
    kind = _AS_THE_FIRST.get(container.format.name)
    found = joined_files.of(place, (kind,), 0) if kind else []
    if cause := joined_files.change(found):
        raise BackendError(f"{cause}. {joined_files.mend(uri_of(container), found)}")


def uri_of(container: Any) -> Any:
    """Return the path or the file object that a container reads."""
    file = container.file
    if file is None:
        return container.name.removeprefix("file:")
    return file.file if type(file).__name__ == "PyIOFile" else file  # PyAV's own wrapping
