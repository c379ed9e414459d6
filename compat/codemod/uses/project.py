"""The files of a project together: its modules, who imports whom, what runs under the target, which other release it installs."""

import ast
import functools
import re
from collections.abc import Iterable

from compat.codemod.files import console_scripts
from compat.codemod.files.import_graph import Files, Graph, Linked, Quiet, content, facts
from compat.codemod.source import Module, Notes, Place, old_names
from compat.codemod.uses import release_tests

_COMPAT = re.compile(r"compat(?<!\wcompat)\b")  # it begins with plain letters, which are found fastest


class Project(Notes):
    """The modules that speak of torchaudio, and the other files of the project.

    Args:
        modules: those that could be parsed.
        target: what the code is moved to.
        backend: the per-call name that the user gave for what cannot be read.
        unread: places of files that speak of torchaudio and could not be parsed.
        files: all Python files, where there are more than the modules.
        quiet: those that do not speak of it; what they import is asked for only where it matters.
        mentions: places outside Python that hold the old name of a backend.
        entries: paths of the modules that are entry points.
        prose: the texts that are not Python: requirements, settings, scripts.
        own_names: top-level names that files of the project itself take, of ``torchaudio`` and ``compat``.
        leaves_choice: this is a whole project, written for 2.0 or older: where no backend is named, each release chooses its own.
        scripts: the console scripts, each as a module's dotted name and a function; left out, they are looked for beside the files.
    """

    def __init__(
        self,
        modules: Iterable[Module],
        *,
        target: str = "2.2",
        backend: str | None = None,
        unread: Iterable[Place] = (),
        files: Files | None = None,
        quiet: Quiet | None = None,
        mentions: Iterable[Place] = (),
        own_names: Iterable[str] = (),
        entries: Iterable[str] = (),
        prose: Iterable[str] = (),
        scripts: Iterable[tuple[str, str]] | None = None,
        leaves_choice: bool = False,
    ) -> None:
        self.modules: list[Module] = list(modules)
        self.target: str = target
        self.backend: str | None = backend
        self.files: Files = Files(module.path for module in self.modules) if files is None else files
        self.quiet: Quiet = Quiet((), lambda _: ()) if quiet is None else quiet
        self.unread: list[Place] = list(unread)
        self.mentions: list[Place] = list(mentions)
        self.own_names: frozenset[str] = frozenset(own_names)
        self.entries: frozenset[str] = frozenset(entries)
        self.prose: list[str] = list(prose)
        self._scripts = scripts
        # what was set before any change: the engine says it, which sees the first round
        self.set_names: frozenset[str | None] = frozenset()
        self.leaves_choice: bool = leaves_choice

    @functools.cached_property
    def pins(self) -> list[tuple[Module, ast.Call]]:
        """The calls that put another release than the target in torchaudio's place."""
        found = []
        for module in self.modules:
            for call in module.calls if _imports_compat(module) else ():
                if module.names.qualified(call.func) in ("compat.install", "compat.pinned", "compat.standin"):
                    release = call.args[0] if call.args else next((one.value for one in call.keywords if one.arg == "version"), None)
                    if not (isinstance(release, ast.Constant) and release.value == self.target):
                        found.append((module, call))
        return found

    def runs_not(self, module: Module, span: tuple[int, int]) -> bool:
        """A stretch of a module cannot run under the target, because the code around it asks which release there is."""
        dead = self.note(("dead", module.path), lambda: release_tests.dead(module, self.target))
        return any(start <= span[0] and span[1] <= end for start, end in dead)

    @functools.cached_property
    def dispatcher_may_be_off(self) -> bool:
        """It may run 2.1 with the dispatcher off, where the old names of arguments are the right ones."""
        for module in self.modules if self.target == "2.1" else ():
            for node in module.strings:
                if node.value == old_names.VARIABLE:
                    constants = (one for one in ast.walk(module.statement_of(node)) if isinstance(one, ast.Constant))
                    if all(one.value != "1" for one in constants):
                        return True
        return False

    # Who imports whom

    @functools.cached_property
    def imports(self) -> Graph:
        """Who imports whom."""
        return Graph(map(self._link, self.modules), self.quiet)

    @functools.cached_property
    def scripts(self) -> list[tuple[str, str]]:
        """The console scripts, each as a module's dotted name and a function."""
        return console_scripts.beside(self.files.paths) if self._scripts is None else list(self._scripts)

    def _link(self, module: Module) -> Linked:
        return self.files.link(module.note("imports", lambda: facts(module.path, module.text.text.encode("utf-8", "replace"))))

    def is_exported(self, module: Module, name: str) -> bool:
        """Tell whether another file imports a name, or all names, from a module."""
        return not module.standalone and bool(self.imports.who_imports(module.path, name))

    # Files that do not speak of torchaudio

    def parsed(self, path: str, *patterns: re.Pattern[bytes]) -> Module | None:
        """A quiet file, where its bytes match all patterns; ``None`` where they do not, or it cannot be read."""
        data = content(path)
        if not data or not all(pattern.search(data) for pattern in patterns):
            return None
        try:
            return Module(path, data.decode("utf-8-sig"))
        except (SyntaxError, UnicodeDecodeError):
            return None

    def quiet_module(self, path: str) -> Module | None:
        """A quiet file, parsed once for all rounds; ``None`` where that cannot be done."""
        kept = self.quiet.parsed
        if path not in kept:
            kept[path] = self.parsed(path)
        found: Module | None = kept[path]
        return found

    def neighbours_mention(self, module: Module, word: str) -> bool:
        """Tell whether the text of a module, of one that it imports or of one that imports it has a word in it."""
        if word in module.text.text or module.standalone:
            return word in module.text.text
        graph = self.imports
        near = graph.direct_importers(module.path)
        near |= graph.files[module.path].imported if module.path in graph.files else set()
        texts = {other.path: other.text.text for other in self.modules}
        return any(word in texts[path] if path in texts else word.encode() in content(path) for path in sorted(near))


def _imports_compat(module: Module) -> bool:
    return (
        "compat" in module.text.text
        and _COMPAT.search(module.text.text) is not None
        and any(
            (alias.name if isinstance(statement, ast.Import) else statement.module or "").partition(".")[0] == "compat"
            for statement, _ in module.names.imports
            for alias in statement.names
        )
    )
