"""Store rows as Parquet: a folder of parts that pandas, pyarrow, Dask and Spark can read.

A Parquet file cannot be appended to. So rows wait in a journal beside the parts until there are
enough for a part. If a run is killed, the next one takes over its journal. Readers skip the
journal, because its name begins with ``_``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any

from compat.audit.rows import COLUMNS, Row, from_dict
from compat.audit.storage.jsonl import JsonLines
from compat.audit.storage.store import Store
from compat.commands import writing
from compat.commands.arguments import UsageError

_PART_ROWS = 50_000
_FOREIGN = "it is damaged, or no audit made it"
_NEEDED = ("path", "kind")
_PART = re.compile(r"part-(\d+)\.parquet")
_TYPES = {"str": "string", "int": "int64", "float": "float64"}


class Parquet(Store):
    """One folder of parts."""

    path: str

    def __init__(self, path: str, *, fresh: bool = False, part_rows: int = _PART_ROWS) -> None:
        try:
            import pyarrow
            import pyarrow.parquet
        except ImportError as why:
            raise UsageError(
                f"{path}: Parquet needs pyarrow ({why}): pip install "
                '"torchaudio-compat[audit]", or use .jsonl'
            ) from why
        if os.path.isfile(path):
            raise UsageError(
                f"{path}: it is a file, but Parquet results are a folder; name another one"
            )
        self._arrow, self._parquet = pyarrow, pyarrow.parquet
        self._schema = pyarrow.schema([(name, _TYPES[kind]) for name, kind in COLUMNS.items()])
        self.path, self._part_rows = path, part_rows
        os.makedirs(path, exist_ok=True)
        self._refuse_others()
        self._journal = JsonLines(os.path.join(path, "_journal.jsonl"), fresh=fresh)
        if fresh:
            for part in self._parts():
                os.remove(part)
        waiting = list(self._journal.rows())
        if waiting and self._is_stored(waiting):
            self._journal.clear()
            waiting = []
        self._waiting = waiting

    def _parts(self) -> list[str]:
        found = [name for name in os.listdir(self.path) if _PART.fullmatch(name)]
        return [os.path.join(self.path, name) for name in sorted(found)]

    def _refuse_others(self) -> None:
        """Leave a folder alone whose parts no audit has made: a corpus in Parquet, say.

        Raises:
            UsageError: it is one.
        """
        for part in self._parts()[:1]:
            try:
                names = set(self._parquet.read_schema(part).names)
            except (self._arrow.ArrowException, OSError, ValueError):
                continue  # reading the rows tells of it
            if not names.issuperset(_NEEDED):
                raise UsageError(
                    f"{part}: {_FOREIGN} (its columns are {', '.join(sorted(names))}); name "
                    "another folder with --results"
                )

    def _is_stored(self, waiting: list[Row]) -> bool:
        """Return whether a killed run had stored the journal as a part but not yet emptied it."""
        parts = self._parts()
        if not parts:
            return False
        try:
            stored = self._parquet.read_table(parts[-1], columns=["path", "stamp"]).to_pylist()
        except (self._arrow.ArrowException, OSError, ValueError) as why:
            raise UsageError(
                f"{parts[-1]}: it is damaged ({why}); delete it, and its files are compared again"
            ) from why
        return bool(stored == [{"path": row.path, "stamp": row.stamp} for row in waiting])

    def rows(self) -> Iterator[Row]:
        for part in self._parts():
            try:
                file = self._parquet.ParquetFile(part)
                for batch in file.iter_batches():
                    for values in batch.to_pylist():
                        yield from_dict(values)
            except (self._arrow.ArrowException, OSError, ValueError, TypeError) as why:
                raise UsageError(
                    f"{part}: {_FOREIGN} ({why}); delete it, and its files are compared again"
                ) from why
        yield from list(self._waiting)

    def append(self, row: Row) -> None:
        self._journal.append(row)
        self._waiting.append(row)
        if len(self._waiting) >= self._part_rows:
            self._store()

    def _store(self) -> None:
        """Store the waiting rows as a part."""
        if not self._waiting:
            return
        rows: list[dict[str, Any]] = [_storable(row) for row in self._waiting]
        numbers = [int(_PART.fullmatch(os.path.basename(part))[1]) for part in self._parts()]  # type: ignore[index]
        final = os.path.join(self.path, f"part-{max(numbers, default=-1) + 1:05}.parquet")
        with writing.replaced(final) as place:
            self._parquet.write_table(
                self._arrow.Table.from_pylist(rows, schema=self._schema), place
            )
        self._journal.clear()
        self._waiting = []

    def close(self) -> None:
        self._store()
        self._journal.close()
        journal = os.path.join(self.path, "_journal.jsonl")
        if os.path.exists(journal):
            os.remove(journal)


def _storable(row: Row) -> dict[str, Any]:
    """Return the columns of a row, with bytes that are not UTF-8 escaped, as Parquet needs it."""
    return {
        name: value.encode("utf-8", "backslashreplace").decode()
        if isinstance(value, str)
        else value
        for name, value in row.as_dict().items()
    }
