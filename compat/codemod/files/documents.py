"""Files as they are on disk, the Python in them, and putting changed Python back without touching the rest."""

from __future__ import annotations

import codecs
import dataclasses
import io
import json
import json.decoder
import re
import tokenize
from collections.abc import Callable, Iterator
from typing import Any

from compat.codemod.files import discovery
from compat.codemod.source.findings import Finding, Place
from compat.codemod.source.text import parse

_LEAVE_OUT = "leave it out with --exclude."
_NAMED = re.compile(r"torchaudio|\btorio\b")


class UnreadableError(Exception):
    """A file that cannot be read as what it is; the text says why, and where."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.line = line


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


class Document:
    """A Python file; the other kinds of document inherit from it."""

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.data = data
        self.unparsed: list[tuple[int, str]] = []
        self._bom = data.startswith(codecs.BOM_UTF8)
        self._encoding = self._detect(data)
        try:
            self.text: str = data[3 if self._bom else 0 :].decode(self._encoding)
        except (UnicodeDecodeError, LookupError) as why:
            raise UnreadableError(f"it is not {self._encoding}: {why}. Name its encoding in its first line, or {_LEAVE_OUT}") from why
        if self._encode(self.text) != data:
            raise UnreadableError(f"its {self._encoding} text does not come back the same. Save it as utf-8, or {_LEAVE_OUT}")
        self.pieces: list[Piece] = list(self._pieces())

    def _detect(self, data: bytes) -> str:
        try:
            encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        except SyntaxError as why:
            raise UnreadableError(str(why)) from why
        return "utf-8" if encoding == "utf-8-sig" else encoding

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


class Notebook(Document):
    """A Jupyter notebook: its code cells are one module, in order."""

    _PYTHON_MAGICS = re.compile(r"%%(time|timeit|capture|prun)\b")
    _MAGIC = re.compile(r"[ \t]*(?:[%!?]|[\w\[\]., ]+=[ \t]*[%!]|[\w.]+\?{1,2}[ \t]*\Z)")
    _MARK = re.compile(r"pass  # compat: magic (\d+)$", re.M)
    _CELL = re.compile(r"^# compat: cell (\d+)\n", re.M)

    def _detect(self, data: bytes) -> str:
        return "utf-8"

    def _pieces(self) -> Iterator[Piece]:
        try:
            self._sources = dict(_cell_sources(self.text))
        except (ValueError, IndexError, KeyError, TypeError, AttributeError) as why:
            raise UnreadableError(f"it is not a notebook: {why}. Save it again with Jupyter, or {_LEAVE_OUT}") from why
        self._magics: list[str] = []
        parts = []
        for number, source in self._sources.items():
            masked = self._masked(source.value, number)
            if masked is not None:
                parts.append(f"# compat: cell {number}\n{masked}\n")
        if parts:
            yield Piece(self.path, "".join(parts), interactive=True)

    def _masked(self, code: str, number: int) -> str | None:
        """A cell's Python, its magics as `pass`; ``None`` where it is something else."""
        if code.lstrip().startswith("%%") and not self._PYTHON_MAGICS.match(code.lstrip()):
            return None
        if _parses(code):
            return code
        lines, goes_on = [], False
        for line in code.split("\n"):
            if goes_on or self._MAGIC.match(line):
                goes_on = line.rstrip().endswith("\\")
                indent = re.match(r"[ \t]*", line)
                lines.append(f"{indent.group() if indent else ''}pass  # compat: magic {len(self._magics)}")
                self._magics.append(line.lstrip(" \t"))
            else:
                lines.append(line)
        masked = "\n".join(lines)
        if _parses(masked):
            return masked
        if _NAMED.search(code):
            self.unparsed.append((number, "this cell is not Python"))
        return None

    def _cells(self, text: str) -> dict[int, str]:
        parts = self._CELL.split(text)
        return {int(parts[index]): parts[index + 1].removesuffix("\n") for index in range(1, len(parts), 2)}

    def rebuild(self, texts: dict[str, str]) -> bytes:
        """Only the sources of changed cells differ, in them only the changed lines."""
        old, new = self._cells(self.pieces[0].text), self._cells(texts[self.path])
        parts, at = [], 0
        for number, source in self._sources.items():
            if number in new and new[number] != old[number]:
                text = self._MARK.sub(lambda match: self._magics[int(match.group(1))], new[number])
                parts += [self.text[at : source.start], source.replaced(self.text, text)]
                at = source.end
        return self._encode("".join([*parts, self.text[at:]]))

    def located(self, place: Place, texts: dict[str, str] | None = None) -> Place:
        """Cells count from 1, all kinds of them, and lines from 1 in each."""
        text = (texts or {}).get(self.path, self.pieces[0].text if self.pieces else "")
        line = 0
        for number, cell in self._cells(text).items():
            count = cell.count("\n") + 2
            if place.line <= line + count:
                return dataclasses.replace(
                    place, line=max(1, place.line - line - 1), end_line=max(1, place.end_line - line - 1), cell=number
                )
            line += count
        return place


