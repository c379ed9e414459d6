"""Write unified diffs that ``git apply`` accepts at the project's root."""

import difflib
import os
import re
from collections.abc import Iterator
from pathlib import Path

from compat.codemod.files.document import lines_of
from compat.codemod.reporting.words import printable
from compat.codemod.source import FileResult

_SOURCE = re.compile(r'\s*"source"\s*:')
_HUNK = re.compile(r"@@ -(\d+)")
_CONTEXT = 3


def diff(file: FileResult, *, shown: bool = True) -> Iterator[str]:
    """Yield a unified diff; for a notebook of its JSON, with cell and line at each hunk.

    Args:
        file: what became of a file.
        shown: whether a person reads it; for ``git apply``, bytes that are no UTF-8 are kept
            as ``surrogateescape`` decodes them, as in a source of another encoding.
    """
    path = from_root(file.path)
    old_name, new_name = (
        f"{side}/{printable(path)}" if shown else _named(f"{side}/{path}") for side in "ab"
    )
    text = (file.before, file.after)
    notebook = path.endswith(".ipynb")
    if notebook or not shown:
        how = "replace" if shown else "surrogateescape"
        text = (file.old.decode("utf-8", how), file.new.decode("utf-8", how))
    old, new = map(lines_of, text)
    names = _source_lines(old) if notebook else {}
    for line in difflib.unified_diff(old, new, old_name, new_name, n=_CONTEXT, lineterm=""):
        if hunk := _HUNK.match(line):
            first = int(hunk[1])
            near = (names.get(one, "") for one in range(first + _CONTEXT, first - 1, -1))
            line = f"{line} {next(filter(None, near), '')}".rstrip()
        yield line.removesuffix("\n")
        if not line.endswith(("\n", "\r")) and not line.startswith(("---", "+++", "@@")):
            yield "\\ No newline at end of file"


def _named(path: str) -> str:
    """Return a path as git writes it in a patch: special characters are quoted as in C."""
    name = path.encode("utf-8", "surrogateescape")
    # what is not UTF-8 is not printable
    if name.decode("utf-8", "surrogateescape").isprintable() and not set(path) & set('"\\'):
        return path
    return (
        '"'
        + "".join(
            chr(one) if 0x20 <= one < 0x7F and chr(one) not in '"\\' else f"\\{one:03o}"
            for one in name
        )
        + '"'
    )


def from_root(path: str) -> str:
    """Return a path relative to its project's root: the folder with ``.git``, else this one."""
    whole = Path(os.path.abspath(path))
    root = next((one for one in whole.parents if (one / ".git").exists()), None) or Path.cwd()
    return (
        whole.relative_to(root) if whole.is_relative_to(root) else whole.relative_to(whole.anchor)
    ).as_posix()


def _source_lines(lines: list[str]) -> dict[int, str]:
    """Return the cell and source line that each line of a notebook's JSON holds, if any."""
    found, cell, line = {}, 0, None
    for number, text in enumerate(lines, 1):
        if _SOURCE.match(text):
            cell, line = cell + 1, 0
            found[number] = f"cell {cell}"
        elif line is not None and text.lstrip().startswith('"'):
            line += 1
            found[number] = f"cell {cell}, line {line}"
        elif line is not None:
            line = None
    return found
