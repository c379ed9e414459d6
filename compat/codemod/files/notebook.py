"""Read Jupyter notebooks."""

import dataclasses
import json
import json.scanner
import re
from collections.abc import Callable, Iterator
from typing import Any

from compat.codemod.files.document import LEAVE_OUT, Document, Prose, UnreadableError
from compat.codemod.files.magics import Magics
from compat.codemod.source import Module, Place

# A cell that is indented as a whole is read as a block.
_INDENTED = re.compile(r"(?:[ \t]*\n)*[ \t]+\S")
_HEAD = "if cell():"
_CELL = re.compile(rf"^(?:{re.escape(_HEAD)}  )?# compat: cell (\d+)\n", re.M)


class Notebook(Document):
    """A notebook; its code cells are one module, in order."""

    def _pieces(self) -> Iterator[Module]:
        try:
            self._sources = dict(_sources(self.text))
            codes = {number: "".join(source) for number, source in self._sources.items()}
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as why:
            raise UnreadableError(
                f"it is not a notebook: {why}. Save it again with Jupyter, or {LEAVE_OUT}"
            ) from why
        self._magics = Magics()
        parts = []
        for number, code in codes.items():
            try:
                head, masked, hidden = self._masked(code)
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
            self.prose.extend(one._replace(cell=number) for one in hidden)
            parts.append(f"{head}# compat: cell {number}\n{masked}\n")
        if parts:
            yield Module(self.path, "".join(parts), interactive=True)

    def _masked(self, code: str) -> tuple[str, str, list[Prose]]:
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
        old, new = cells(self.pieces[0].text.text), cells(texts[self.path])
        parts, at = [], 0
        for number, source in self._sources.items():
            if number in new and new[number] != old[number]:
                start, end = source.span
                if not old[number].strip() and "".join(source).strip():
                    raise UnreadableError(f"cell {number} is not Python, and cannot be changed")
                unmasked = self._magics.unmask(new[number])
                parts += [self.text[at:start], _replaced(self.text, source, unmasked)]
                at = end
        return self._encode("".join([*parts, self.text[at:]]))

    def located(self, place: Place, texts: dict[str, str]) -> Place:
        """Return the place with its cell, counted from 1 among all cells, and its line there."""
        if place.cell is not None:
            return place
        text = texts.get(self.path, self.pieces[0].text.text if self.pieces else "")
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


class _String(str):
    """A string of a JSON text, with the start and end of its literal there."""

    span = (0, 0)


class _List(list[_String]):
    """A list of a JSON text, with the start and end of its literal there."""

    span = (0, 0)


class _Decoder(json.JSONDecoder):
    """A decoder that keeps where strings and lists are."""

    def __init__(self) -> None:
        super().__init__()
        self.parse_string, self.parse_array = _string, _list
        self.scan_once = json.scanner.py_make_scanner(self)  # type: ignore[attr-defined]


def _string(text: str, start: int, strict: bool) -> tuple[_String, int]:
    value, end = json.decoder.scanstring(text, start, strict)  # type: ignore[attr-defined]
    found = _String(value)
    found.span = start - 1, end
    return found, end


def _list(begin: tuple[str, int], scan: Callable[..., Any], *hook: Any) -> tuple[_List, int]:
    # from 3.15 on there is a hook for lists
    values, end = json.decoder.JSONArray(begin, scan, *hook)  # type: ignore[attr-defined]
    found = _List(values)
    found.span = begin[1] - 1, end
    return found, end


def _sources(text: str) -> Iterator[tuple[int, _String | _List]]:
    """Yield the source of each code cell, whole or as a list of lines, by its number from 1."""
    whole = _Decoder().decode(text)
    metadata = whole.get("metadata", {})
    spoken = metadata.get("kernelspec", {}).get("language") or metadata.get(
        "language_info", {}
    ).get("name", "python")
    if str(spoken).lower().startswith(("python", "ipython")):
        for number, cell in enumerate(whole["cells"], 1):
            source = cell["source"] if cell.get("cell_type") == "code" else None
            if not isinstance(source, _String | _List | None):
                raise TypeError(f"the source of cell {number} is no text")
            if source is not None:
                yield number, source


def _replaced(text: str, source: _String | _List, new: str) -> str:
    """Return the JSON for a new source in the old one's style; known lines keep their spelling."""
    start, end = source.span
    old = text[start:end]
    ascii_only = old.isascii() and "\\u" in old
    if isinstance(source, str):
        return json.dumps(new, ensure_ascii=ascii_only)
    known = {str(line): text[slice(*line.span)] for line in source}
    fresh = [
        known.get(line) or json.dumps(line, ensure_ascii=ascii_only)
        for line in new.splitlines(keepends=True)
    ]
    if not fresh or not source:
        return f"[{', '.join(fresh)}]"
    opening, closing = text[start : source[0].span[0]], text[source[-1].span[1] : end]
    between = (
        text[source[0].span[1] : source[1].span[0]]
        if len(source) > 1
        else "," + (opening[1:] or " ")
    )
    return opening + between.join(fresh) + closing
