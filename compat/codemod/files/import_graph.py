"""Find which file imports which, from the text of all Python files of a project without parsing.

The result may have too many imports, but never too few.
"""

from __future__ import annotations

import codecs
import functools
import os
import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from compat.codemod.files.content import content
from compat.codemod.files.replaced_names import replaced_names
from compat.codemod.source import Notes, grouped, is_test, noted

# The pattern begins with a plain word, so that the engine can jump to the next match, and that with
# a rare letter. `_BEFORE` checks the text before it afterwards. Continued lines are joined before;
# a comment is never continued. It also finds `import_module`, `importorskip` and `__import__`.
_IMPORT = re.compile(
    rb"mport(?:(?<=\bimport)\b[ \t]*(?:\([^)#]*(?:#[^\n]*\n[^)#]*)*\)|[^\n#;]*)"
    rb"|(?<=import)(?:_module|orskip)|(?<=__import)__)"
)
_CONTINUED = re.compile(rb"\\\n")  # the regex engine finds this faster than `in` does
_NOT_CONTINUED = re.compile(rb"(#[^\n]*+)(?<=\\)\n")
_BEFORE = re.compile(
    rb"(?:.*[:;])?[ \t\f]*(?:from[ \t]*(?:([.\w\x80-\xff]+)[ \t]+|(\.+)[ \t]*))?\Z", re.S
)
_MAIN = re.compile(rb"\nif\b(?:[^\n]*|[\s(]*)\b__name__\b")  # also `if (` and `"__main__" ==`
_REPLACING = re.compile(rb"mo(?:ck|nkeypatch)")
_WORD = re.compile(rb"\w+")
# two patterns, since each then begins with a plain word
_BY_NAME = [
    re.compile(word + rb"[ \t]*\((?:[ \t\n]*(['\"])([\w.\x80-\xff]*))?")
    for word in (rb"import(?:_module|orskip|(?<=__import)__)", rb"run_(?:module|path)")
]
# by a path, or by the name that a package is asked for
_UNNAMED = (
    b"spec_from_file_location",
    b"SourceFileLoader",
    b"load_source",
    b"load_module",
    b"resolve_name",
    b"walk_packages",
    b"pydoc",
    b"lazy_loader",
    b"LazyModule",
)
_LISTED_NAME = re.compile(rb"['\"](\w+)['\"]")
_COMMENT = re.compile(rb"#[^\n]*")
_AS_SPACES = bytes.maketrans(b".,;:()#", b" " * 7)
_FIRST_WORD = re.compile(r"(?:\A|,)[\s()]*([^\s(),]+)")
_LISTED = re.compile(rb"__all__[ \t]*[+:=][^=\[(]*=?[ \t]*[\[(]([^\])]*)")
_PLUGINS = re.compile(rb"pytest_plugins[^=\n]*=[ \t]*[\[(]?((?:[ \t\n,]*['\"][\w.]+['\"])*)")
# other functions that import what a string names, and what a file imports that has one of them
_OTHERS = (b"runpy", *_UNNAMED)
_OWNERS = {
    *("*", "importlib", "imp", "zipimport", "pkgutil", "_LazyModule"),
    *map(bytes.decode, _OTHERS),
}
# of imports, beside names: they bring, or may bring, a function that imports what a string names
_BRINGS, _MAY_BRING = "import_module()", "runpy()"


class File(NamedTuple):
    """What the import graph needs to know of a Python file.

    Attributes:
        imported: the files of the project that it imports.
        dynamic: whether it may import by names in strings.
        replaces: whether it may replace a function, as a mock does.
        computed: whether one of these names is not written out.
    """

    path: str
    imported: frozenset[str]
    dynamic: bool
    replaces: bool
    computed: bool


