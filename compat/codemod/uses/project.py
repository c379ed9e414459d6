"""Hold a project: its modules, import graph, code dead under the target, and installed release."""

import ast
import dataclasses
import functools
import re
from collections.abc import Iterable, Sequence

from compat.codemod.files import console_scripts
from compat.codemod.files.content import content
from compat.codemod.files.import_graph import File, Files, Graph, Quiet, plugins, stem
from compat.codemod.files.replaced_names import replaced_names
from compat.codemod.source import (
    Module,
    Notes,
    NotProvableError,
    Place,
    given,
    literal,
    noted,
    old_names,
    plain_name,
)
from compat.codemod.uses import release_tests
from compat.codemod.uses.observed import AsRead, Line, Observed
from compat.commands import namesakes

_DOCTEST = re.compile("doctest")
# what a function runs, and is given if its caller gives nothing
_INSIDE = ("__code__", "__defaults__", "__kwdefaults__")
_PINNING = ("compat.install", "compat.pinned", "compat.standin")


@dataclasses.dataclass(eq=False)
class Project(Notes):
    """The modules that mention torchaudio, and the other files of the project.

    Attributes:
        modules: those that could be parsed.
        target: what the code is moved to.
        backend: the per-call name that the user gave for backends that cannot be determined.
        unread: places of files that mention torchaudio and could not be parsed.
        known_files: all Python files, if there are more than the modules.
        quiet: those that do not mention it; their imports are read only on demand.
        mentions: places outside Python with the old name of a backend.
        entries: paths of the modules that are entry points.
        prose: the texts that are not Python: requirements, settings, scripts.
        own_names: which of ``torchaudio`` and our packages' names are top-level modules of the
            project itself.
        leaves_choice: whether this is a whole project for 2.0 or older, so that each release
            chooses its own backend where none is named.
        observed: what traces show, if there are any.
        set_names: the backends set before any change.
        as_read: returns a module as it was read, and an offset of its present text there.
    """

    modules: Sequence[Module]
    _: dataclasses.KW_ONLY
    target: str = "2.2"
    backend: str | None = None
    unread: Sequence[Place] = ()
    known_files: Files | None = None
    quiet: Quiet = dataclasses.field(default_factory=lambda: Quiet((), Files(())))
    mentions: Sequence[Place] = ()
    own_names: frozenset[str] = frozenset()
    entries: frozenset[str] = frozenset()
    prose: Sequence[str] = ()
    leaves_choice: bool = False
    observed: Observed | None = None
    set_names: frozenset[str | None] = frozenset()
    as_read: AsRead = lambda module, offset: (module, offset)

    @functools.cached_property
    def speaking(self) -> dict[str, Module]:
        """Return the modules that mention torchaudio, by path."""
        return {module.path: module for module in self.modules}

    @functools.cached_property
    def files(self) -> Files:
        """Return all Python files, by the names that may mean them."""
        return self.known_files or Files(module.path for module in self.modules)

    @property
    def hides_us(self) -> str:
        """Return a module of the project that has the name of one of our packages, or nothing."""
        return next((one for one in namesakes.PACKAGES if one in self.own_names), "")

    @functools.cached_property
    def pins(self) -> list[tuple[Module, ast.Call]]:
        """Return the calls that install another release than the target."""
        return [
            (module, call)
            for module in self.modules
            if any(one.path.partition(".")[0] == "compat" for one in module.names.imported)
            for call in module.calls
            if module.names.qualified(call.func) in _PINNING
            and literal(given(call, "version", 0)) != self.target
        ]

    def runs_not(self, module: Module, span: tuple[int, int]) -> bool:
        """Return whether code cannot run under the target, because a release test excludes it."""
        dead = release_tests.dead(module, self.target)
        return any(start <= span[0] and span[1] <= end for start, end in dead)

    @functools.cached_property
    def dispatcher_may_be_off(self) -> bool:
        """Return whether 2.1 may run with the dispatcher off, where old argument names hold."""
        statements = (
            module.statement_of(node)
            for module in (self.modules if self.target == "2.1" else ())
            for node in module.telling
            if node.value == old_names.VARIABLE
        )
        return any(all(literal(one) != "1" for one in ast.walk(each)) for each in statements)

    @property
    def relies_on_traces(self) -> bool:
        """Return whether changes may rely on what traces show (``--observed``)."""
        return self.observed is not None and self.observed.applied

    def recorded(self, module: Module, call: ast.Call, name: str) -> list[Line]:
        """Return what traces have of a call; nothing without traces, or if they do not fit."""
        try:
            return (
                [] if self.observed is None else self.observed.at(module, call, name, self.as_read)
            )
        except NotProvableError:
            return []

    # Imports

    @functools.cached_property
    def imports(self) -> Graph:
        """Return the import graph."""
        return Graph((_file(one, self.files) for one in self.modules), self.quiet)

    @noted
    def loaded(self, path: str) -> frozenset[str]:
        """Return the files that a file imports, directly or not, with itself and its packages."""
        starts = (path, *self.imports.packages(path))
        return frozenset().union(*map(self.imports.reachable, starts))

    @functools.cached_property
    def scripts(self) -> list[tuple[str, str]]:
        """Return the console scripts, each as a dotted module name and a function."""
        return console_scripts.beside(self.files.paths)

    @functools.cached_property
    def started(self) -> set[str]:
        """Return the files that a command in a script or document of the project starts."""
        ends = console_scripts.started(self.files.paths)
        return {path for path in self.files.paths for end in ends if path.endswith(end)}

    @functools.cached_property
    def runs_examples(self) -> bool:
        """Return whether the project runs the examples in its docstrings."""
        return console_scripts.mention(self.files.paths, b"doctest") or self.says(_DOCTEST)

    def plugins(self, tests: Iterable[str]) -> list[str]:
        """Return the files of pytest plugins that the configuration or some test files name."""
        names = [*self._configured_plugins]
        names += [name for path in tests for name in plugins(content(path))]
        return [path for name in names for path in self.files.named(name, "")]

    @functools.cached_property
    def _configured_plugins(self) -> list[str]:
        return console_scripts.plugins(self.files.paths)

    # Texts

    def text(self, path: str) -> str:
        """Return the text of a file, whether it mentions torchaudio or not."""
        own = self.speaking.get(path)
        return content(path).decode("utf-8", "replace") if own is None else own.text.text

    def replaced_names(self, path: str) -> frozenset[str]:
        """Return the names that a file may give to other functions."""
        own = self.speaking.get(path)
        return self.quiet.replaced_names(path) if own is None else _replaced_names(own)

    @noted
    def says(self, pattern: re.Pattern[str]) -> bool:
        """Return whether any file has something in its text."""
        return any(map(pattern.search, map(self.text, (*self.speaking, *self.quiet.paths))))

    def is_exported(self, module: Module, name: str) -> bool:
        """Return whether another file imports a name, or all names, or reads it in the module."""
        if module.standalone:
            return False
        plain = re.escape(name)
        word = re.compile(rf"{plain}(?<!\w{plain})\b|import[ \t(]*\*".encode())
        near = sorted(self.imports.near_importers(module.path))
        others = (self.speaking.get(path) or self.parsed(path, word) for path in near)
        return any(_takes(other, stem(module.path), name) for other in others if other is not None)

    # Files that do not mention torchaudio

    def parsed(self, path: str, *patterns: re.Pattern[bytes]) -> Module | None:
        """Parse a quiet file if all patterns match its bytes; return ``None`` otherwise.

        Return ``None`` also if it cannot be read.
        """
        data = content(path)
        is_wanted = data and all(pattern.search(data) for pattern in patterns)
        return self.quiet_module(path) if is_wanted else None

    def quiet_module(self, path: str) -> Module | None:
        """Return a quiet file, parsed once for all rounds; ``None`` if it cannot be parsed."""
        return _parsed(self.quiet, path)

    @noted
    def neighbours_mention(self, module: Module, pattern: str) -> bool:
        """Return whether a module, one that it imports, or one that imports it has such text."""
        if (found := re.search(pattern, module.text.text)) or module.standalone:
            return found is not None
        graph, path = self.imports, module.path
        near = graph.direct_importers(path) | graph.files[path].imported
        return any(self._mentions(one, pattern) for one in near)

    @noted
    def _mentions(self, path: str, pattern: str) -> bool:
        return re.search(pattern, self.text(path)) is not None


