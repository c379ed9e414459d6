"""Read the rows of CSV and TSV; report a quote that is never closed."""

from __future__ import annotations

import collections
import csv
from collections.abc import Iterable, Iterator

from compat.audit.inputs import formats
from compat.commands.arguments import UsageError

# a text column may hold whole transcripts; the limit must fit a C long on every system
_LONGEST_FIELD = (1 << 31) - 1
_OPEN = "unexpected end of data"


class Table:
    """The rows of a CSV or TSV file, each with the number of its first line.

    Args:
        lines: the lines of a file that was opened with ``newline=""``.
        delimiter: the character between columns.
        name: the name of the table, for errors.
    """

    def __init__(self, lines: Iterable[str], delimiter: str, name: str) -> None:
        self._lines = enumerate(lines, 1)
        self._delimiter, self._name = delimiter, name
        self._again: collections.deque[tuple[int, str]] = collections.deque()
        self._width = 0
        csv.field_size_limit(_LONGEST_FIELD)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield line number and columns of each row; the first row is the header.

        Raises:
            UsageError: a quote is not closed, or spans lines that look like rows.
        """
        for number, line in self._each():
            row = self._row(line)
            if row is None:
                row = self._over_lines(number, line)
            self._width = self._width or len(row)
            yield number, row

    def _each(self) -> Iterator[tuple[int, str]]:
        while True:
            found = self._again.popleft() if self._again else next(self._lines, None)
            if found is None:
                return
            yield found

    def _row(self, text: str) -> list[str] | None:
        """Parse the row in a text; return ``None`` if a quote in it is still open."""
        if '"' not in text:
            return self._split(text)
        try:
            return next(csv.reader([text], delimiter=self._delimiter, strict=True))
        except csv.Error as why:
            if _OPEN in str(why):
                return None
        return next(csv.reader([text], delimiter=self._delimiter))

    def _split(self, text: str) -> list[str]:
        text = text.rstrip("\r\n")
        return text.split(self._delimiter) if text else []

    def _over_lines(self, begin: int, first: str) -> list[str]:
        """Read a row whose quoted field continues on the next lines.

        If one of these lines looks like a row, the quote was never closed. TSV is often written
        without quoting, so there the quote is part of the text.
        """
        alone = self._sounds(first)
        taken: list[tuple[int, str]] = []
        for number, line in self._each():
            taken.append((number, line))
            # one quote stands for the lines before, so that long rows are parsed only once
            closed = '"' in line and self._row(f'"{line}') is not None
            text = "".join((first, *(line for _, line in taken))) if closed else ""
            suspect = self._sounds(line)
            if alone:
                suspect &= alone
            elif closed and self._is_clean(text):
                suspect = set()
            if suspect:
                break
            if closed and (row := self._row(text)) is not None:
                return row
        if self._delimiter == "\t" and alone:
            self._again.extendleft(reversed(taken))
            return self._split(first)
        text = (
            "a quote begins here and is not closed, so the lines below belong to it. Close it; "
            "inside a text, write a quote twice"
        )
        raise UsageError(f"{self._name}:{begin}: {text}")

    def _is_clean(self, text: str) -> bool:
        """Return whether a delimiter or the end follows each closing quote."""
        try:
            next(csv.reader([text], delimiter=self._delimiter, strict=True))
        except csv.Error:
            return False
        return True

    def _sounds(self, line: str) -> set[int]:
        """Return the columns that name a sound file; none if it has another width."""
        row = self._split(line)
        if len(row) != self._width:
            return set()
        return {
            place
            for place, value in enumerate(row)
            if formats.extension(value.strip(' "')) in formats.AUDIO
        }
