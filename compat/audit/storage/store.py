"""Define a store of results."""

from __future__ import annotations

import abc
from collections.abc import Iterator

from compat.audit.rows import Row


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
