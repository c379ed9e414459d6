"""Define a store of results, and choose one by the path."""

from __future__ import annotations

import abc
import os
from collections.abc import Iterator

from compat.audit.rows import Row
from compat.commands.arguments import UsageError


class Store(abc.ABC):
    """Rows in the order in which they were appended; only one process may have it open."""

    @abc.abstractmethod
    def rows(self) -> Iterator[Row]:
        """Yield all stored rows."""

    @abc.abstractmethod
    def append(self, row: Row) -> None:
        """Add a row; it is on disk after a second or so, and after ``close``."""

    @abc.abstractmethod
    def close(self) -> None:
        """Write what is left, and release the store for others."""

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()


def open_store(path: str, *, fresh: bool = False) -> Store:
    """Open the results at a path, or create them.

    Args:
        path: ends in ``.jsonl`` or ``.parquet``.
        fresh: drop existing rows.

    Raises:
        UsageError: another extension, a file of another kind, pyarrow is missing, or another run
            has it open.
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
        raise UsageError(
            f"{path}: the results cannot be written there ({why.strerror or why})"
        ) from why
    raise UsageError(f"{path}: results go to a file that ends in .jsonl or .parquet")
