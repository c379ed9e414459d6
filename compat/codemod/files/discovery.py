"""Find the files: Python, notebooks, documents, and others that may name a release or variable."""

from __future__ import annotations

import contextlib
import fnmatch
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

ALWAYS_SKIPPED = {
    ".git", ".hg", ".svn", "__pycache__", ".tox", ".nox", ".venv", "venv", "node_modules", ".eggs",
    ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".ipynb_checkpoints",
}  # fmt: skip


# a class in ``documents`` reads each
PYTHON, NOTEBOOK, MARKDOWN, RST, OTHER = "python", "notebook", "markdown", "rst", "other"
CYTHON = (".pyx", ".pxi", ".pxd")
_KINDS = {
    ".py": PYTHON,
    ".pyi": PYTHON,
    ".pyw": PYTHON,
    ".ipynb": NOTEBOOK,
    ".md": MARKDOWN,
    ".markdown": MARKDOWN,
    ".rst": RST,
    ".sh": OTHER,
    ".bash": OTHER,
    ".zsh": OTHER,
    ".yml": OTHER,
    ".yaml": OTHER,
    ".toml": OTHER,
    ".cfg": OTHER,
    ".ini": OTHER,
    ".env": OTHER,
    ".dockerfile": OTHER,
    ".json": OTHER,
    ".mk": OTHER,
    ".ps1": OTHER,
    ".bat": OTHER,
    **dict.fromkeys(CYTHON, OTHER),
}
_OTHER_NAMES = re.compile(
    r"(Dockerfile.*|.*requirements.*\.(txt|in)|.*constraints.*\.txt|Makefile|Pipfile|\.env.*|Containerfile)\Z"
)
# a zip file of Python may have the same first line
_SHEBANG = re.compile(rb"#![^\n]*\b(?:python|uv run)[^\n]*(?:\n(?!PK\x03)|\Z)")


def kind_of(path: str) -> str | None:
    """Return the kind of a file by its name; ``None`` for a file to leave alone."""
    if path.endswith(".py"):
        return PYTHON
    name = os.path.basename(path)
    kind = _KINDS.get(os.path.splitext(name)[1].lower())
    return OTHER if kind is None and _OTHER_NAMES.match(name) else kind


def _kind_of_script(entry: os.DirEntry[str]) -> str | None:
    """Return the kind of a file without a suffix: Python if its first line says so."""
    with contextlib.suppress(OSError):
        if "." not in entry.name and entry.is_file():
            with open(entry.path, "rb", buffering=0) as file:
                return PYTHON if _SHEBANG.match(file.read(100)) else None
    return None


def folders(paths: Iterable[str], *, above: bool = False) -> set[str]:
    """Return the folders of files, and with ``above`` the folders above those."""
    found = set(map(os.path.abspath, {*map(os.path.dirname, paths)}))
    higher = {str(folder) for one in found for folder in Path(one).parents} if above else set()
    return found | higher


class Ignored:
    """The .gitignore files that apply in a folder; ``parent`` holds those of the folder above."""

    def __init__(self, folder: str, parent: Ignored | None) -> None:
        self.folder = folder
        self.parent = parent
        self._spec = None
        with contextlib.suppress(OSError):
            lines = Path(folder, ".gitignore").read_text("utf-8", "surrogateescape").splitlines()
            import pathspec

            self._spec = pathspec.GitIgnoreSpec.from_lines(lines)

    def has(self, path: str, *, folder: bool = False) -> bool:
        """Return whether a path is ignored; the innermost file that mentions it decides."""
        if self._spec is not None:
            inside = os.path.relpath(path, self.folder).replace(os.sep, "/")
            include = self._spec.check_file(f"{inside}/" if folder else inside).include
            if include is not None:
                return bool(include)
        return self.parent is not None and self.parent.has(path, folder=folder)


class Found(NamedTuple):
    """A file to look at; it checks .gitignore on demand, since that costs more than reading it."""

    path: str
    kind: str
    ignored: Ignored | None = None
    is_named: bool = False

    def is_ignored(self) -> bool:
        """Return whether a .gitignore excludes it."""
        return self.ignored is not None and self.ignored.has(self.path)


def walk(paths: Iterable[str], exclude: Iterable[str], *, documents: bool) -> Iterator[Found]:
    """Yield the files below the paths, each once.

    A file named by the user is taken whatever its name, even if it is ignored. Folders that are
    symbolic links are not entered, unless the user named them, so a cycle of links cannot trap us.
    """
    patterns = [pattern.rstrip("/") for pattern in exclude]
    given = list(paths)
    roots = [f"{os.path.realpath(path)}{os.sep}" for path in given if os.path.isdir(path)]
    seen = set()
    for path in given:
        named = [(Found(path, kind_of(path) or PYTHON, is_named=True), False)]
        for one, is_link in _folder(path, _above(path), patterns) if os.path.isdir(path) else named:
            found = one._replace(path=one.path.removeprefix(f".{os.sep}"))
            if found.kind in (MARKDOWN, RST) and not (documents or found.is_named):
                continue
            if is_link or len(given) > 1:
                real = os.path.realpath(found.path)
                # a link's target inside the project is found under its own name, if it exists
                if real in seen or (
                    is_link and (not os.path.exists(real) or real.startswith(tuple(roots)))
                ):
                    continue
                seen.add(real)
            yield found


def _above(path: str) -> Ignored | None:
    """Return the .gitignore files of the folders above a path, up to its repository's root."""
    here = Path(os.path.abspath(path))
    root = next((one for one in (here, *here.parents) if (one / ".git").exists()), here)
    ignored = None
    for folder in reversed([one for one in here.parents if one.is_relative_to(root)]):
        ignored = Ignored(str(folder), ignored)
    return ignored


def _folder(
    path: str, ignored: Ignored | None, patterns: list[str]
) -> Iterator[tuple[Found, bool]]:
    try:
        entries = sorted(os.scandir(path), key=lambda entry: entry.name)
    except OSError:
        yield Found(path, PYTHON), False  # reading it will fail and give the reason
        return
    if any(entry.name == ".gitignore" for entry in entries):
        ignored = Ignored(path, ignored)
    for entry in entries:
        if patterns and _excluded(entry.path, entry.name, patterns):
            continue
        is_folder = entry.is_dir(follow_symlinks=False)
        is_locked = entry.name.startswith(".#")
        kind = None if is_folder or is_locked else kind_of(entry.name) or _kind_of_script(entry)
        if (
            is_folder
            and entry.name not in ALWAYS_SKIPPED
            and not (ignored and ignored.has(entry.path, folder=True))
        ):
            yield from _folder(entry.path, ignored, patterns)
        elif kind and not (entry.is_symlink() and os.path.isdir(entry.path)):
            yield Found(entry.path, kind, ignored), entry.is_symlink()


def _excluded(path: str, name: str, patterns: list[str]) -> bool:
    plain = path.replace(os.sep, "/").removeprefix("./")
    return any(
        fnmatch.fnmatch(name, pattern)
        or fnmatch.fnmatch(plain, pattern)
        or fnmatch.fnmatch(plain, f"*/{pattern}")
        for pattern in patterns
    )
