"""Read the rows of CSV and TSV; report a quote that is never closed."""

import collections
import csv
from collections.abc import Iterable, Iterator

from compat.audit.inputs import formats
from compat.commands.arguments import UsageError

# a text column may hold whole transcripts; the limit must fit a C long on every system
_LONGEST_FIELD = (1 << 31) - 1
_OPEN = "unexpected end of data"


def rows(lines: Iterable[str], delimiter: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the columns of each row, and the number of its first line; the header is a row too.

    TSV is often written without quoting, so there a quote that spans rows is part of the text.

    Args:
        lines: the lines of a file that was opened with ``newline=""``.
        delimiter: the character between columns.
        name: the name of the table, for errors.

    Raises:
        UsageError: a quote is not closed, or spans lines that look like rows.
    """
    csv.field_size_limit(_LONGEST_FIELD)
    numbered, again = enumerate(lines, 1), collections.deque[tuple[int, str]]()
    taken: list[tuple[int, str]] = []
    width = 0

    def taking() -> Iterator[str]:
        while one := again.popleft() if again else next(numbered, None):
            taken.append(one)
            yield one[1]

    while (row := next(csv.reader(taking(), delimiter=delimiter), None)) is not None:
        begin, first = taken.pop(0)
        alone = _sounds(first, delimiter, width) if '"' in first else set()
        below = [line for _, line in taken]
        if '"' in first and _spans_rows(first, below, alone, delimiter, width):
            if delimiter != "\t" or not alone:
                raise UsageError(
                    f"{name}:{begin}: a quote begins here and is not closed, so the lines below "
                    "belong to it. Close it; inside a text, write a quote twice"
                )
            row = first.rstrip("\r\n").split(delimiter)
            again.extendleft(reversed(taken))
        taken.clear()
        width = width or len(row)
        yield begin, row


def _spans_rows(first: str, below: list[str], alone: set[int], delimiter: str, width: int) -> bool:
    """Return whether a quote in a row was never closed, so that the lines below are rows too."""
    error = ""
    try:  # strictly, a delimiter or the end follows each closing quote
        next(csv.reader(["".join((first, *below))], delimiter=delimiter, strict=True))
    except csv.Error as why:
        error = str(why)
    if not alone and not error:
        below = below[:-1]
    sounding = [_sounds(line, delimiter, width) for line in below]
    return _OPEN in error or any(one & alone if alone else one for one in sounding)


def _sounds(line: str, delimiter: str, width: int) -> set[int]:
    """Return the columns that name a sound file; none if the line has another width."""
    row = line.rstrip("\r\n").split(delimiter)
    return {
        place
        for place, value in enumerate(row)
        if len(row) == width and formats.extension(value.strip(' "')) in formats.AUDIO
    }
