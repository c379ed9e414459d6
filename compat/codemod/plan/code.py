"""Resolve names as a running program does: relevant files, imported modules, called functions."""

import ast
import functools
import itertools
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from compat.codemod.files import import_graph
from compat.codemod.plan import replaced_names
from compat.codemod.source import Binding, Module, Notes, listed, noted, plain_name
from compat.codemod.uses import Project

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef
_Import = ast.Import | ast.ImportFrom
_MOST_BY_NAME = 40
_DEEPEST = 20
_YIELDS = (ast.Yield, ast.YieldFrom)
_KEEPING = ("staticmethod", "classmethod")
_ENUMS = {"Enum", "IntEnum", "StrEnum", "Flag", "IntFlag"}
# what a name may mean: a module of the project, or a function or class in one
Meaning = tuple[Module, Definition | None]
_Found = TypeVar("_Found")


class Code(Notes):
    """The modules that speak of torchaudio, and those that import them, directly or by others.

    Args:
        project: the project.
        modules: those that mention torchaudio and run together.
    """

    def __init__(self, project: Project, modules: list[Module]) -> None:
        self._project = project
        self.speaking: dict[str, Module] = {module.path: module for module in modules}
        self._depth = 0
        self._found: dict[object, Any] = {}

    @property
    def is_small(self) -> bool:
        """Return whether all files can be followed if any of them may be meant."""
        return len(self.paths) <= _MOST_BY_NAME

    @functools.cached_property
    def paths(self) -> dict[str, None]:
        """Return the relevant files, in a fixed order."""
        found = set(self.speaking)
        if not all(module.standalone for module in self.speaking.values()):
            graph = self._project.imports
            dynamic = [path for path, file in graph.files.items() if file.dynamic]
            for path in (*self.speaking, *dynamic):
                found |= graph.importers(path)
        return dict.fromkeys(sorted(found))

    @functools.cached_property
    def texts(self) -> dict[str, str]:
        """The texts of the relevant files, by path."""
        return {path: self._project.text(path) for path in self.paths}

    @functools.cached_property
    def replaced(self) -> frozenset[str]:
        """Return the names that some file gives to other functions."""
        return replaced_names.of(self._project, self.texts)

    def modules(self, paths: Iterable[str]) -> list[Module]:
        """Return the relevant ones of some files, parsed."""
        return [module for path in paths if (module := self.module(path)) is not None]

    def module(self, path: str) -> Module | None:
        """Return a relevant file, parsed; ``None`` for others, or if it cannot be parsed."""
        if path in self.speaking:
            return self.speaking[path]
        return self._project.quiet_module(path) if path in self.paths else None

    @noted
    def packages(self, path: str) -> list[Module]:
        """Return the packages around a file, the outermost first; a package is its own last one."""
        return self.modules(self._project.imports.packages(path))

    # Imports

    def files(self, name: str, importer: Module) -> list[Module]:
        """Return the modules a dotted name may mean; of several, those nearest the importer."""
        paths = [] if importer.standalone else self._project.files.named(name, importer.path)
        is_standard = name.partition(".")[0] in sys.stdlib_module_names
        if paths and (len(paths) > 1 or is_standard) and not name.startswith("."):
            around = self._project.imports.packages(importer.path)
            root = os.path.dirname(os.path.dirname(around[0]) if around else importer.path)
            stems = [os.path.join(root, *name.split("."))]
            if is_standard:  # the folder of a script comes before the standard library
                stems.append(os.path.join(os.path.dirname(importer.path), *name.split(".")))
            near = {f"{one}{end}" for one in stems for end in (".py", f"{os.sep}__init__.py")}
            nearest = [path for path in paths if path in near]
            is_moved = "sys.path" in importer.text.text and not is_standard
            paths = paths if is_moved or not (nearest or is_standard) else nearest
        return self.modules(paths)

    @listed
    def imported(self, module: Module, statement: _Import) -> Iterator[tuple[list[Module], bool]]:
        """Yield the modules that a statement imports, in running order, each with alternatives.

        With each comes whether the statement is sure to import one of them.
        """
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                for name in itertools.accumulate(alias.name.split("."), "{}.{}".format):
                    yield self.files(name, module), True
            return
        base = "." * statement.level + (statement.module or "")
        owners = self.files(base, module)
        yield owners, True
        several = [([alias.name for alias in statement.names], True)]
        if statement.names[0].name == "*":
            packages = self._project.files.named(base, module.path)
            several = [import_graph.listed(path) for path in packages]
        prefix = base if base.endswith(".") else f"{base}."
        for name, is_sure in ((name, is_sure) for names, is_sure in several for name in names):
            if not any(name in one.names.module.bindings for one in owners):
                yield self.files(f"{prefix}{name}", module), is_sure

    # What is called

    def meanings(self, module: Module, node: ast.AST) -> list[Meaning | None]:
        """Return all that an expression may mean.

        ``None`` in the list stands for something unknown, or outside the project.
        """
        return self.once(node, lambda: self._guarded(self._meanings, module, node))

    def known(self, module: Module, node: ast.AST) -> list[Meaning]:
        """Return what an expression may mean in the project."""
        return [*filter(None, self.meanings(module, node))]

    def once(self, key: object, find: Callable[[], _Found]) -> _Found:
        """Find something once, but for what may be cut short in the depth of another search."""
        found = self._found[key] if key in self._found else find()
        if not self._depth:
            self._found[key] = found
        return found

    def _guarded(
        self, find: Callable[[Module, Any], list[Meaning | None]], module: Module, about: Any
    ) -> list[Meaning | None]:
        self._depth += 1
        try:
            return find(module, about) if self._depth < _DEEPEST else [None]
        finally:
            self._depth -= 1

    def _meanings(self, module: Module, node: ast.AST) -> list[Meaning | None]:
        if isinstance(node, ast.Name):
            found = self._bound(module, node.id, module.names.bindings(node))
            return self._or_by_star(module, node.id, found)
        if not isinstance(node, ast.Attribute):
            return [None]
        owners = self.meanings(module, node.value)
        found = [one for owner in owners for one in self._member(owner, node.attr)]
        if set(found) == {None} and (whole := module.names.qualified(node)):
            return self._dotted(module, whole)  # a package without __init__.py
        return found

    def _bound(
        self, module: Module, name: str, bindings: Iterable[Binding]
    ) -> list[Meaning | None]:
        found: list[Meaning | None] = [None] if name in self.replaced else []
        for binding in bindings:
            node = binding.node
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                found.append((module, node))
            elif binding.target is not None:
                found += self._dotted(module, binding.target)
            elif not binding.nothing:
                found.append(None)
        return found

    def _dotted(self, module: Module, name: str) -> list[Meaning | None]:
        """Return what a whole name means: something in a module, or a module."""
        base, last = import_graph.halves(name)
        found = [
            one for owner in self.files(base, module) for one in self._member((owner, None), last)
        ]
        if set(found) <= {None}:
            found += [(one, None) for one in self.files(name, module)]
        return found or [None]

    def _or_by_star(
        self, module: Module, name: str, found: list[Meaning | None]
    ) -> list[Meaning | None]:
        """Add what a star import of the project may bind to a name."""
        for star in _stars(module):
            other = self._dotted(module, f"{star[:-1]}{name}")
            found = [*found, *(one for one in other if one is not None and one not in found)]
        return found or [None]

    def _member(self, owner: Meaning | None, name: str) -> list[Meaning | None]:
        if owner is None:
            return [None]
        module, definition = owner
        if definition is None:
            return self._guarded(self._of_module, module, name)
        found, is_sure = methods(self, owner, name)
        several: list[Meaning | None] = [one if is_plain(*one) else None for one in found]
        is_sure = is_sure and name not in self.replaced and is_kept(self, owner)
        return several if several and is_sure else [*several, None]

    def _of_module(self, module: Module, name: str) -> list[Meaning | None]:
        found = self._bound(module, name, module.names.module.bindings.get(name, ()))
        found = found or [(one, None) for one in _inside(self, module, name)]
        return self._or_by_star(module, name, found)


