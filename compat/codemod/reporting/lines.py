"""Look up the source lines of findings, in a file or in a notebook's cell."""

import json
from pathlib import Path

from compat.codemod.files.notebook import cells
from compat.codemod.source import FileResult, Options, Place, Result


class Lines:
    """The lines of a run's files, as they are when the run is over."""

    def __init__(self, result: Result, options: Options) -> None:
        self._files = {file.path: file for file in result.files}
        self._writes = options.writes
        self._known: dict[tuple[str, int | None], list[str]] = {}

    def of(self, place: Place) -> str:
        """Return the line of a place; an empty string if the file has no such line."""
        key = place.path, place.cell
        if key not in self._known:
            self._known[key] = self._text(place).split("\n")
        lines = self._known[key]
        return lines[place.line - 1].rstrip("\r") if 0 < place.line <= len(lines) else ""

    def _text(self, place: Place) -> str:
        if place.cell is not None:  # what was read has something else in the place of magics
            return "".join(json.loads(_on_disk(place.path))["cells"][place.cell - 1]["source"])
        file = self._files.get(place.path)
        text = (file.after if self._writes else file.before) if file else ""
        return text or _on_disk(place.path)


def shown(file: FileResult) -> list[tuple[str, str, str]]:
    """Return what to compare of a file, before and after: its text, or changed cells by name."""
    if not file.path.endswith(".ipynb"):
        return [("", file.before, file.after)]
    after = cells(file.after)
    return [
        (f"cell {number}", old, after[number])
        for number, old in cells(file.before).items()
        if after.get(number, old) != old
    ]


def _on_disk(path: str) -> str:
    try:
        return Path(path).read_text("utf-8", "replace")
    except OSError:
        return ""