@dataclasses.dataclass(frozen=True)
class _Source:
    """The source of one cell in the JSON text: its stretch, its value, and its lines as they are written, if it is a list."""

    start: int
    end: int
    value: str
    lines: tuple[tuple[int, int, str], ...] | None

    def replaced(self, text: str, new: str) -> str:
        """The JSON for a new source, written as this one was; lines that were there before keep their spelling."""
        old = text[self.start : self.end]
        ascii_only = old.isascii() and "\\u" in old
        if self.lines is None:
            return json.dumps(new, ensure_ascii=ascii_only)
        known = {line: text[start:end] for start, end, line in self.lines}
        fresh = [known.get(line) or json.dumps(line, ensure_ascii=ascii_only) for line in new.splitlines(keepends=True)]
        if not fresh or not self.lines:
            return "[]" if not fresh else f"[{', '.join(fresh)}]"
        opening, closing = text[self.start : self.lines[0][0]], text[self.lines[-1][1] : self.end]
        between = text[self.lines[0][1] : self.lines[1][0]] if len(self.lines) > 1 else "," + (opening[1:] or " ")
        return opening + between.join(fresh) + closing


def _cell_sources(text: str) -> Iterator[tuple[int, _Source]]:
    """The source of each code cell, by the cell's number from 1."""
    found: dict[tuple[Any, ...], _Source] = {}

    def lists(path: tuple[Any, ...], start: int, end: int, value: Any, parts: list[tuple[int, int, Any]]) -> None:
        if len(path) == 3 and path[0] == "cells" and path[2] == "source":
            if isinstance(value, str):
                found[path] = _Source(start, end, value, None)
            elif isinstance(value, list) and all(isinstance(line, str) for line in value):
                found[path] = _Source(start, end, "".join(value), tuple(parts))

    whole = _Json(text, lists).document()
    language = whole.get("metadata", {}).get("kernelspec", {}).get("language", "python")
    for index, cell in enumerate(whole["cells"]):
        if cell.get("cell_type") == "code" and ("cells", index, "source") in found and str(language).lower().startswith("python"):
            yield index + 1, found["cells", index, "source"]


class _Json:
    """A JSON reader that says where values stand; the standard one keeps that to itself."""

    _SPACE = re.compile(r"[ \t\r\n]*")
    _SCALAR = re.compile(r"-?[\w.+-]+")

    def __init__(self, text: str, tell: Callable[[tuple[Any, ...], int, int, Any, list[tuple[int, int, Any]]], None]) -> None:
        self._text, self._tell = text, tell

    def document(self) -> Any:
        """The whole value.

        Raises:
            ValueError: it is not JSON.
        """
        value, end = self._value(self._skip(0), ())
        if self._skip(end) != len(self._text):
            raise ValueError("something stands behind the JSON")
        return value

    def _skip(self, at: int) -> int:
        match = self._SPACE.match(self._text, at)
        return match.end() if match else at

    def _value(self, at: int, path: tuple[Any, ...]) -> tuple[Any, int]:
        text, parts = self._text, []
        value: Any
        if text[at] == '"':
            value, end = _scan_string(text, at + 1)
        elif text[at] in "[{":
            is_list = text[at] == "["
            value = [] if is_list else {}
            end = self._skip(at + 1)
            while text[end] not in "]}":
                key: Any = len(value)
                if not is_list:
                    key, end = _scan_string(text, end + 1)
                    end = self._skip(self._skip(end) + 1)
                start = end
                item, end = self._value(end, (*path, key))
                parts.append((start, end, item))
                if is_list:
                    value.append(item)
                else:
                    value[key] = item
                end = self._skip(end)
                if text[end] == ",":
                    end = self._skip(end + 1)
            end += 1
        else:
            match = self._SCALAR.match(text, at)
            if match is None:
                raise ValueError(f"not JSON at {at}")
            value, end = json.loads(match.group()), match.end()
        self._tell(path, at, end, value, parts)
        return value, end


