"""What keeps results, and which one serves a path."""

from __future__ import annotations

import abc
import os
from collections.abc import Iterator

from compat.audit.options import UsageError
from compat.audit.rows import Row


class Store(abc.ABC):
    """Rows, in the order in which they were appended. One process may hold it open."""

    @abc.abstractmethod
    def rows(self) -> Iterator[Row]:
        """All rows that are there."""

    @abc.abstractmethod
    def append(self, row: Row) -> None:
        """Add a row; it is on disk within a second or so, and after ``close``."""

    @abc.abstractmethod
    def close(self) -> None:
        """Write what is left, and let others open it."""

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()


def open_store(path: str, *, fresh: bool = False) -> Store:
    """The results at a path, made where there are none.

    Args:
        path: ends in ``.jsonl`` or ``.parquet``.
        fresh: drop what is there.

    Raises:
        UsageError: another extension, a file of another kind, pyarrow is missing, or another run holds it open.
    """
    from compat.audit.storage.jsonl import JsonLines
    from compat.audit.storage.parquet import Parquet

    extension = os.path.splitext(path)[1].lower()
    try:
        if extension in (".jsonl", ".ndjson"):
            return JsonLines(path, fresh=fresh)
        if extension == ".parquet":
            return Parquet(path, fresh=fresh)
    except OSError as why:
        raise UsageError(f"{path}: the results cannot be written there ({why.strerror or why})") from why
    raise UsageError(f"{path}: results go to a file that ends in .jsonl or .parquet")
