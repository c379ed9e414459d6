"""Writing all files of a run or none: what a stopped run had written is undone by the next, from a journal of the old contents.

All new contents are written beside their files first. Then the journal is written, then the files change places, then the journal
goes. A run that finds a journal puts the old contents back, and works on a project in which nothing has happened.
"""

import base64
import contextlib
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, NamedTuple

from compat.codemod.files import writing

try:
    import fcntl
except ImportError:  # Windows does not delete a file that is open
    fcntl = None  # type: ignore[assignment]

NAME = ".torchaudio-compat.journal"


class Change(NamedTuple):
    """A file, its content as it was read, and as it is to be."""

    path: str
    old: bytes
    new: bytes


class NotWrittenError(Exception):
    """A file that could not be written, and why; no file is changed."""

    def __init__(self, path: str, why: Exception) -> None:
        super().__init__(why.strerror if isinstance(why, OSError) and why.strerror else str(why))
        self.path = path


def replace_all(changes: Sequence[Change]) -> None:
    """Write all files, or none.

    Raises:
        NotWrittenError: one could not be written; those before it are as they were.
    """
    if not changes:
        return
    at = changes[0].path
    try:
        with _journal(changes) as file, contextlib.ExitStack() as stack:
            puts = []
            for at, _, new in changes:
                puts.append(stack.enter_context(writing.staged(at, new)))
            json.dump([(os.path.abspath(path), _digest(new), base64.b64encode(old).decode()) for path, old, new in changes], file)
            file.flush()
            os.fsync(file.fileno())
            for put, change in zip(puts, changes, strict=True):
                at = change.path
                put(change.old)
    except (OSError, writing.ChangedError) as why:
        raise NotWrittenError(at, why) from why


@contextlib.contextmanager
def _journal(changes: Sequence[Change]) -> Iterator[IO[str]]:
    """Make the journal, locked; it is gone at the end, and the files are as they were where that is an error."""
    path = _place(changes)
    try:
        with open(path, "x", encoding="ascii", opener=writing.private) as file:
            _lock(file)
            yield file
    except FileExistsError:
        raise  # of another run, which began meanwhile
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            _undo(path)
        raise
    os.unlink(path)


def _place(changes: Sequence[Change]) -> str:
    """Where the next run looks, whether it looks at more of the project or at less."""
    folders = [os.path.dirname(os.path.abspath(change.path)) for change in changes]
    with contextlib.suppress(ValueError):  # other drives
        if os.access(common := os.path.commonpath(folders), os.W_OK):
            return os.path.join(common, NAME)
    return os.path.join(folders[0], NAME)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _lock(file: IO[str]) -> None:
    if fcntl is not None:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as why:
            raise BlockingIOError(why.errno, "another run is writing here; wait until it is done") from why
        except OSError:
            return  # a file system without locks


def _undo(path: str) -> None:
    """Put the old contents back where the new ones are, and take the journal away; an edit made since stays."""
    with open(path, encoding="ascii") as file:
        text = file.read()
    with contextlib.suppress(json.JSONDecodeError):  # half written, and so nothing else is
        for changed, digest, old in json.loads(text):
            with contextlib.suppress(FileNotFoundError), open(changed, "rb") as file:
                now = file.read()
                if _digest(now) == digest:
                    writing.replace(changed, now, base64.b64decode(old))
    os.unlink(path)


def unfinished(paths: Iterable[str]) -> list[str]:
    """The journals of stopped runs that concern these files."""
    return [path for folder in _folders(paths, above=True) if os.path.exists(path := os.path.join(folder, NAME))]


def recover(paths: Iterable[str]) -> None:
    """Undo what stopped runs have done to these files, and remove what they left beside them.

    Raises:
        NotWrittenError: it cannot be undone, or another run is at work.
    """
    paths = list(paths)
    for journal in unfinished(paths):
        try:
            with open(journal, encoding="ascii") as file:
                _lock(file)
                _undo(journal)
        except OSError as why:
            raise NotWrittenError(journal, why) from why
    links = [os.path.realpath(path) for path in paths if os.path.islink(path)]
    for folder in _folders([*paths, *links]):
        with contextlib.suppress(OSError):
            for left in [one for one in os.listdir(folder) if one.startswith(writing.TEMPORARY)]:
                os.unlink(os.path.join(folder, left))


def _folders(paths: Iterable[str], *, above: bool = False) -> set[str]:
    """The folders of files, and those above them."""
    folders = set(map(os.path.abspath, map(os.path.dirname, paths)))
    waiting = list(folders) if above else []
    while waiting and (folder := os.path.dirname(waiting.pop())):
        if folder not in folders:
            folders.add(folder)
            waiting.append(folder)
    return folders
