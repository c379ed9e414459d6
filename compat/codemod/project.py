"""What all files of a project say together: who replaces torchaudio's functions, who imports whom, who passes what."""

from __future__ import annotations

import ast
import functools
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePath
from typing import Any, TypeVar

from compat.codemod import fakes, guards, kinds
from compat.codemod.fakes import Fake
from compat.codemod.findings import Place
from compat.codemod.imports import Files, Graph, Linked, Quiet
from compat.codemod.lockstep import Alone
from compat.codemod.module import Module

_COMPAT = re.compile(r"compat(?<!\wcompat)\b")  # it begins with plain letters, which are found fastest
Answer = TypeVar("Answer")
_OPEN_OR_PATH = re.compile(rb"BytesIO|open\(|Path\b|pathlib")


class Project:
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
        own_names: top-level names that files of the project itself take, of ``torchaudio`` and ``compat``.
        share: what of the work on the modules, by their numbers, this process is to do.
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
        share: Alone | None = None,
    ) -> None:
        self.modules: list[Module] = list(modules)
        self.target = target
        self.backend = backend
        self._files = files
        self._quiet = Quiet((), lambda _: ()) if quiet is None else quiet
        self.unread: list[Place] = list(unread)
        self.others: list[str] = self._quiet.paths
        self.quiet: frozenset[str] = self._quiet.all
        self.mentions: list[Place] = list(mentions)
        self.own_names: frozenset[str] = frozenset(own_names)
        self.entries: frozenset[str] = frozenset(entries)
        self.share: Alone = share or Alone()
        self._numbers = {module.path: number for number, module in enumerate(self.modules)}
        self._notes: dict[Any, Any] = {}

    def number(self, module: Module) -> int:
        """The place of a module among all, by which the processes speak of it."""
        return self._numbers[module.path]

    def is_mine(self, module: Module) -> bool:
        """Whether this process is to look at a module."""
        return self.share.mine(self.number(module))

    def ask_each(self, what: Callable[[Module], Answer]) -> list[Answer]:
        """What there is to know of each module; the processes, all at the same point, find it together."""
        own = {number: what(module) for number, module in enumerate(self.modules) if self.share.mine(number)}
        told = {number: answer for part in self.share.tell(own) for number, answer in part.items()}
        return [told[number] for number in range(len(self.modules))]

    def note(self, key: Any, make: Callable[[], Any]) -> Any:
        """What ``make`` gives, made once; where rules keep what they know of the whole project."""
        if key not in self._notes:
            self._notes[key] = make()
        return self._notes[key]

    def forget(self) -> None:
        """Let go of the notes: they may hold the project, and trees that hold each other are freed late and slowly."""
        self._notes.clear()

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

    # Replaced functions

    @functools.cached_property
    def fakes(self) -> list[Fake]:
        """Every place that replaces torchaudio's functions, or the whole of it; the processes find them together."""
        return [fake for found in self.ask_each(fakes.of) for fake in found]

    def fakes_of(self, name: str) -> list[Fake]:
        """The places that replace one function."""
        return [fake for fake in self.fakes if fake.name in (name, "")]

    def fakes_where_imported(self, module: Module, local: str) -> list[Fake]:
        """The places that replace a function in the module that imported it by name: ``patch("package.audio.load")``."""
        target = f"{PurePath(module.path).stem}.{local}"
        if PurePath(module.path).stem == "__init__":
            target = f"{PurePath(module.path).parent.name}.{local}"
        return self.note(("fakes", target), lambda: list(self._patched(target)))  # type: ignore[no-any-return]

    def _patched(self, target: str) -> Iterator[Fake]:
        name = target.rpartition(".")[2]
        for module in self.modules:
            for node in module.strings:
                if f".{node.value!s}".endswith(f".{target}"):
                    yield Fake(name, module.place(node), "is patched where it is imported,")
        quoted = re.compile(rb"['\"](?:[\w.]*\.)?" + re.escape(target.encode()) + rb"['\"]")
        for path in self.others:
            try:
                with open(path, "rb") as file:
                    match = quoted.search(data := file.read())
            except OSError:
                continue
            if match:
                line = data.count(b"\n", 0, match.start()) + 1
                yield Fake(name, Place(path, line, 1, line, 1), "is patched where it is imported,")

    def runs_not(self, module: Module, span: tuple[int, int]) -> bool:
        """Whether a stretch of a module cannot run under the target, because the code around it asks which release there is."""
        return guards.is_dead(span, self.note(("dead", module.path), lambda: guards.dead(module, self.target)))

    # Who imports whom

    @functools.cached_property
    def imports(self) -> Graph:
        """Who imports whom."""
        return Graph(map(self._link, self.modules), self._quiet)

    def link_together(self) -> None:
        """Find out who imports whom, once, where all processes are at the same point."""
        self.imports = self.note("imports", lambda: Graph(self.ask_each(self._link), self._quiet))

    def _link(self, module: Module) -> Linked:
        return self.files.link(module.file)

    @functools.cached_property
    def files(self) -> Files:
        """The Python files of the project, by the names that may mean them."""
        return Files(module.path for module in self.modules) if self._files is None else self._files

    def is_exported(self, module: Module, name: str) -> bool:
        """Whether another file imports a name, or all names, from a module."""
        return not module.standalone and bool(self.imports.who_imports(module.path, name))

    # Who passes what

    def kind(self, module: Module, node: ast.expr) -> str:
        """The kind of an argument, with what the callers of its function pass where it is a parameter."""
        own = kinds.of(module, node)
        parameter = kinds.parameter(module, node)
        if own in (kinds.FILE, kinds.PATHLIB):
            return own
        if parameter is None:
            return kinds.strongest([own, *self._returned(module, node)]) if own == kinds.UNKNOWN else own
        function, index, name = parameter
        passed = [own]
        if not isinstance(function, ast.Lambda):
            called = _class_of(module, function) if function.name == "__init__" else function.name
            method = _is_method(module, function)
            position = index - 1 if method and index is not None else index
            for caller, call in self._calls_of(module, called, method=method):
                given = [keyword.value for keyword in call.keywords if keyword.arg == name]
                if position is not None and 0 <= position < len(call.args):
                    given.append(call.args[position])
                for one in given:
                    kind = kinds.of(caller, one)
                    passed += [kind, *(self._returned(caller, one) if kind == kinds.UNKNOWN else ())]
        return kinds.strongest(passed)

    def _returned(self, module: Module, node: ast.expr) -> Iterator[str]:
        """The kinds that a function of another module gives back, where an expression is what it gives."""
        values = [node]
        if isinstance(node, ast.Name):
            parents = (module.names.parents.get(binding.node) for binding in module.names.bindings(node))
            values = [one.value for one in parents if isinstance(one, ast.Assign)]
        names = {kinds.called(value) for value in values if isinstance(value, ast.Call)} - {""}
        for name in sorted(names):
            for other in self.modules:
                if other is not module and name in other.text.text:
                    yield from kinds.returned(other, name)
            if not module.standalone:
                yield from self._returned_by_others(module, name)

    def _returned_by_others(self, module: Module, name: str) -> list[str]:
        """The same for the files that do not speak of torchaudio and that the module imports."""
        found: list[str] = self.note(("returned", module.path, name), lambda: list(self._read_returned(module, name)))
        return found

    def _read_returned(self, module: Module, name: str) -> Iterator[str]:
        defined = re.compile(rb"\bdef[ \t]+" + re.escape(name.encode()) + rb"\b")
        for path in sorted(self.imports.reachable(module.path) & self.quiet):
            try:
                with open(path, "rb") as file:
                    data = file.read()
                if defined.search(data) and _OPEN_OR_PATH.search(data):
                    yield from kinds.returned(Module(path, data.decode("utf-8-sig")), name)
            except (OSError, SyntaxError, UnicodeDecodeError):
                continue

    def parsed(self, path: str, pattern: re.Pattern[bytes]) -> Module | None:
        """A file that does not speak of torchaudio, where its bytes match; ``None`` where they do not, or it cannot be read."""
        try:
            with open(path, "rb") as file:
                data = file.read()
            return Module(path, data.decode("utf-8-sig")) if pattern.search(data) else None
        except (OSError, SyntaxError, UnicodeDecodeError):
            return None

    def neighbours_mention(self, module: Module, word: str) -> bool:
        """Whether the text of a module, of one that it imports or of one that imports it has a word in it."""
        if word in module.text.text:
            return True
        if module.standalone:
            return False
        graph = self.imports
        near = graph.direct_importers(module.path)
        near |= graph.files[module.path].imported if module.path in graph.files else set()
        texts = {other.path: other.text.text for other in self.modules}
        for path in sorted(near):
            if path in texts:
                found = word in texts[path]
            else:
                try:
                    with open(path, "rb") as file:
                        found = word.encode() in file.read()
                except OSError:
                    found = False
            if found:
                return True
        return False

    def callers(self, module: Module, function: ast.AST) -> list[tuple[Module, ast.Call]]:
        """The calls of what has the name of a function: of its class, where it is ``__init__``; none for a ``lambda``."""
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            return []
        called = _class_of(module, function) if function.name == "__init__" else function.name
        return self._calls_of(module, called, method=_is_method(module, function))

    def _calls_of(self, module: Module, function: str, *, method: bool) -> list[tuple[Module, ast.Call]]:
        """The calls of something of that name, in the modules and in the other files that may have got hold of it."""
        others = self.note(("callers", function, module.path, method), lambda: self._other_callers(module, function, method=method))
        own = self.note(("may call", function), lambda: [one for one in self.modules if _may_call(one.text.text, function)])
        return [*((one, call) for one in own for call in _calls_by_name(one).get(function, ())), *others]

    def _other_callers(self, module: Module, function: str, *, method: bool) -> list[tuple[Module, ast.Call]]:
        """Calls in files that do not speak of torchaudio, but of open files or path objects."""
        if module.standalone or not self.others:
            return []
        paths: Iterable[str] = self.others if method else self.imports.importers(module.path) & self.quiet
        named = re.compile(rb"\b" + re.escape(function.encode()) + rb"[ \t]*\(")
        found = []
        for path in sorted(paths):
            try:
                with open(path, "rb") as file:
                    data = file.read()
                if named.search(data) and _OPEN_OR_PATH.search(data):
                    caller = Module(path, data.decode("utf-8-sig"))
                    found += [(caller, call) for call in caller.calls if kinds.called(call) == function]
            except (OSError, SyntaxError, UnicodeDecodeError):
                continue
        return found


def _may_call(text: str, function: str) -> bool:
    """Whether a text has a name anywhere but where it is defined; if not, the text need not be parsed to look for calls."""
    at = text.find(function)
    while at >= 0:
        if not text[max(at - 6, 0) : at].endswith(("def ", "class ")):
            return True
        at = text.find(function, at + 1)
    return False


def _calls_by_name(module: Module) -> dict[str, list[ast.Call]]:
    def sort() -> dict[str, list[ast.Call]]:
        found: dict[str, list[ast.Call]] = defaultdict(list)
        for call in module.calls:
            found[kinds.called(call)].append(call)
        return found

    found: dict[str, list[ast.Call]] = module.note("calls by name", sort)
    return found


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


def _class_of(module: Module, function: ast.AST) -> str:
    above = module.names.parents[function]
    return above.name if isinstance(above, ast.ClassDef) else "__init__"


def _is_method(module: Module, function: ast.AST) -> bool:
    static = any(isinstance(one, ast.Name) and one.id == "staticmethod" for one in getattr(function, "decorator_list", ()))
    return isinstance(module.names.parents[function], ast.ClassDef) and not static