class Files:
    """The Python files of a project, found by the dotted names that may mean them.

    They are sorted when the first name is looked up.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        self.paths: list[str] = list(paths)
        self._links: dict[str, list[str]] = {}
        self._dotted = functools.cache(_dotted)

    @functools.cached_property
    def _by_last(self) -> dict[str, list[tuple[str, str]]]:
        """Return, by the last part of a name, the dotted names that end so, each with its file.

        The words that bring functions are in it too: an import without any of these tells nothing.
        """
        dotted = ((self._dotted(path).removesuffix(".__init__"), path) for path in self.paths)
        found = grouped((name.rpartition(".")[2], (f".{name}", path)) for name, path in dotted)
        return {word: [] for word in _OWNERS} | found

    def file(self, path: str, data: bytes) -> File:
        """Return the facts of a file, from its content."""
        data = with_whole_lines(data)
        names = {name for one in imports(data) for name in self._own_names(*one)}
        tests, may_be = is_test(path), _MAY_BRING in names
        is_dynamic = _BRINGS in names or (may_be and any(map(data.__contains__, _OTHERS)))
        named = [one for by_name in _BY_NAME if is_dynamic for one in by_name.findall(data)]
        texts = [name.decode("utf-8", "replace") for _, name in named if name]
        texts += plugins(data) if tests else []
        names.update(name for text in texts for name in _prefixes(text))
        names |= {
            f"{star[:-1]}{name}"
            for star in names
            if star.endswith("*")
            for package in self.named(halves(star)[0], path)
            for name in listed(package)[0]
        }
        imported = {found for name in names for found in self._link(name, path)}
        return File(
            path,
            imported=frozenset(imported - {path}),
            dynamic=is_dynamic,
            replaces=tests or _REPLACING.search(data) is not None,
            computed=is_dynamic
            and (not all(quote for quote, _ in named) or any(word in data for word in _UNNAMED)),
        )

    def _own_names(self, line: bytes, names: bytes) -> list[str]:
        """Return the names that an import imports, if they may be of the project; most are not."""
        words = (line + b"," + names).translate(_AS_SPACES).decode("utf-8", "replace").split()
        brings = (
            names.startswith((b"_", b"orskip"))
            or b"import_module" in names
            or b"__import__" in names
        )
        if self._by_last.keys().isdisjoint(words) and not (brings or line.rstrip().endswith(b".")):
            return []
        special = ((_BRINGS, brings), (_MAY_BRING, not _OWNERS.isdisjoint(words)))
        return [*names_in(line, names), *(one for one, is_there in special if is_there)]

    def _link(self, name: str, importer: str) -> list[str]:
        """Return the files that a dotted name may mean, as ``named`` does, and the importer."""
        plain = name.lstrip(".")
        if plain != name:
            package = self._dotted(importer).rsplit(".", len(name) - len(plain))[0]
            name = f"{package}.{plain}" if plain else package
        if name not in self._links:
            own = self._by_last.get(name.rpartition(".")[2], ())
            self._links[name] = [path for dotted, path in own if dotted.endswith(f".{name}")]
        return self._links[name]

    def named(self, name: str, importer: str) -> list[str]:
        """Return the files that a dotted name may mean in the file that imports it.

        A name inside a package begins with a dot.
        """
        return [path for path in self._link(name, importer) if path != importer]


class Graph(Notes):
    """The import graph of a project.

    Args:
        speaking: the files that mention torchaudio.
        quiet: all others.
    """

    def __init__(self, speaking: Iterable[File], quiet: Quiet) -> None:
        self._quiet = quiet
        self._speaking = {file.path: file for file in speaking}

    @functools.cached_property
    def files(self) -> Mapping[str, File]:
        """Return every Python file of the project, by path."""
        return self._speaking | self._quiet.files

    @functools.cached_property
    def _backwards(self) -> dict[str, list[str]]:
        return grouped(
            (other, file.path) for file in self.files.values() for other in file.imported
        )

    def direct_importers(self, path: str) -> set[str]:
        """Return the files that import a file directly."""
        return set(self._backwards.get(path, ()))

    def near_importers(self, path: str) -> frozenset[str]:
        """Return the files that import a file directly, or by way of packages that import it."""

        def following(one: str) -> set[str]:
            passes_on = one == path or os.path.basename(one) == "__init__.py"
            return self.direct_importers(one) if passes_on else set()

        return closure(path, following) - {path}

    def packages(self, path: str) -> list[str]:
        """Return the `__init__.py` files in a file's folder and the packages around it.

        The outermost comes first.
        """
        found: list[str] = []
        folder, inner = os.path.dirname(path), None
        # nothing is above the current folder, or above the root of the disk
        while folder != inner and (init := os.path.join(folder, "__init__.py")) in self.files:
            found.insert(0, init)
            folder, inner = os.path.dirname(folder), folder
        return found

    @noted
    def reachable(self, path: str) -> frozenset[str]:
        """Return the files that a file imports, directly or not, itself included."""
        files = self.files
        return closure(path, lambda one: files[one].imported if one in files else ())

    def importers(self, path: str) -> frozenset[str]:
        """Return the files that import a file, directly or not, itself included."""
        return closure(path, self.direct_importers)


class Quiet(Notes):
    """The files that do not mention torchaudio.

    They are the same in every round, so facts about them are collected once.

    Args:
        paths: of the files.
        known: all Python files of the project, by the names that may mean them.
    """

    def __init__(self, paths: Iterable[str], known: Files) -> None:
        self.paths: list[str] = list(paths)
        self.all: frozenset[str] = frozenset(self.paths)
        self._known = known

    @functools.cached_property
    def replacing(self) -> list[str]:
        """Return the files that may replace a function, as a mock does."""
        return [file.path for file in self.files.values() if file.replaces]

    @noted
    def naming(self, word: str) -> list[str]:
        """Return the files that may replace a function and have a word in their text."""
        data = word.encode("utf-8", "surrogateescape")
        return [path for path in self.replacing if data in content(path)]

    @noted
    def replaced_names(self, path: str) -> frozenset[str]:
        """Return the names that a file may give to other functions."""
        return replaced_names(content(path).decode("utf-8", "replace"))

    @functools.cached_property
    def files(self) -> dict[str, File]:
        """Return what is known of each file, by path; an unreadable one imports nothing.

        The files are read once more for it, since most projects do not need it.
        """
        return {path: self._known.file(path, content(path)) for path in self.paths}


def listed(path: str) -> tuple[list[str], bool]:
    """Return the names that a package has in ``__all__``, and whether all are written out.

    With ``*``, modules of these names are loaded; if they are computed, any in its folder may be.
    """
    folder, name = os.path.split(path)
    data = content(path) if name == "__init__.py" else b""
    lists = _LISTED.findall(data)
    beside_names = _COMMENT.sub(b"", _LISTED_NAME.sub(b"", b"\n".join(lists)))
    if data.count(b"__all__") == len(lists) and not _WORD.search(beside_names):
        return [name.decode() for one in lists for name in _LISTED_NAME.findall(one)], True
    return sorted({name.partition(".")[0] for name in os.listdir(folder)} - {"__init__"}), False


def plugins(data: bytes) -> list[str]:
    """Return the modules that ``pytest_plugins`` names in a file's content."""
    lists = _PLUGINS.findall(data) if b"pytest_plugins" in data else ()
    return [name.decode() for one in lists for name in re.findall(rb"[\w.]+", one)]


