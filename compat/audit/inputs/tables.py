"""The rows of CSV and TSV, in which one quote too many takes no rows along without a word."""

from __future__ import annotations

import collections
import csv
from collections.abc import Iterable, Iterator

from compat.audit.inputs import formats
from compat.audit.options import UsageError

# texts beside the paths may be whole transcripts; what a C long holds everywhere
_LONGEST_FIELD = (1 << 31) - 1
_OPEN = "unexpected end of data"


class Table:
    """Rows with the numbers of the lines on which they begin.

    Args:
        lines: the lines of a file that was opened with ``newline=""``.
        delimiter: between columns.
        name: the table's, for errors.
    """

    def __init__(self, lines: Iterable[str], delimiter: str, name: str) -> None:
        self._lines = enumerate(lines, 1)
        self._delimiter, self._name = delimiter, name
        self._again: collections.deque[tuple[int, str]] = collections.deque()
        self._width = 0
        csv.field_size_limit(_LONGEST_FIELD)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Read one row after the other; the first is the header.

        Raises:
            UsageError: a quote is not closed, or takes in lines that are rows themselves.
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
        """The row in a text; ``None`` where a quote in it is still open."""
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
        """A row whose quoted field goes on over the next lines.

        Where a line among these looks like a row, the quote was never closed. TSV is often written without any quoting: there
        it is part of the text.
        """
        alone = self._sounds(first)
        taken: list[tuple[int, str]] = []
        for number, line in self._each():
            taken.append((number, line))
            text = "".join((first, *(line for _, line in taken)))
            row = self._row(text) if '"' in line else None
            suspect = self._sounds(line)
            if alone:
                suspect &= alone
            elif row is not None and self._is_clean(text):
                suspect = set()
            if suspect:
                break
            if row is not None:
                return row
        if self._delimiter == "\t" and alone:
            self._again.extendleft(reversed(taken))
            return self._split(first)
        text = "a quote begins here and takes the lines below with it. Close it; a quote within a text is written twice"
        raise UsageError(f"{self._name}:{begin}: {text}")

    def _is_clean(self, text: str) -> bool:
        """Whether nothing but a delimiter or the end stands behind each closing quote."""
        try:
            next(csv.reader([text], delimiter=self._delimiter, strict=True))
        except csv.Error:
            return False
        return True

    def _sounds(self, line: str) -> set[int]:
        """The columns with a sound file's name in a line that has as many columns as the header."""
        row = self._split(line)
        if len(row) != self._width:
            return set()
        return {place for place, value in enumerate(row) if formats.extension(value.strip(' "')) in formats.AUDIO}
