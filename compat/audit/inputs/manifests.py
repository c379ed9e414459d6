"""Read lists of files: one path a line, a column of CSV or TSV, a field of JSON lines."""

import json
from collections.abc import Iterable, Iterator
from typing import IO, Any

from compat.audit.inputs import formats, tables
from compat.commands.arguments import UsageError

# the names that public corpora and tools use for the path, the clearest first
_USUAL = (
    "audio_filepath", "audio_path", "audio_file", "path", "filepath", "file_path", "file",
    "filename", "file_name", "audio", "wav",
    "uri", "url",
)  # fmt: skip


def paths(file: IO[str], kind: str, name: str, field: str | None) -> Iterator[str]:
    """Yield the paths that an open manifest lists.

    Args:
        file: open as text, with ``newline=""``.
        kind: one of the kinds in ``formats``.
        name: the manifest's name, for errors.
        field: the column, by name or number from 1, or the field, with dots for nested fields;
            ``None`` for the first one with a usual name.

    Raises:
        UsageError: there is no such column or field, or a line is malformed.
    """
    lines = _checked(file, name)
    if kind == formats.LINES:
        yield from (text for line in lines if (text := line.rstrip("\r\n")).strip())
    elif kind == formats.JSON_LINES:
        yield from _json(lines, name, field)
    else:
        yield from _table(tables.rows(lines, kind, name), name, field)


def _checked(file: Iterable[str], name: str) -> Iterator[str]:
    """Yield the lines.

    Raises:
        UsageError: the first one has a zero byte.
    """
    for number, line in enumerate(file):
        if not number and "\0" in line:
            raise UsageError(
                f"{name}: its first line has a zero byte, so it is UTF-16, compressed in a way "
                "that is not known here, or no text; save it as UTF-8"
            )
        yield line


def _table(rows: Iterator[tuple[int, list[str]]], name: str, field: str | None) -> Iterator[str]:
    _, header = next(rows, (0, None))
    if header is None:
        return
    column = _column([title.strip() for title in header], name, field)
    for number, row in rows:
        if not row:
            continue
        if column >= len(row):
            raise UsageError(
                f"{name}:{number}: the line has {len(row)} column{'s' * (len(row) != 1)}, and the "
                f"path is in column {column + 1}"
            )
        if not row[column].strip():
            raise UsageError(f"{name}:{number}: column {column + 1}, which has the path, is empty")
        yield row[column]


def _column(header: list[str], name: str, field: str | None) -> int:
    if field is None:
        found = next((usual for usual in _USUAL if usual in header), None)
        if found is None:
            raise UsageError(
                f"{name}: which column has the paths? Name it with --field; there is "
                f"{', '.join(header)}"
            )
        return header.index(found)
    if field in header:
        return header.index(field)
    if field.isdigit() and 0 < int(field) <= len(header):
        return int(field) - 1
    raise UsageError(f"{name}: there is no column {field!r}; there is {', '.join(header)}")


def _json(file: Iterable[str], name: str, field: str | None) -> Iterator[str]:
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError) as why:
            raise UsageError(f"{name}:{number}: not a line of JSON ({why})") from why
        yield _field(entry, f"{name}:{number}", field)


def _field(entry: Any, where: str, field: str | None) -> str:
    if isinstance(entry, str) and entry and field is None:
        return entry
    if not isinstance(entry, dict):
        raise UsageError(f"{where}: the line is not a JSON object")
    if field is None:
        field = next((usual for usual in _USUAL if isinstance(entry.get(usual), str)), None)
        if field is None:
            raise UsageError(
                f"{where}: which field has the path? Name it with --field; there is "
                f"{', '.join(entry)}"
            )
    value: Any = entry
    for part in field.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    if not isinstance(value, str) or not value:
        raise UsageError(
            f"{where}: there is no text in the field {field!r}; there is {', '.join(entry)}"
        )
    return value
