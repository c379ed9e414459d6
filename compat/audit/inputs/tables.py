"""Read the rows of CSV and TSV; report a quote that is never closed."""

import csv
from collections.abc import Iterable, Iterator

from compat.audit.inputs import formats
from compat.commands.arguments import UsageError

# a text column may hold whole transcripts; the limit must fit a C long on every system
_LONGEST_FIELD = (1 << 31) - 1


def rows(lines: Iterable[str], delimiter: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the columns of each row, and the number of its first line; the header is a row too.

    TSV is often written without quoting, so there each line is a row.

    Args:
        lines: the lines of a file that was opened with ``newline=""``.
        delimiter: the character between columns.
        name: the name of the table, for errors.

    Raises:
        UsageError: a quote is not closed, or spans lines that look like rows.
    """
    csv.field_size_limit(_LONGEST_FIELD)
    if delimiter == formats.TABS:
        for number, line in enumerate(lines, 1):
            yield number, next(csv.reader([line.rstrip("\r\n")], delimiter=delimiter))
        return
    taken: list[str] = []

    def taking() -> Iterator[str]:
        for line in lines:
            taken.append(line)
            yield line

    begin = 1
    for row in csv.reader(taking(), delimiter=delimiter):
        if len(taken) > 1 and not _is_one_row(taken, delimiter):
            raise UsageError(
                f"{name}:{begin}: a quote begins here and is not closed, so the lines below "
                "belong to it. Close it; inside a text, write a quote twice"
            )
        yield begin, row
        begin += len(taken)
        taken.clear()


def _is_one_row(lines: list[str], delimiter: str) -> bool:
    """Return whether a quote that spans lines was meant to, and took no row along."""
    try:  # strictly, a delimiter or the end follows each closing quote
        next(csv.reader(["".join(lines)], delimiter=delimiter, strict=True))
    except csv.Error:
        return False
    first, *below = ([*map(_is_sound, line.split(delimiter))] for line in lines)
    # the row's own sound file may stand in its first line or in its last
    return not any(map(any, below if any(first) else below[:-1]))


def _is_sound(value: str) -> bool:
    return formats.extension(value.strip(' "\r\n')) in formats.AUDIO