def _inside(code: Code, module: Module, name: str) -> list[Module]:
    """Return the submodule of a package with this name."""
    is_package = os.path.basename(module.path) == "__init__.py"
    return code.files(f".{name}", module) if is_package else []


def taken(code: Code, module: Module) -> Iterator[tuple[Module, Definition]]:
    """Yield the functions and classes that a module imports at its top."""
    bound = module.names.module.bindings
    owned = [
        (module, name) for name, several in bound.items() if any(one.target for one in several)
    ]
    for star in _stars(module):
        files = code.files(import_graph.halves(star)[0], module)
        owned += [(one, name) for one in files for name in one.names.module.bindings]
    for owner, name in owned:
        found = filter(None, code._of_module(owner, name))
        yield from ((home, node) for home, node in found if node is not None)


def methods(code: Code, owner: Meaning, name: str) -> tuple[list[tuple[Module, Function]], bool]:
    """Return the methods that a name of a class may mean, and whether that is sure.

    It is not where the class binds the name in several ways or to something else, or where a base
    class from outside the project may have it.
    """
    return code.once((owner, name), lambda: _methods(code, owner, name))


def _methods(code: Code, owner: Meaning, name: str) -> tuple[list[tuple[Module, Function]], bool]:
    found: list[tuple[Module, Function]] = []
    is_sure = True
    for one in _line(code, owner):
        is_sure = is_sure and one is not None
        if one is not None and (own := own_methods(one, name)):
            found += [method for method in own if method is not None]
            if is_sure and len(own) == len(found) == 1:
                return found, True
            is_sure = False
    return found, is_sure


