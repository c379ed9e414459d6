"""Read a file and the Python in it, and put changed Python back without touching the rest."""

import codecs
import re
from collections.abc import Iterator
from typing import NamedTuple

from compat.codemod.source import Module, Place

LEAVE_OUT = "leave it out with --exclude."
NAMED = re.compile(r"torchaudio|\btorio\b")


class UnreadableError(Exception):
    """A file that is not what its name says; the text gives the reason."""

    lineno: int | None = None


class Prose(NamedTuple):
    """A part that is not rewritten, only searched for old names.

    Attributes:
        text: the text.
        line: its first line.
        cell: the notebook cell that holds it.
        may_load: whether it may load audio under a setter of the document.
    """

    text: str
    line: int = 1
    cell: int | None = None
    may_load: bool = False


class Document:
    """A document of one piece; each other kind inherits from this, in a file of its own.

    Attributes:
        pieces: the Python in it; the path is the document's if that is all of it.
        prose: other text that may hold old names.
        unparsed: places that should be Python and are not, with the reason.

    Raises:
        SyntaxError: it is not Python.
        UnreadableError: it is not what its name says.
    """

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.data = data
        self.prose: list[Prose] = []
        self.unparsed: list[tuple[Place, str]] = []
        self._bom = data.startswith(codecs.BOM_UTF8)
        self._encoding = self._detect(data)
        try:
            self.text: str = data[3 if self._bom else 0 :].decode(self._encoding)
        except (UnicodeDecodeError, LookupError) as why:
            raise UnreadableError(
                f"it is not {self._encoding}: {why}. Name its encoding "
                f"in its first line, or {LEAVE_OUT}"
            ) from why
        if self._encode(self.text) != data:
            raise UnreadableError(
                f"its {self._encoding} text does not come back the same. "
                f"Save it as utf-8, or {LEAVE_OUT}"
            )
        self.pieces: list[Module] = list(self._pieces())

    def _detect(self, data: bytes) -> str:
        """Return the name of the encoding."""
        return "utf-8"

    def _encode(self, text: str) -> bytes:
        try:
            return (codecs.BOM_UTF8 if self._bom else b"") + text.encode(self._encoding)
        except UnicodeEncodeError as why:
            raise UnreadableError(f"its text does not fit {self._encoding}: {why}") from why

    def _pieces(self) -> Iterator[Module]:
        yield Module(self.path, self.text)

    def rebuild(self, texts: dict[str, str]) -> bytes:
        """Return the document with new texts for its pieces, given by their paths."""
        return self._encode(texts[self.path])

    def located(self, place: Place, texts: dict[str, str]) -> Place:
        """Return a place in a piece as a place in the document.

        Args:
            place: a place in a piece.
            texts: the new texts of the pieces, if the place is in one of them; else empty.
        """
        return place


def lines_of(text: str) -> list[str]:
    """Return the lines with their ends; unlike ``splitlines``, split at line feeds only."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)
