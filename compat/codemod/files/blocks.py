"""Read documents with blocks of Python in prose."""

import re
from collections.abc import Iterator
from typing import ClassVar

from compat.codemod.files.document import NAMED, Document, Piece, Prose, lines_of, not_python
from compat.codemod.source.findings import Place


class Blocks(Document):
    """A document in which each block of Python is a program of its own.

    Attributes:
        block: the pattern of a block; its group ``code`` is the Python.
    """

    block: ClassVar[re.Pattern[str]]

    def _pieces(self) -> Iterator[Piece]:
        self._blocks: dict[str, tuple[int, int, str]] = {}
        for number, match in enumerate(self.block.finditer(self.text), 1):
            raw, (start, end) = match["code"], match.span("code")
            if not NAMED.search(raw):
                continue
            line = self.text.count("\n", 0, start) + 1
            if ">>>" in raw:
                self.prose.append(Prose(raw, line))
                continue
            indents = {re.match(r"[ \t]*", line).group() for line in lines_of(raw) if line.strip()}  # type: ignore[union-attr]
            indent = min(indents, key=len) if indents else ""
            code = "".join(
                line.removeprefix(indent) if line.strip() else line for line in lines_of(raw)
            )
            if not_python(code):
                self.unparsed.append(
                    (Place(self.path, line, 1, line, 1), "this block is not Python")
                )
                continue
            key = f"{self.path}\0{number}"
            self._blocks[key] = (start, end, indent)
            yield Piece(key, code, standalone=True, interactive=True)

    def rebuild(self, texts: dict[str, str]) -> bytes:
        """Return the text with new blocks; the text around them stays as it is."""
        parts, at = [], 0
        for piece in self.pieces:
            start, end, indent = self._blocks[piece.key]
            new = texts[piece.key]
            if new != piece.text:
                parts += [
                    self.text[at:start],
                    "".join(indent + line if line.strip() else line for line in lines_of(new)),
                ]
                at = end
        return self._encode("".join([*parts, self.text[at:]]))

    def located(self, place: Place, texts: dict[str, str] | None = None) -> Place:
        """Return the place with lines and columns of the document."""
        if place.path not in self._blocks:
            return place
        start, _, indent = self._blocks[place.path]
        shift = self.text.count("\n", 0, start)
        for key, (other, _, _) in self._blocks.items():
            if texts and other < start and key in texts:
                shift += texts[key].count("\n") - next(
                    piece.text for piece in self.pieces if piece.key == key
                ).count("\n")
        return Place(
            self.path,
            place.line + shift,
            place.column + len(indent),
            place.end_line + shift,
            place.end_column + len(indent),
        )
