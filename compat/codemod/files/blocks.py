"""Read documents with blocks of Python in prose: Markdown and reStructuredText."""

import re
from collections.abc import Iterator
from typing import ClassVar

from compat.codemod.files.document import NAMED, Document, Prose, lines_of
from compat.codemod.source import Module, Place


class Blocks(Document):
    """A document in which each block of Python is a program of its own.

    Attributes:
        block: the pattern of a block; its group ``code`` is the Python.
    """

    block: ClassVar[re.Pattern[str]]

    def _pieces(self) -> Iterator[Module]:
        self._blocks: dict[str, tuple[int, int, str]] = {}
        for number, match in enumerate(self.block.finditer(self.text), 1):
            raw, (start, end) = match["code"], match.span("code")
            line = self.text.count("\n", 0, start) + 1
            if not NAMED.search(raw):
                continue
            if ">>>" in raw:
                self.prose.append(Prose(raw, line))
                continue
            indents = re.findall(r"^[ \t]*(?=\S)", raw, re.M)
            indent = min(indents, key=len) if indents else ""
            code = "".join(
                line.removeprefix(indent) if line.strip() else line for line in lines_of(raw)
            )
            path = f"{self.path}\0{number}"
            try:
                yield Module(path, code, standalone=True, interactive=True)
            except SyntaxError:
                place = Place(self.path, line, 1, line, 1)
                self.unparsed.append((place, "this block is not Python"))
            else:
                self._blocks[path] = start, end, indent

    def rebuild(self, texts: dict[str, str]) -> bytes:
        """Return the text with new blocks; the text around them stays as it is."""
        parts, at = [], 0
        for piece in self.pieces:
            start, end, indent = self._blocks[piece.path]
            new = texts[piece.path]
            if new != piece.text.text:
                parts += [
                    self.text[at:start],
                    "".join(indent + line if line.strip() else line for line in lines_of(new)),
                ]
                at = end
        return self._encode("".join([*parts, self.text[at:]]))

    def located(self, place: Place, texts: dict[str, str]) -> Place:
        """Return the place with lines and columns of the document."""
        if place.path not in self._blocks:
            return place
        start, _, indent = self._blocks[place.path]
        shift = self.text.count("\n", 0, start)
        for piece in self.pieces if texts else ():
            if self._blocks[piece.path][0] < start:
                shift += texts[piece.path].count("\n") - piece.text.text.count("\n")
        return Place(
            self.path,
            place.line + shift,
            place.column + len(indent),
            place.end_line + shift,
            place.end_column + len(indent),
        )


class Markdown(Blocks):
    """Markdown with fenced blocks of Python."""

    block: ClassVar[re.Pattern[str]] = re.compile(
        r"^[ \t>]*(?P<fence>`{3,}|~{3,})[ \t]*\{?\.?(?:python3?|py)\b[^\n]*\n"
        r"(?P<code>(?s:.*?))(?:^[ \t]*(?P=fence)[`~]*[ \t\r]*$|\Z)",
        re.M | re.I,
    )


class Rst(Blocks):
    """reStructuredText with Python in directives; a block has the lines that are indented more."""

    block: ClassVar[re.Pattern[str]] = re.compile(
        r"^(?P<indent>[ \t]*)\.\. (?:code-block|code|sourcecode):: *(?:python3?|py)[ \t]*\n"
        r"(?:[ \t]+:[^\n]*\n)*\n*"
        r"(?P<code>(?:(?:[ \t\r]*\n)*(?P=indent)[ \t]+[^\s][^\n]*\n?)*)",
        re.M,
    )
