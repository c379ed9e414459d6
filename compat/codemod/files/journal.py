"""Write all files of a run or none; a journal of the old contents undoes an interrupted run.

Steps of a run: write all new contents beside their files, write the journal, replace the files,
remove the journal. A run that finds a journal restores the old contents first, so it starts from an
unchanged project.

A journal may come with somebody else's project. So it must be the user's own file, and each file in
it must be in its folder.
"""

import base64
import contextlib
import errno
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import IO

from compat.codemod.files import writing
from compat.codemod.files.discovery import folders
from compat.codemod.source import FileResult
from dispatcher import atomic_files

try:
    import fcntl
except ImportError:  # Windows does not delete a file that is open
    fcntl = None  # type: ignore[assignment]

NAME = ".torchaudio-compat.journal"


class NotWrittenError(Exception):
    """An error that kept a file from being written; no file is changed."""

    def __init__(self, path: str, why: Exception) -> None:
        super().__init__(why.strerror if isinstance(why, OSError) and why.strerror else str(why))
        self.path = path


def replace_all(changes: Sequence[FileResult]) -> None:
    """Write all files, or none.

    Raises:
        NotWrittenError: one could not be written; those before it have their old content again.
    """
    if not changes:
        return
    at = changes[0].path
    try:
        with _journal(changes) as file, contextlib.ExitStack() as stack:
            puts = []
            for change in changes:
                at = change.path
                puts.append(stack.enter_context(writing.staged(at, change.new)))
            json.dump(
                [
                    (
                        os.path.abspath(one.path),
                        _digest(one.new),
                        base64.b64encode(one.old).decode(),
                    )
                    for one in changes
                ],
                file,
            )
            file.flush()
            os.fsync(file.fileno())
            for put, change in zip(puts, changes, strict=True):
                at = change.path
                put(change.old)
    except (OSError, writing.ChangedError) as why:
        raise NotWrittenError(at, why) from why


@contextlib.contextmanager
def _journal(changes: Sequence[FileResult]) -> Iterator[IO[str]]:
    """Make the locked journal and remove it at the end; on an error restore the files first."""
    path = _place(changes)
    try:
        with open(path, "x", encoding="ascii", opener=writing.private) as file:
            _lock(file)
            yield file
    except FileExistsError:
        raise  # it belongs to another run, which began meanwhile
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            _undo(path)
        raise
    os.unlink(path)


def _place(changes: Sequence[FileResult]) -> str:
    """Return the journal's path, where a run over more or less of the project finds it too."""
    folders = [os.path.dirname(os.path.abspath(change.path)) for change in changes]
    with contextlib.suppress(ValueError):  # files on different drives
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
            raise BlockingIOError(
                why.errno, "another run is writing here; wait until it is done"
            ) from why
        except OSError:
            return  # a file system without locks


def _undo(path: str) -> None:
    """Restore old contents where the new ones still are, keep later edits, drop the journal."""
    with open(path, encoding="ascii") as file:
        text = file.read()
    # a half-written journal means that no file was replaced
    with contextlib.suppress(json.JSONDecodeError):
        for changed, digest, old in json.loads(text):
            with contextlib.suppress(FileNotFoundError), open(changed, "rb") as file:
                now = file.read()
                if _digest(now) == digest:
                    with writing.staged(changed, base64.b64decode(old)) as put:
                        put(now)
    os.unlink(path)


def _trusted(file: IO[str]) -> None:
    """Refuse a journal that somebody else may have made.

    Raises:
        PermissionError: another user wrote it, or it names files outside its folder.
    """
    home = os.path.join(os.path.realpath(os.path.dirname(file.name)), "")
    own = not hasattr(os, "geteuid") or os.fstat(file.fileno()).st_uid == os.geteuid()
    with contextlib.suppress(json.JSONDecodeError):
        own = own and all(
            os.path.realpath(changed).startswith(home) for changed, _, _ in json.load(file)
        )
    if not own:
        raise PermissionError(
            errno.EPERM,
            "another user wrote this journal of a stopped run, or it names files "
            "outside its folder; look into it, then delete it",
        )


def unfinished(paths: Iterable[str]) -> list[str]:
    """Return the journals of interrupted runs that concern these files."""
    return [
        path
        for folder in folders(paths, above=True)
        if os.path.exists(path := os.path.join(folder, NAME))
    ]


def recover(paths: Iterable[str]) -> None:
    """Undo what interrupted runs did to these files, and remove their temporary files.

    Raises:
        NotWrittenError: it cannot be undone, or another run is at work.
    """
    paths = list(paths)
    for journal in unfinished(paths):
        try:
            with open(journal, encoding="ascii") as file:
                _lock(file)
                _trusted(file)
                _undo(journal)
        except OSError as why:
            raise NotWrittenError(journal, why) from why
    links = [os.path.realpath(path) for path in paths if os.path.islink(path)]
    for folder in folders([*paths, *links]):
        with contextlib.suppress(OSError):
            atomic_files.clean(folder)