def own_methods(
    owner: tuple[Module, ast.ClassDef], name: str
) -> list[tuple[Module, Function] | None]:
    """Return what a name may mean in a class itself; ``None`` stands for what is no method."""
    module, definition = owner
    bound = module.names.scope_made_by[definition].bindings.get(name, ())
    return [(module, one.node) if isinstance(one.node, Function) else None for one in bound]


def is_kept(code: Code, owner: Meaning) -> bool:
    """Return whether no decorator and no metaclass may make something else of a class."""
    classes = line(code, owner)
    decorators = {foreign(code, home, one) for home, node in classes for one in node.decorator_list}
    metaclasses = {
        foreign(code, home, one.value) for home, node in classes for one in node.keywords
    }
    return decorators <= {"dataclass"} and metaclasses <= {"ABCMeta"}


def foreign(code: Code, module: Module, node: ast.expr) -> str:
    """Return the plain name of an expression; an empty string for what the project defines."""
    return "" if code.known(module, node) else plain_name(node)


def pauses(module: Module, function: Function) -> bool:
    """Return whether a function is async or a generator: other code may run in between."""
    return isinstance(function, ast.AsyncFunctionDef) or function in generators(module)


@noted
def generators(module: Module) -> set[ast.AST | None]:
    """Return the functions of a module that yield."""
    return {module.function_of(one) for kind in _YIELDS for one in module.names.all(kind)}


def is_plain(module: Module, function: Function) -> bool:
    """Return whether its decorators leave a function as it is."""
    return all(keeps(module, one) for one in function.decorator_list)


def keeps(module: Module, decorator: ast.expr) -> bool:
    """Return whether a decorator leaves the function as it is."""
    return any(module.names.is_builtin(decorator, name) for name in _KEEPING)


def is_enum(definition: ast.ClassDef) -> bool:
    """Return whether a class is an enum: Python makes its members, and a call looks one up."""
    return not _ENUMS.isdisjoint(plain_name(one) for one in definition.bases)


def line(code: Code, owner: Meaning) -> list[tuple[Module, ast.ClassDef]]:
    """Return a class, and its base classes in the project, in the order of method resolution."""
    return code.once(owner, lambda: [one for one in _line(code, owner) if one is not None])


def _line(
    code: Code, owner: Meaning | None, below: tuple[Meaning, ...] = ()
) -> list[tuple[Module, ast.ClassDef] | None]:
    """Return the line of a class; ``None`` stands for a class outside the project."""
    if owner is None:
        return [None]
    module, definition = owner
    if not isinstance(definition, ast.ClassDef) or owner in below:
        return []
    found = [
        inner
        for base in definition.bases
        for one in _certainly(code.meanings(module, base))
        for inner in _line(code, one, (*below, owner))
    ]
    # a class comes after all that inherit from it
    last = [one for index, one in enumerate(found) if one not in found[index + 1 :]]
    return [(module, definition), *last]


def _certainly(meanings: list[Meaning | None]) -> list[Meaning | None]:
    """Return what a base class may mean; of several, none comes first for sure."""
    return meanings if len(meanings) == 1 else [None, *meanings]


def _stars(module: Module) -> list[str]:
    """Return what star imports of a module import: ``package.*``."""
    return [one.path for one in module.names.imported if one.local == "*"]
