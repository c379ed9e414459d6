"""A file as it is on disk, the Python in it, and putting changed Python back without touching the rest."""

import codecs
import dataclasses
import re
from collections.abc import Iterator
from typing import ClassVar

from compat.codemod.source.findings import Place
from compat.codemod.source.text import parse

LEAVE_OUT = "leave it out with --exclude."
NAMED = re.compile(r"torchaudio|\btorio\b")


class UnreadableError(Exception):
    """A file that cannot be read as what it is; the text says why."""

    lineno: int | None = None


@dataclasses.dataclass(eq=False)
class Piece:
    """A stretch of Python in a document.

    Attributes:
        key: unique among all pieces; the document's path, for one that is all of it.
        text: its Python.
        standalone: it is a program of its own.
        interactive: it may await at the top.
    """

    key: str
    text: str
    standalone: bool = False
    interactive: bool = False


@dataclasses.dataclass(frozen=True)
class Prose:
    """A stretch that is not rewritten, in which old names are looked for.

    Attributes:
        text: it.
        line: its first line.
        cell: the cell of a notebook that it is in.
    """

    text: str
    line: int = 1
    cell: int | None = None


class Document:
    """A document that is one piece; each kind inherits from it, in a file of its own.

    Attributes:
        kinds: the kinds of file that it reads, of ``discovery``.
        pieces: the Python in it.
        prose: what else may hold old names.
        unparsed: places of what should be Python and is not, and why.
        doubts: places of what may load, and is not read as Python.
    """

    kinds: ClassVar[tuple[str, ...]]

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.data = data
        self.prose: list[Prose] = []
        self.unparsed: list[tuple[Place, str]] = []
        self.doubts: list[Place] = []
        self._bom = data.startswith(codecs.BOM_UTF8)
        self._encoding = self._detect(data)
        try:
            self.text: str = data[3 if self._bom else 0 :].decode(self._encoding)
        except (UnicodeDecodeError, LookupError) as why:
            raise UnreadableError(f"it is not {self._encoding}: {why}. Name its encoding in its first line, or {LEAVE_OUT}") from why
        if self._encode(self.text) != data:
            raise UnreadableError(f"its {self._encoding} text does not come back the same. Save it as utf-8, or {LEAVE_OUT}")
        self.pieces: list[Piece] = list(self._pieces())

    def _detect(self, data: bytes) -> str:
        """Return the name of the encoding."""
        return "utf-8"

    def _encode(self, text: str) -> bytes:
        try:
            return (codecs.BOM_UTF8 if self._bom else b"") + text.encode(self._encoding)
        except UnicodeEncodeError as why:
            raise UnreadableError(f"its text does not fit {self._encoding}: {why}") from why

    def _pieces(self) -> Iterator[Piece]:
        yield Piece(self.path, self.text)

    def rebuild(self, texts: dict[str, str]) -> bytes:
        """The document with new texts for its pieces, by their keys."""
        return self._encode(texts[self.path])

    def located(self, place: Place, texts: dict[str, str] | None = None) -> Place:
        """A place in a piece, as a place in the document; ``texts`` where it is a place in the new text."""
        return place


def not_python(code: str) -> SyntaxError | None:
    """What keeps a text from being Python; ``None`` where nothing does."""
    try:
        parse(code, top_level_await=True)
    except SyntaxError as why:
        return why
    return None


def lines_of(text: str) -> list[str]:
    """The lines with their ends; unlike splitlines, nothing but a line feed ends one."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)