@noted
def _parsed(_: Quiet, path: str) -> Module | None:
    data = content(path)
    try:
        return Module(path, data.decode("utf-8-sig")) if data else None
    except (SyntaxError, UnicodeDecodeError):
        return None


def _takes(other: Module, owner: str, name: str) -> bool:
    """Return whether a file may take a name from a module called ``owner``, or all names."""
    names = other.names
    read = [names.qualified(node.value) for node in names.named(ast.Attribute, name)]
    paths = (*(one.path for one in names.imported), *(f"{one}.{name}" for one in read))
    ends = (f".{owner}.{name}", f".{owner}.*", f"..{name}", "..*")
    taken = any(f".{path}".endswith(ends) for path in paths)
    return taken or any(node.value == name for node in other.strings)


@noted
def _replaced_names(module: Module) -> frozenset[str]:
    """Return what its text says, and its tree: ``(config.setup, other) = mine, 1``."""
    stored = [one for one in module.names.all(ast.Attribute) if not isinstance(one.ctx, ast.Load)]
    named = {
        plain_name(one.value) if one.attr in _INSIDE else one.attr
        for one in stored
        if plain_name(one.value) not in ("self", "cls")
    }
    return replaced_names(module.text.text) | named


@noted
def _file(module: Module, files: Files) -> File:
    return files.file(module.path, module.text.text.encode("utf-8", "replace"))