def is_main(text: str) -> bool:
    """Return whether a file with a text is run as a program."""
    return "__main__" in text and (
        _MAIN.search(b"\n" + with_whole_lines(text.encode("utf-8", "replace"))) is not None
    )


def with_whole_lines(data: bytes) -> bytes:
    """Return a content with plain line ends, without a BOM, and with continued lines joined."""
    data = data.removeprefix(codecs.BOM_UTF8)
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if _CONTINUED.search(data):
        data = _CONTINUED.sub(b" ", _NOT_CONTINUED.sub(rb"\1 \n", data))
    return data


def imports(data: bytes) -> list[tuple[bytes, bytes]]:
    """Return what stands before and after each ``import`` in its line or statement."""
    return [
        (data[data.rfind(b"\n", 0, start) + 1 : start - 1], data[start + 5 : end])
        for start, end in map(re.Match.span, _IMPORT.finditer(data))
    ]


@functools.lru_cache(4096)  # the files of a project import the same names
def names_in(line: bytes, names: bytes) -> set[str]:
    """Return the dotted names that an import imports, as written.

    Those inside a package begin with a dot.

    Args:
        line: the text before the word ``import``.
        names: the text after it.
    """
    before = _BEFORE.match(line)
    if not before:
        return set()
    names = _COMMENT.sub(b"", names) if b"#" in names else names
    words = _FIRST_WORD.findall(names.decode("utf-8", "replace"))
    base = (before[1] or before[2] or b"").decode("utf-8", "replace")
    if not base:
        return {part for word in words for part in _prefixes(word)}
    dot = "" if base.endswith(".") else "."
    return {*_prefixes(base), *(f"{base}{dot}{word}" for word in words)}


def halves(name: str) -> tuple[str, str]:
    """Return a dotted name without its last part, and that part; dots that begin it stay."""
    last = name.rpartition(".")[2]
    owner = name.removesuffix(last)
    return (owner.removesuffix(".") if owner.strip(".") else owner), last


def _prefixes(name: str) -> list[str]:
    """Return a dotted name and the packages around it, whose own code runs too."""
    plain = name.lstrip(".")
    dots, pieces = name[: len(name) - len(plain)], plain.split(".")
    return [dots + ".".join(pieces[: length + 1]) for length in range(len(pieces))]


def stem(path: str) -> str:
    """Return the last part of the dotted name of a file's module."""
    return _dotted(path).removesuffix(".__init__").rpartition(".")[2]


def _dotted(path: str) -> str:
    whole = os.path.splitdrive(os.path.splitext(os.path.abspath(path))[0])[1]
    return whole.replace(os.sep, ".").lstrip(".")


def closure(start: str, following: Callable[[str], Iterable[str]]) -> frozenset[str]:
    """Return a file and all that follow from it, directly or not."""
    seen, waiting = {start}, [start]
    while waiting:
        for other in following(waiting.pop()):
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return frozenset(seen)
