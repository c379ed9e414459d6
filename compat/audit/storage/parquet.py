"""Store rows as one Parquet file, which pandas, pyarrow, Dask and Spark can read.

A Parquet file cannot be appended to. So new rows wait in a journal beside it, and the end of a run
replaces the file. If a run is killed, the next one takes over its journal.
"""

import contextlib
import itertools
import os
from collections.abc import Iterator
from typing import Any

from compat.audit.items import storable
from compat.audit.rows import COLUMNS, Row, from_dict
from compat.audit.storage.jsonl import JsonLines
from compat.audit.tally import latest
from compat.commands import writing
from compat.commands.arguments import UsageError

_AT_ONCE = 50_000  # rows in memory
_TYPES = {"str": "string", "int": "int64", "float": "float64"}


class Parquet(JsonLines):
    """One file of rows; as JSON lines it is the journal."""

    def __init__(self, path: str, *, fresh: bool = False) -> None:
        try:
            import pyarrow
            import pyarrow.parquet
        except ImportError as why:
            raise UsageError(
                f"{path}: Parquet needs pyarrow ({why}): pip install "
                '"torchaudio-compat[audit]", or use .jsonl'
            ) from why
        self._arrow, self._parquet, self._place = pyarrow, pyarrow.parquet, path
        next(self._stored(), None)  # a corpus, say, is left alone
        super().__init__(f"{path}.journal", fresh=fresh)
        if fresh:
            with contextlib.suppress(FileNotFoundError):
                os.remove(path)

    def _stored(self) -> Iterator[Row]:
        """Yield the rows of the file.

        Raises:
            UsageError: no audit has written it.
        """
        if not os.path.exists(self._place):
            return
        try:
            with self._parquet.ParquetFile(self._place) as file:
                for batch in file.iter_batches():
                    yield from map(from_dict, batch.to_pylist())
        except (self._arrow.ArrowException, OSError, ValueError, TypeError) as why:
            raise UsageError(
                f"{self._place}: it is damaged, or no audit made it ({why}); name another file "
                "with --results, or delete it, and its files are compared again"
            ) from why

    def rows(self) -> Iterator[Row]:
        yield from self._stored()
        yield from super().rows()

    def close(self) -> None:
        if self._file.seek(0, os.SEEK_END):
            self._store()
            self._clear()
        super().close()
        with contextlib.suppress(FileNotFoundError):
            os.remove(self._path)

    def _store(self) -> None:
        """Write the rows that count to the file: one of each file."""
        schema = self._arrow.schema([(name, _TYPES[kind]) for name, kind in COLUMNS.items()])
        rows = map(_storable, latest(self.rows(), None))
        with (
            writing.replaced(self._place) as place,
            self._parquet.ParquetWriter(place, schema) as file,
        ):
            while some := list(itertools.islice(rows, _AT_ONCE)):
                file.write_table(self._arrow.Table.from_pylist(some, schema=schema))


def _storable(row: Row) -> dict[str, Any]:
    """Return the columns of a row, with bytes that are not UTF-8 escaped, as Parquet needs it."""
    return {
        name: storable(value) if isinstance(value, str) else value
        for name, value in row.as_dict().items()
    }
