"""Write a file beside its place, then put it there in one step: nobody ever reads a half of it.

All our commands write files this way. ``dispatcher.target`` does it for audio, where a library does
the writing: the codemod must not import that package, and it must not import this one.
"""

import contextlib
import os
import secrets
from collections.abc import Iterable, Iterator

TEMPORARY = ".torchaudio-compat-"


@contextlib.contextmanager
def beside(path: str) -> Iterator[str]:
    """Yield a free path in the folder of a file; at the end, remove what is still there.

    It is chosen before the file exists, so that cleaning up after Ctrl-C finds it.
    """
    temporary = os.path.join(os.path.dirname(path), f"{TEMPORARY}{secrets.token_hex(8)}")
    try:
        yield temporary
    finally:
        with contextlib.suppress(OSError):
            os.unlink(temporary)


@contextlib.contextmanager
def replaced(path: str) -> Iterator[str]:
    """Yield a path to write to; put what is there in the place of ``path``, unless an error comes.

    Symbolic links are followed. What is no regular file (``/dev/stdout``, a pipe) is written to as
    it is.
    """
    real = os.path.realpath(path)
    if os.path.exists(real) and not os.path.isfile(real):
        yield path
        return
    with beside(real) as temporary:
        yield temporary
        os.replace(temporary, real)


def write(path: str, parts: Iterable[str]) -> None:
    r"""Replace a text file by these parts, in UTF-8 with ``\n`` at the ends of lines.

    Raises:
        OSError: it cannot be written; it is left as it was.
    """
    with replaced(path) as place, open(place, "w", encoding="utf-8", newline="\n") as file:
        file.writelines(parts)
