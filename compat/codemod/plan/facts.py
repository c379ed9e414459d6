"""Find in one pass over a module's names what its functions do themselves, and name."""

import ast
from collections import defaultdict
from collections.abc import Iterator

from compat.codemod.plan import imports, marks
from compat.codemod.plan.code import Code, Meaning
from compat.codemod.source import Binding, Module, Scope, only_import
from compat.codemod.uses import Project

# Calls that load a module by name, and names through which any function may be called.
IMPORTERS = {"importlib.import_module", "importlib.reload", "runpy.run_module", "runpy.run_path"}
UNKNOWN_NAMES = {"globals", "locals", "exec", "eval", "vars"}
UNKNOWN_ATTRIBUTES = {"__globals__", "__subclasses__", "__mro__", "__bases__", "__dict__"}
_TELLING_NAMES = UNKNOWN_NAMES | {"__import__"}
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.GeneratorExp)
# What leads out of the code around it, or gives a function to code that is not followed.
_LEADING = (
    ast.Return,
    ast.Raise,
    ast.Break,
    ast.Continue,
    ast.Yield,
    ast.YieldFrom,
    ast.Await,
    ast.Lambda,
    ast.ClassDef,
)

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
        telling = {
            *own.sites,
            *own.pins,
            *own.setters,
            *own.kept,
            *(one.statement for one in module.imported),
        }
        telling |= {
            one for one, _ in self._names.imports if any(imports.by_statement(code, module, one))
        }
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
            self.pause |= {
                *[one for one in self._names.chain(node) if isinstance(one, _FUNCTIONS)][:1]
            }
        for node in self._names.all(ast.Attribute):
            if node.attr in UNKNOWN_ATTRIBUTES:
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
                may_mean[home] = {
                    one for one, bindings in home.bindings.items() if _may_mean(bindings)
                }
            if has_star if home is None else name.id in may_mean[home]:
                self._follow(code, module, name, home, known)

    def _follow(
        self,
        code: Code,
        module: Module,
        node: ast.AST,
        home: Scope | None,
        known: dict[tuple[Scope | None, str], list[Meaning | None]],
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


def _may_mean(bindings: list[Binding]) -> bool:
    return any(one.target or isinstance(one.node, DEFINITIONS) for one in bindings)
