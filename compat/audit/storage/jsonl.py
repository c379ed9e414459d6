"""Store rows as JSON lines; remove a last line that a killed run left unfinished."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterator
from typing import IO, Any

from compat.audit.rows import Row, from_dict
from compat.audit.storage import locks
from compat.commands.arguments import UsageError

_FLUSH_SECONDS = 1.0
_TAIL = 1 << 16
_NEEDED = ("path", "kind", "terms")
_BEGIN = b'{"path": '


class JsonLines:
    """Rows in the order in which they were appended; only one process may have them open.

    Empty columns are not written.
    """

    def __init__(self, path: str, *, fresh: bool = False) -> None:
        self._path = path
        self._file: IO[bytes] = open(path, "ab+")  # noqa: SIM115 - it stays open until close
        with contextlib.ExitStack() as failing:
            failing.callback(self._file.close)
            if not locks.lock(self._file):
                raise UsageError(
                    f"{path}: another run appends to it; wait for it, or name another file with "
                    "--results"
                )
            _refuse_others(self._file, path)
            failing.pop_all()
        if fresh:
            self._clear()
        _mend(self._file)
        self._flushed = time.monotonic()

    def __enter__(self) -> JsonLines:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()

    def rows(self) -> Iterator[Row]:
        """Yield all stored rows."""
        self._file.flush()
        with open(self._path, encoding="utf-8", errors="surrogateescape") as file:
            for number, line in enumerate(file, 1):
                try:
                    yield from_dict(_values(line))
                except (ValueError, TypeError, RecursionError) as why:
                    raise UsageError(
                        f"{self._path}:{number}: this is not a row of an audit ({why}); delete the "
                        "line, and its file is compared again; or name another file with --results"
                    ) from why

    def append(self, row: Row) -> None:
        """Add a row; it is on disk after a second or so, and after ``close``."""
        values = {name: value for name, value in row.as_dict().items() if value not in (None, "")}
        self._file.write(_line(values) + b"\n")
        if time.monotonic() - self._flushed > _FLUSH_SECONDS:
            self._file.flush()
            self._flushed = time.monotonic()

    def _clear(self) -> None:
        self._file.flush()
        self._file.truncate(0)

    def close(self) -> None:
        """Write what is left, and release the rows for others."""
        self._file.close()


def _line(values: dict[str, Any]) -> bytes:
    """Return a row as JSON that reads back as the same text, whatever a path contains."""
    try:
        return json.dumps(values, ensure_ascii=False).encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half of a UTF-16 pair, as a JSON manifest may have it
        return json.dumps(values).encode()


def _values(line: str) -> dict[str, Any]:
    """Return the columns of a row.

    Raises:
        ValueError: the line is not a row.
    """
    found = json.loads(line)
    if not isinstance(found, dict) or any(name not in found for name in _NEEDED):
        raise ValueError(f"it has no {', '.join(_NEEDED)}")
    return found


def _refuse_others(file: IO[bytes], path: str) -> None:
    """Refuse a file that no audit made, such as a manifest whose last line is unfinished.

    Raises:
        UsageError: it is such a file.
    """
    file.seek(0)
    line = file.readline()
    try:
        if line:
            _values(line.decode("utf-8", "surrogateescape"))
    except (ValueError, RecursionError) as why:
        half_written = not line.endswith(b"\n") and isinstance(why, json.JSONDecodeError)
        if not half_written or not (line.startswith(_BEGIN) or _BEGIN.startswith(line)):
            raise UsageError(
                f"{path}: no audit wrote this file, so it stays as it is; name another one "
                "with --results"
            ) from why


def _mend(file: IO[bytes]) -> None:
    """Remove a last line without an end."""
    end = file.seek(0, os.SEEK_END)
    while end:
        begin = max(0, end - _TAIL)
        file.seek(begin)
        found = file.read(end - begin).rfind(b"\n")
        if found >= 0:
            file.truncate(begin + found + 1)
            return
        end = begin
    file.truncate(0)
