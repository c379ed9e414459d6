"""Find the functions that set or use a backend, load a module, or reach a function that does."""

from __future__ import annotations

import ast
import functools
import re
from collections import defaultdict
from collections.abc import Callable, Iterator

from compat.codemod.files.import_graph import content
from compat.codemod.plan import imports, marks
from compat.codemod.plan.code import Code, Function, Meaning
from compat.codemod.source import Module, only_import
from compat.codemod.source.scopes import Binding, Scope
from compat.codemod.uses import Project, SetterCall

# Calls that load a module by name, and names through which any function may be called.
IMPORTERS = {"importlib.import_module", "importlib.reload", "runpy.run_module", "runpy.run_path"}
UNKNOWN_NAMES = {"globals", "locals", "exec", "eval", "vars"}
UNKNOWN_ATTRIBUTES = {"__globals__", "__subclasses__", "__mro__", "__bases__"}
_TELLING_NAMES = UNKNOWN_NAMES | {"__import__"}
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.GeneratorExp)
# What leads out of the code around it, or gives a function to code that is not followed.
_LEADING = (ast.Return, ast.Raise, ast.Break, ast.Continue, ast.Yield, ast.YieldFrom, ast.Await, ast.Lambda, ast.ClassDef)

# It begins with plain letters, which the regex engine finds fastest.
_DEFINED = re.compile(r"def(?<!\wdef)[ \t]+(\w+)")

Definition = tuple[Module, ast.AST]


class Facts:
    """What the functions of one module do themselves, found in one pass over its names.

    Attributes:
        leading: the nodes in or around which something may matter; all others change nothing.
        do: the functions that set or use a backend, load a module, or may call any function.
        named: what the names in a function mean, and the functions defined in it.
        pause: the generators.
    """

    def __init__(self, project: Project, code: Code, module: Module) -> None:
        self._names, self._parents = module.names, module.names.parents
        self.leading: set[ast.AST] = set()
        self.do: set[ast.AST] = set()
        self.named: dict[ast.AST, list[Meaning | Definition]] = defaultdict(list)
        self.pause: set[ast.AST] = set()
        own = marks.of(project, module)
        telling = {*own.sites, *own.pins, *own.setters, *own.kept, *(one.statement for one in module.imported)}
        telling |= {one for one, _ in self._names.imports if any(imports.by_statement(code, module, one))}
        for node in telling:
            self._tells(node)
        for kind in _LEADING:
            for node in self._names.all(kind):
                self._leads(node)
        for function in _FUNCTIONS:
            for node in self._names.all(function):
                self._means(node, (module, node))
                if getattr(node, "decorator_list", ()):
                    self._leads(node)
        for node in (*self._names.all(ast.Yield), *self._names.all(ast.YieldFrom)):
            self.pause |= {*[one for one in self._names.chain(node) if isinstance(one, _FUNCTIONS)][:1]}
        for node in self._names.all(ast.Attribute):
            if node.attr in UNKNOWN_ATTRIBUTES or node.attr == "__dict__":
                self._tells(node)
        self._find_names(code, module)

    def _find_names(self, code: Code, module: Module) -> None:
        has_star = self._names.module.has_star
        may_mean: dict[Scope, set[str]] = {}
        known: dict[tuple[Scope | None, str], list[Meaning | None]] = {}
        for name, scope in self._names.scope_of.items():
            if name.id in _TELLING_NAMES:
                self._tells(name)
            home = scope.home(name.id)
            if home is not None and home not in may_mean:
                may_mean[home] = {one for one, bindings in home.bindings.items() if _may_mean(bindings)}
            if has_star if home is None else name.id in may_mean[home]:
                self._follow(code, module, name, home, known)

    def _follow(
        self, code: Code, module: Module, node: ast.AST, home: Scope | None, known: dict[tuple[Scope | None, str], list[Meaning | None]]
    ) -> None:
        """Note what a name means, and the dotted names that begin with it."""
        path: str = node.id  # type: ignore[attr-defined]
        imported = only_import(home.bindings[path]) if home is not None else None
        while True:
            above = self._parents.get(node)
            if (home, path) not in known:
                known[home, path] = code.meanings(module, node)
            for meaning in known[home, path]:
                if meaning is not None:
                    self._leads(node)
                    if meaning[1] is not None or not isinstance(above, ast.Attribute):
                        self._means(node, meaning)
            if imported in IMPORTERS:
                self._tells(node)
            if not isinstance(above, ast.Attribute):
                return
            node, path, imported = above, f"{path}.{above.attr}", f"{imported}.{above.attr}"

    def _tells(self, node: ast.AST) -> None:
        self._leads(node)
        self.do.update(self._around(node))

    def _means(self, node: ast.AST, meaning: Meaning | Definition) -> None:
        for function in self._around(node):
            if function is not meaning[1]:
                self.named[function].append(meaning)

    def _around(self, node: ast.AST) -> Iterator[ast.AST]:
        return (one for one in (node, *self._names.chain(node)) if isinstance(one, _FUNCTIONS))

    def _leads(self, node: ast.AST | None) -> None:
        while node is not None and node not in self.leading:
            self.leading.add(node)
            node = self._parents.get(node)


