"""Which files there are: Python, notebooks, documents, and the others that may name a release or a variable."""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterable, Iterator

ALWAYS_SKIPPED = {
    ".git", ".hg", ".svn", "__pycache__", ".tox", ".nox", ".venv", "venv", "node_modules", ".eggs",
    ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".ipynb_checkpoints",
}  # fmt: skip

_HERE = f".{os.sep}"

PYTHON, NOTEBOOK, MARKDOWN, RST, OTHER = "python", "notebook", "markdown", "rst", "other"
_KINDS = {".py": PYTHON, ".pyi": PYTHON, ".pyw": PYTHON, ".ipynb": NOTEBOOK, ".md": MARKDOWN, ".markdown": MARKDOWN, ".rst": RST}
_OTHER = {".sh", ".bash", ".zsh", ".yml", ".yaml", ".toml", ".cfg", ".ini", ".env", ".dockerfile", ".json", ".mk", ".ps1", ".bat"}
_OTHER_NAMES = re.compile(r"(Dockerfile.*|.*requirements.*\.(txt|in)|.*constraints.*\.txt|Makefile|Pipfile|\.env.*|Containerfile)\Z")


def kind_of(path: str) -> str | None:
    """The kind of a file by its name; ``None`` for one that is of no concern."""
    if path.endswith(".py"):
        return PYTHON
    name = os.path.basename(path)
    suffix = os.path.splitext(name)[1].lower()
    if suffix in _KINDS:
        return _KINDS[suffix]
    return OTHER if suffix in _OTHER or _OTHER_NAMES.match(name) else None


class Ignored:
    """The .gitignore files that hold in a folder; ``parent`` has those of the folder above."""

    def __init__(self, folder: str, parent: Ignored | None) -> None:
        self.folder = folder
        self.parent = parent
        self._spec = None
        path = os.path.join(folder, ".gitignore")
        try:
            with open(path, encoding="utf-8", errors="surrogateescape") as file:
                lines = file.read().splitlines()
        except OSError:
            return
        import pathspec

        self._spec = pathspec.GitIgnoreSpec.from_lines(lines)

    def has(self, path: str, *, folder: bool = False) -> bool:
        """Whether a path is ignored; the innermost file that speaks of it decides."""
        level: Ignored | None = self
        while level is not None:
            if level._spec is not None:
                inside = os.path.relpath(path, level.folder).replace(os.sep, "/")
                include = level._spec.check_file(f"{inside}/" if folder else inside).include
                if include is not None:
                    return bool(include)
            level = level.parent
        return False


class Found:
    """A file to look at; whether it is ignored is asked only once it matters, because that costs more than reading it."""

    __slots__ = ("_ignored", "is_named", "kind", "path")

    def __init__(self, path: str, kind: str, ignored: Ignored | None, *, is_named: bool = False) -> None:
        self.path = path
        self.kind = kind
        self.is_named = is_named
        self._ignored = ignored

    def is_ignored(self) -> bool:
        """Whether a .gitignore speaks of it."""
        return self._ignored is not None and self._ignored.has(self.path)


def walk(paths: Iterable[str], exclude: Iterable[str], *, documents: bool) -> Iterator[Found]:
    """The files below the paths, each once; a path given itself is taken whatever it is called and ignored by whom.

    Folders that are symbolic links are not entered, unless given, so a loop of them cannot trap us.
    """
    patterns = [pattern.rstrip("/") for pattern in exclude]
    given = list(paths)
    roots = [f"{os.path.realpath(path)}{os.sep}" for path in given if os.path.isdir(path)]
    seen = set()
    for path in given:
        if not os.path.isdir(path):
            path = path.removeprefix(_HERE)
            real = os.path.realpath(path)
            if real not in seen:
                seen.add(real)
                yield Found(path, kind_of(path) or PYTHON, None, is_named=True)
            continue
        for found, is_link in _folder(path, _above(path), patterns):
            found.path = found.path.removeprefix(_HERE)
            if found.kind in (MARKDOWN, RST) and not documents:
                continue
            if is_link:
                # What lies in the project itself is found there, by its own name.
                real = os.path.realpath(found.path)
                if real in seen or (os.path.isfile(real) and real.startswith(tuple(roots))):
                    continue
                seen.add(real)
            elif len(given) > 1:
                real = os.path.realpath(found.path)
                if real in seen:
                    continue
                seen.add(real)
            yield found


def _above(path: str) -> Ignored | None:
    """The .gitignore files of the folders above a path, up to the root of its repository."""
    folders = []
    folder = os.path.abspath(path)
    if os.path.isdir(os.path.join(folder, ".git")):
        return None
    while (above := os.path.dirname(folder)) != folder:
        folders.append(above)
        folder = above
        if os.path.exists(os.path.join(folder, ".git")):
            break
    else:
        return None
    ignored = None
    for one in reversed(folders):
        ignored = Ignored(one, ignored)
    return ignored


def _folder(path: str, ignored: Ignored | None, patterns: list[str]) -> Iterator[tuple[Found, bool]]:
    try:
        entries = sorted(os.scandir(path), key=lambda entry: entry.name)
    except OSError:
        yield Found(path, PYTHON, None), False  # reading it will say why it cannot be read
        return
    if any(entry.name == ".gitignore" for entry in entries):
        ignored = Ignored(os.path.abspath(path), ignored)
    lazy = _Lazy(ignored) if ignored else None
    for entry in entries:
        if patterns and _excluded(entry.path, entry.name, patterns):
            continue
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in ALWAYS_SKIPPED and not (ignored and ignored.has(os.path.abspath(entry.path), folder=True)):
                yield from _folder(entry.path, ignored, patterns)
            continue
        kind = kind_of(entry.name)
        if kind is None or entry.name.startswith(".#"):
            continue
        is_link = entry.is_symlink()
        if not (is_link and os.path.isdir(entry.path)):
            yield Found(entry.path, kind, lazy), is_link


class _Lazy(Ignored):
    """The same, for a path that may be relative."""

    def __init__(self, inner: Ignored) -> None:
        self._inner = inner

    def has(self, path: str, *, folder: bool = False) -> bool:
        return self._inner.has(os.path.abspath(path), folder=folder)


def _excluded(path: str, name: str, patterns: list[str]) -> bool:
    plain = path.replace(os.sep, "/").removeprefix("./")
    return any(
        fnmatch.fnmatch(name, pattern) or fnmatch.fnmatch(plain, pattern) or fnmatch.fnmatch(plain, f"*/{pattern}") for pattern in patterns
    )
