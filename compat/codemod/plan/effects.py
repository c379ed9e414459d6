"""Find the functions that set or use a backend, load a module, or reach a function that does."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Callable, Iterator

from compat.codemod.files.import_graph import content
from compat.codemod.plan import imports, marks
from compat.codemod.plan.code import Code, Function, Meaning
from compat.codemod.source import Module
from compat.codemod.uses import Project, SetterCall

# Calls that load a module by name, and names through which any function may be called.
IMPORTERS = {"importlib.import_module", "importlib.reload", "runpy.run_module", "runpy.run_path"}
UNKNOWN_NAMES = {"globals", "locals", "exec", "eval", "vars"}
UNKNOWN_ATTRIBUTES = {"__globals__", "__subclasses__", "__mro__", "__bases__"}
_TELLING_NAMES = UNKNOWN_NAMES | {"__import__"}

_DEFINED = re.compile(r"\bdef[ \t]+(\w+)")

Definition = tuple[Module, ast.AST]


class Effects:
    """What functions do, as far as their text shows; computed once for all programs."""

    project: Project
    code: Code

    def __init__(self, project: Project, code: Code) -> None:
        self.project, self.code = project, code
        # Steps taken so far, summed over all programs.
        self.steps: int = 0
        self._pauses: dict[ast.AST, bool] = {}
        self._matter: dict[ast.AST, bool] = {}
        self._own: dict[ast.AST, tuple[bool, list[Definition]]] = {}

    def matters(self, definition: Definition) -> bool:
        """Return whether a function affects a backend, or names a function that does."""
        node = definition[1]
        if node not in self._matter:
            led_by: dict[ast.AST, ast.AST] = {}
            for _, one in self.reached(definition, lambda one: self._matter.get(one) is False, led_by):
                if self._matter.get(one) or self._own[one][0]:
                    self._matter.update(dict.fromkeys(_way(one, led_by), True))
                    break
            else:
                self._matter.update(dict.fromkeys((node, *led_by), False))
        return self._matter[node]

    def pauses(self, function: Function) -> bool:
        """Return whether a function is async or a generator: other code may run in between."""
        if function not in self._pauses:
            self._pauses[function] = isinstance(function, ast.AsyncFunctionDef) or any(
                isinstance(one, ast.Yield | ast.YieldFrom) for one in _own_nodes(function)
            )
        return self._pauses[function]

    def reached(
        self, definition: Definition, known: Callable[[ast.AST], bool], led_by: dict[ast.AST, ast.AST] | None = None
    ) -> Iterator[Definition]:
        """Yield a function and all that its names lead to; do not enter known functions.

        In ``led_by``, note for each other function the one whose names led to it.
        """
        waiting, seen = [definition], {definition[1]}
        led_by = {} if led_by is None else led_by
        while waiting:
            module, node = one = waiting.pop()
            if node not in self._own:
                self._own[node] = self._does(module, node), list(self._named(module, node))
            yield one
            new = [one for one in self._own[node][1] if one[1] not in seen and not known(one[1])]
            seen |= {one for _, one in new}
            led_by.update((one, node) for _, one in new)
            waiting += new

    def functions_of(self, meaning: Meaning | Definition) -> Iterator[Definition]:
        """Yield the functions that code can call if it is given this function, class or module."""
        module, node = meaning
        if node is None:
            for one in module.tree.body:
                if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    yield from self.functions_of((module, one))
        elif isinstance(node, ast.ClassDef):
            for home, owner in self.code.line((module, node)):
                yield from ((home, one) for one in owner.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))
        else:
            yield module, node

    @functools.cached_property
    def setters(self) -> frozenset[SetterCall]:
        """Return the setters of all modules, except those that only restore an earlier backend."""
        own = [marks.of(self.project, module) for module in self.code.speaking]
        return frozenset(setter for one in own for call, setter in one.setters.items() if call not in one.restored)

    @functools.cached_property
    def names(self) -> frozenset[str]:
        """Return the names of all functions; files without torchaudio are not parsed."""
        texts = [module.text.text for module in self.code.speaking]
        texts += [content(path).decode("utf-8", "replace") for path in self.code.paths]
        return frozenset(name for text in texts for name in _DEFINED.findall(text))

    def _does(self, module: Module, node: ast.AST) -> bool:
        telling = self.project.note(("telling", module.path), lambda: self._telling(module))
        for one in ast.walk(node):
            if one in telling:
                return True
            if isinstance(one, ast.Import | ast.ImportFrom) and any(imports.by_statement(self.code, module, one)):
                return True
            if isinstance(one, ast.Name) and one.id in _TELLING_NAMES:
                return True
            if isinstance(one, ast.Attribute) and (one.attr in UNKNOWN_ATTRIBUTES or one.attr == "__dict__"):
                return True
            if isinstance(one, ast.Call) and module.names.qualified(one.func) in IMPORTERS:
                return True
        return False

    def _telling(self, module: Module) -> set[ast.AST]:
        """Return what uses a backend in a module, and its imports of torchaudio."""
        own = marks.of(self.project, module)
        return {*own.sites, *own.pins, *own.setters, *own.kept, *(one.statement for one in module.imported)}

    def _named(self, module: Module, node: ast.AST) -> Iterator[Definition]:
        for one in ast.walk(node):
            if isinstance(one, ast.Name | ast.Attribute):
                for meaning in self.code.meanings(module, one):
                    inner = meaning is not None and meaning[1] is None and isinstance(module.names.parents.get(one), ast.Attribute)
                    if meaning is not None and not inner:
                        yield from self.functions_of(meaning)
            elif isinstance(one, ast.Lambda | ast.FunctionDef | ast.AsyncFunctionDef) and one is not node:
                yield module, one


def _way(node: ast.AST, led_by: dict[ast.AST, ast.AST]) -> Iterator[ast.AST]:
    """Yield a function, and those whose names have led to it."""
    yield node
    while node in led_by:
        node = led_by[node]
        yield node


def _own_nodes(function: Function) -> Iterator[ast.AST]:
    """Yield the nodes of a function, without those of functions nested in it."""
    waiting: list[ast.AST] = [*function.body]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)
