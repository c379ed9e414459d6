"""Replace files in one step, as all our commands do."""

import contextlib
import os
from collections.abc import Iterable, Iterator

from compat.commands.arguments import UsageError
from dispatcher import atomic_files


@contextlib.contextmanager
def replaced(path: str) -> Iterator[str]:
    """Yield a path to write to; put what is there in the place of ``path``, unless an error comes.

    Symbolic links are followed. What is no regular file (``/dev/stdout``, a pipe) is written to as
    it is.
    """
    if os.path.exists(path) and not os.path.isfile(path):
        yield path
        return
    with atomic_files.replaced(os.path.realpath(path)) as place:
        yield place


def write(path: str, parts: Iterable[str]) -> None:
    r"""Replace a text file by these parts, in UTF-8 with ``\n`` at the ends of lines.

    A byte of a file's name that is no text is written as ``\udcff``, as JSON has it.

    Raises:
        OSError: it cannot be written; it is left as it was.
    """
    with (
        replaced(path) as place,
        open(place, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file,
    ):
        file.writelines(parts)


def write_for(option: str, path: str, parts: Iterable[str]) -> None:
    """Do the same to the file that an option names.

    Raises:
        UsageError: it cannot be written; it is left as it was.
    """
    try:
        write(path, parts)
    except OSError as why:
        raise UsageError(
            f"{option} {path}: it cannot be written: {why.strerror}; "
            "name a file in a folder that is there"
        ) from why