class Effects:
    """What functions do, as far as their text shows; computed once for all programs."""

    project: Project
    code: Code

    def __init__(self, project: Project, code: Code) -> None:
        self.project, self.code = project, code
        # Steps taken so far, summed over all programs.
        self.steps: int = 0
        self._matter: dict[ast.AST, bool] = {}
        self._facts: dict[Module, Facts] = {}

    def facts(self, module: Module) -> Facts:
        """Return what the functions of a module do themselves."""
        if module not in self._facts:
            self._facts[module] = Facts(self.project, self.code, module)
        return self._facts[module]

    def matters(self, definition: Definition) -> bool:
        """Return whether a function affects a backend, or names a function that does."""
        node = definition[1]
        if node not in self._matter:
            led_by: dict[ast.AST, ast.AST] = {}
            for module, one in self.reached(definition, lambda one: self._matter.get(one) is False, led_by):
                if self._matter.get(one) or one in self.facts(module).do:
                    self._matter.update(dict.fromkeys(_way(one, led_by), True))
                    break
            else:
                self._matter.update(dict.fromkeys((node, *led_by), False))
        return self._matter[node]

    def pauses(self, module: Module, function: Function) -> bool:
        """Return whether a function is async or a generator: other code may run in between."""
        return isinstance(function, ast.AsyncFunctionDef) or function in self.facts(module).pause

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
            yield one
            named = [inner for meaning in self.facts(module).named.get(node, ()) for inner in self.functions_of(meaning)]
            new = [one for one in named if one[1] not in seen and not known(one[1])]
            seen |= {one for _, one in new}
            led_by.update((one, node) for _, one in new)
            waiting += new

    def functions_of(self, meaning: Meaning | Definition) -> Iterator[Definition]:
        """Yield the functions that code can call if it is given this function, class or module."""
        module, node = meaning
        if node is None:
            for one in module.tree.body:
                if isinstance(one, _DEFINITIONS):
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
        quiet = [path for path in self.code.paths if path not in self.code.speaking_paths]
        texts += [content(path).decode("utf-8", "replace") for path in quiet]
        return frozenset(name for text in texts for name in _DEFINED.findall(text))


def _may_mean(bindings: list[Binding]) -> bool:
    return any(one.target or isinstance(one.node, _DEFINITIONS) for one in bindings)


def _way(node: ast.AST, led_by: dict[ast.AST, ast.AST]) -> Iterator[ast.AST]:
    """Yield a function, and those whose names have led to it."""
    yield node
    while node in led_by:
        node = led_by[node]
        yield node