def _scan_string(text: str, at: int) -> tuple[str, int]:
    """The JSON string whose opening quote is just before, and where it ends."""
    value, end = json.decoder.scanstring(text, at, True)  # type: ignore[attr-defined]
    return str(value), int(end)


class Prose(Document):
    """Markdown or reStructuredText: each block of Python is a program of its own."""

    def _detect(self, data: bytes) -> str:
        return "utf-8"

    def _pieces(self) -> Iterator[Piece]:
        self._blocks: dict[str, tuple[int, int, str]] = {}
        find = _fences if discovery.kind_of(self.path) == discovery.MARKDOWN else _directives
        for number, (start, end) in enumerate(find(self.text), 1):
            raw = self.text[start:end]
            if not _NAMED.search(raw) or ">>>" in raw:
                continue
            indents = {re.match(r"[ \t]*", line).group() for line in _lines(raw) if line.strip()}  # type: ignore[union-attr]
            indent = min(indents, key=len) if indents else ""
            code = "".join(line.removeprefix(indent) if line.strip() else line for line in _lines(raw))
            if not _parses(code):
                self.unparsed.append((self.text.count("\n", 0, start) + 1, "this block is not Python"))
                continue
            key = f"{self.path}\0{number}"
            self._blocks[key] = (start, end, indent)
            yield Piece(key, code, standalone=True, interactive=True)

    def rebuild(self, texts: dict[str, str]) -> bytes:
        """The text with new blocks; what stands around them is not touched."""
        parts, at = [], 0
        for piece in self.pieces:
            start, end, indent = self._blocks[piece.key]
            new = texts[piece.key]
            if new != piece.text:
                parts += [self.text[at:start], "".join(indent + line if line.strip() else line for line in _lines(new))]
                at = end
        return self._encode("".join([*parts, self.text[at:]]))

    def located(self, place: Place, texts: dict[str, str] | None = None) -> Place:
        """Lines and columns count in the document."""
        if place.path not in self._blocks:
            return place
        start, _, indent = self._blocks[place.path]
        shift = self.text.count("\n", 0, start)
        for key, (other, _, _) in self._blocks.items():
            if texts and other < start and key in texts:
                shift += texts[key].count("\n") - next(piece.text for piece in self.pieces if piece.key == key).count("\n")
        return Place(self.path, place.line + shift, place.column + len(indent), place.end_line + shift, place.end_column + len(indent))


def _fences(text: str) -> Iterator[tuple[int, int]]:
    opening = re.compile(r"^[ \t>]*(`{3,}|~{3,})[ \t]*\{?\.?(?:python3?|py)\b[^\n]*\n", re.M | re.I)
    at = 0
    while match := opening.search(text, at):
        closing = re.compile(rf"^[ \t]*{re.escape(match.group(1))}[`~]*[ \t\r]*$", re.M).search(text, match.end())
        at = closing.start() if closing else len(text)
        yield match.end(), at


def _directives(text: str) -> Iterator[tuple[int, int]]:
    opening = re.compile(r"^([ \t]*)\.\. (?:code-block|code|sourcecode):: *(?:python3?|py)[ \t]*\n((?:[ \t]+:[^\n]*\n)*)\n*", re.M)
    for match in opening.finditer(text):
        at = match.end()
        for line in re.compile(r"[^\n]*\n?").finditer(text, at):
            words = line.group()
            if not words or (words.strip() and not re.match(match.group(1) + r"[ \t]+", words)):
                break
            if words.strip():
                at = line.end()
        yield match.end(), at


def _lines(text: str) -> list[str]:
    """The lines with their ends; unlike splitlines, nothing but a line feed ends one."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _parses(code: str) -> bool:
    try:
        parse(code, top_level_await=True)
    except SyntaxError:
        return False
    return True


def read(path: str, kind: str, data: bytes) -> Document:
    """The document.

    Raises:
        UnreadableError: it is not what its name says.
    """
    maker = {discovery.NOTEBOOK: Notebook, discovery.MARKDOWN: Prose, discovery.RST: Prose}.get(kind, Document)
    return maker(path, data)


def relocated(finding: Finding, document: Document, documents: dict[str, Document], texts: dict[str, str] | None) -> Finding:
    """The finding with its places as places in documents."""
    related = []
    for place in finding.related:
        other = documents.get(place.path.partition("\0")[0])
        related.append(other.located(place, texts) if other else place)
    return dataclasses.replace(finding, place=document.located(finding.place, texts), related=tuple(related))
