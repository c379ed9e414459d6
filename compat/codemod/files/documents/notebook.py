"""Read Jupyter notebooks."""

import dataclasses
import json
import re
from collections.abc import Iterator
from typing import Any, ClassVar, NamedTuple

from compat.codemod.files import discovery
from compat.codemod.files.document import LEAVE_OUT, Document, Piece, Prose, UnreadableError
from compat.codemod.files.magics import Hidden, Magics
from compat.codemod.source import Place, Text, parse

# A cell that is indented as a whole is read as a block.
_INDENTED = re.compile(r"(?:[ \t]*\n)*[ \t]+\S")
_HEAD = "if cell():"
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


_CELL = re.compile(rf"^(?:{re.escape(_HEAD)}  )?# compat: cell (\d+)\n", re.M)


class Notebook(Document):
    """A notebook; its code cells are one module, in order."""

    kinds: ClassVar[tuple[str, ...]] = (discovery.NOTEBOOK,)

    def _pieces(self) -> Iterator[Piece]:
        try:
            self._sources = dict(_sources(self.text))
        except (ValueError, IndexError, KeyError, TypeError, AttributeError, SyntaxError) as why:
            raise UnreadableError(
                f"it is not a notebook: {why}. Save it again with Jupyter, or {LEAVE_OUT}"
            ) from why
        self._magics = Magics()
        parts = []
        for number, source in self._sources.items():
            try:
                head, masked, hidden = self._masked(source.value)
            except SyntaxError as why:
                place = Place(self.path, why.lineno or 1, 1, why.lineno or 1, 1, number)
                self.unparsed.append(
                    (
                        place,
                        f"cell {number} is not Python: {why.msg}, in its line {place.line}. Mend "
                        f"it, or {LEAVE_OUT}",
                    )
                )
                continue
            self.prose.extend(Prose(one.text, one.line, number) for one in hidden)
            self.doubts.extend(
                Place(self.path, one.line, 1, one.line, 1, number) for one in hidden if one.may_load
            )
            parts.append(f"{head}# compat: cell {number}\n{masked}\n")
        if parts:
            yield Piece(self.path, "".join(parts), interactive=True)

    def _masked(self, code: str) -> tuple[str, str, list[Hidden]]:
        """Return the text before a cell's mark, its Python, and the lines that are not Python."""
        if not _INDENTED.match(code):
            return "", *self._magics.mask(code)
        masked, hidden = self._magics.mask(f"{_HEAD}\n{code}")
        return (
            f"{_HEAD}  ",
            masked.partition("\n")[2],
            [one._replace(line=one.line - 1) for one in hidden],
        )

    def rebuild(self, texts: dict[str, str]) -> bytes:
        """Return the notebook with the changed lines of changed cells and nothing else changed."""
        old, new = cells(self.pieces[0].text), cells(texts[self.path])
        parts, at = [], 0
        for number, source in self._sources.items():
            if number in new and new[number] != old[number]:
                parts += [
                    self.text[at : source.start],
                    source.replaced(self.text, self._magics.unmask(new[number])),
                ]
                at = source.end
        return self._encode("".join([*parts, self.text[at:]]))

    def located(self, place: Place, texts: dict[str, str] | None = None) -> Place:
        """Return the place with its cell, counted from 1 among all cells, and its line there."""
        if place.cell is not None:
            return place
        text = (texts or {}).get(self.path, self.pieces[0].text if self.pieces else "")
        line = 0
        for number, cell in cells(text).items():
            count = cell.count("\n") + 2
            if place.line <= line + count:
                first, last = max(1, place.line - line - 1), max(1, place.end_line - line - 1)
                return dataclasses.replace(place, line=first, end_line=last, cell=number)
            line += count
        return place


def cells(text: str) -> dict[int, str]:
    """Return the cells of a notebook's Python, by their numbers."""
    _, *parts = _CELL.split(text)
    numbers, sources = map(int, parts[::2]), parts[1::2]
    return {number: one.removesuffix("\n") for number, one in zip(numbers, sources, strict=True)}


class _Source(NamedTuple):
    """The source of one cell in the JSON text.

    Attributes:
        start: where it begins there.
        end: where it ends.
        value: the source itself.
        lines: start, end and text of each line, if the JSON has a list of lines.
    """

    start: int
    end: int
    value: str
    lines: list[tuple[int, int, str]] | None

    def replaced(self, text: str, new: str) -> str:
        """Return the JSON for a new source in this one's style; known lines keep their spelling."""
        old = text[self.start : self.end]
        ascii_only = old.isascii() and "\\u" in old
        if self.lines is None:
            return json.dumps(new, ensure_ascii=ascii_only)
        known = {line: text[start:end] for start, end, line in self.lines}
        fresh = [
            known.get(line) or json.dumps(line, ensure_ascii=ascii_only)
            for line in new.splitlines(keepends=True)
        ]
        if not fresh or not self.lines:
            return "[]" if not fresh else f"[{', '.join(fresh)}]"
        opening, closing = text[self.start : self.lines[0][0]], text[self.lines[-1][1] : self.end]
        between = (
            text[self.lines[0][1] : self.lines[1][0]]
            if len(self.lines) > 1
            else "," + (opening[1:] or " ")
        )
        return opening + between.join(fresh) + closing


def _sources(text: str) -> Iterator[tuple[int, _Source]]:
    """Yield the source of each code cell, by the cell's number from 1.

    JSON parses as a Python expression, and ``ast`` tells where each value is.
    """
    whole = json.loads(text)
    places = Text(f"({_NOT_ASCII.sub('_', text)})")
    tree: Any = parse(places.text).body[0]
    metadata = whole.get("metadata", {})
    spoken = metadata.get("kernelspec", {}).get("language") or metadata.get(
        "language_info", {}
    ).get("name", "python")
    if not str(spoken).lower().startswith(("python", "ipython")):
        return
    for number, (cell, node) in enumerate(
        zip(whole["cells"], _fields(tree.value)["cells"].elts, strict=True), 1
    ):
        source = cell["source"] if cell.get("cell_type") == "code" else None
        if source is None:
            continue
        start, end = (offset - 1 for offset in places.span(_fields(node)["source"]))
        if isinstance(source, str):
            yield number, _Source(start, end, source, None)
        else:
            spans = map(places.span, _fields(node)["source"].elts)
            lines = [
                (first - 1, last - 1, line)
                for (first, last), line in zip(spans, source, strict=True)
            ]
            yield number, _Source(start, end, "".join(source), lines)


def _fields(node: Any) -> dict[Any, Any]:
    return {key.value: value for key, value in zip(node.keys, node.values, strict=True)}


DOCUMENT = Notebook
