"""Store rows as Parquet: a folder of parts that pandas, pyarrow, Dask and Spark can read.

A Parquet file cannot be appended to. So rows wait in a journal beside the parts until there are
enough for a part. If a run is killed, the next one takes over its journal. Readers skip the
journal, because its name begins with ``_``.
"""

import contextlib
import os
import re
from collections.abc import Iterable, Iterator
from typing import Any

from compat.audit.items import storable
from compat.audit.rows import COLUMNS, Row, from_dict
from compat.audit.storage.jsonl import JsonLines
from compat.commands import writing
from compat.commands.arguments import UsageError

_PART_ROWS = 50_000
_JOURNAL = "_journal.jsonl"
_FOREIGN = "it is damaged, or no audit made it"
_NEEDED = ("path", "kind")
_PART = re.compile(r"part-\d+\.parquet")
_TYPES = {"str": "string", "int": "int64", "float": "float64"}


class Parquet(JsonLines):
    """One folder of parts; as JSON lines it is the journal."""

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
        self._errors = (pyarrow.ArrowException, OSError, ValueError, TypeError)
        self._folder, self._part_rows = path, part_rows
        os.makedirs(path, exist_ok=True)
        self._refuse_corpus()
        super().__init__(os.path.join(path, _JOURNAL), fresh=fresh)
        if fresh:
            for part in self._parts():
                os.remove(part)
        waiting = _names(super().rows())
        # a killed run may have stored the journal as a part, and not emptied it
        if waiting and (parts := self._parts()) and _names(self._rows_of(parts[-1])) == waiting:
            self._clear()
            waiting = []
        self._waiting = len(waiting)

    def _parts(self) -> list[str]:
        found = [name for name in os.listdir(self._folder) if _PART.fullmatch(name)]
        return [os.path.join(self._folder, name) for name in sorted(found)]

    def _refuse_corpus(self) -> None:
        """Leave a folder alone whose parts no audit has made: a corpus in Parquet, say.

        Raises:
            UsageError: it is one.
        """
        for part in self._parts()[:1]:
            try:
                names = set(self._parquet.read_schema(part).names)
            except self._errors:
                continue  # reading the rows tells of it
            if not names.issuperset(_NEEDED):
                raise UsageError(
                    f"{part}: {_FOREIGN} (its columns are {', '.join(sorted(names))}); name "
                    "another folder with --results"
                )

    def _rows_of(self, part: str) -> Iterator[Row]:
        try:
            for batch in self._parquet.ParquetFile(part).iter_batches():
                yield from map(from_dict, batch.to_pylist())
        except self._errors as why:
            raise UsageError(
                f"{part}: {_FOREIGN} ({why}); delete it, and its files are compared again"
            ) from why

    def rows(self) -> Iterator[Row]:
        for part in self._parts():
            yield from self._rows_of(part)
        yield from super().rows()

    def append(self, row: Row) -> None:
        super().append(row)
        self._waiting += 1
        if self._waiting >= self._part_rows:
            self._store()

    def _store(self) -> None:
        """Store the rows of the journal as a part."""
        rows = [_storable(row) for row in super().rows()]
        parts = self._parts()
        number = 1 + int(re.findall(r"\d+", parts[-1])[-1]) if parts else 0
        with writing.replaced(os.path.join(self._folder, f"part-{number:05}.parquet")) as place:
            schema = self._arrow.schema([(name, _TYPES[kind]) for name, kind in COLUMNS.items()])
            self._parquet.write_table(self._arrow.Table.from_pylist(rows, schema=schema), place)
        self._clear()
        self._waiting = 0

    def close(self) -> None:
        if self._waiting:
            self._store()
        super().close()
        with contextlib.suppress(FileNotFoundError):
            os.remove(self._path)


def _names(rows: Iterable[Row]) -> list[tuple[str, str]]:
    stored = map(_storable, rows)
    return [(row["path"], row["stamp"]) for row in stored]


def _storable(row: Row) -> dict[str, Any]:
    """Return the columns of a row, with bytes that are not UTF-8 escaped, as Parquet needs it."""
    return {
        name: storable(value) if isinstance(value, str) else value
        for name, value in row.as_dict().items()
    }
