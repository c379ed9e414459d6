"""Which binding a name means, by Python's own scoping rules, on ``ast``.

LibCST's qualified names say the same and take six times as long as its parser; the tests compare the two. Where they
differ it is on purpose: a name is torchaudio's only if *every* binding of it in its scope is an import of the same thing,
or ``None`` for "not installed".
"""

from __future__ import annotations

import ast
import builtins
import dataclasses
from collections.abc import Iterator

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
AnyFunction = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclasses.dataclass(frozen=True)
class Binding:
    """One binding of a name.

    Attributes:
        target: dotted name of what an import binds; ``None`` for a binding that is not an import.
        nothing: it binds the literal ``None``.
        node: the statement or node that binds.
    """

    target: str | None
    nothing: bool
    node: ast.AST


class Scope:
    """A module, class, function, lambda or comprehension."""

    def __init__(self, kind: str, node: ast.AST, parent: Scope | None) -> None:
        self.kind, self.node, self.parent = kind, node, parent
        self.bindings: dict[str, list[Binding]] = {}
        self.elsewhere: dict[str, str] = {}
        self.has_star = False

    def home(self, name: str) -> Scope | None:
        """The scope whose binding a use of the name here means; ``None`` for a builtin or an unknown name."""
        scope: Scope | None = self
        first = True
        while scope is not None:
            where = scope.elsewhere.get(name)
            if where == "global":
                scope = scope.root()
                return scope if name in scope.bindings else None
            if where != "nonlocal" and name in scope.bindings and (first or scope.kind != "class"):
                return scope
            first = False
            scope = scope.parent
        return None

    def root(self) -> Scope:
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope


class Names:
    """The scopes of a module.

    Attributes:
        module: the outermost scope.
        scope_of: for each ``ast.Name``, the scope it stands in.
        parents: for each node, the node it is part of.
        imports: each import statement, with its scope.
        scope_made_by: for the module, each class and each function, the scope of its body.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.module = Scope("module", tree, None)
        self.scope_of: dict[ast.AST, Scope] = {}
        self.parents: dict[ast.AST, ast.AST] = {}
        self.imports: list[tuple[ast.Import | ast.ImportFrom, Scope]] = []
        self.scope_made_by: dict[ast.AST, Scope] = {tree: self.module}
        self._body(tree, self.module)

    # Walking

    def _body(self, node: ast.AST, scope: Scope) -> None:
        for child in ast.iter_child_nodes(node):
            self.parents[child] = node
            self._node(child, scope)

    def _part(self, child: ast.AST | None, parent: ast.AST, scope: Scope) -> None:
        if child is not None:
            self.parents[child] = parent
            self._node(child, scope)

    def _parts(self, children: list[ast.AST], parent: ast.AST, scope: Scope) -> None:
        for child in children:
            self._part(child, parent, scope)

    def _node(self, node: ast.AST, scope: Scope) -> None:
        if isinstance(node, ast.Name):
            self.scope_of[node] = scope
            if not isinstance(node.ctx, ast.Load):
                self._bind(node.id, node, scope, nothing=self._binds_none(node))
        elif isinstance(node, _FUNCTIONS):
            self._function(node, scope)
        elif isinstance(node, ast.ClassDef):
            self._bind(node.name, node, scope)
            self._parts([*node.decorator_list, *node.bases, *node.keywords], node, scope)
            inner = self.scope_made_by[node] = Scope("class", node, scope)
            self._parts([*node.body, *getattr(node, "type_params", [])], node, inner)
        elif isinstance(node, _COMPREHENSIONS):
            self._comprehension(node, scope)
        elif isinstance(node, ast.NamedExpr):
            target = scope
            while target.kind == "comprehension" and target.parent is not None:
                target = target.parent
            self.parents[node.target] = node
            self.scope_of[node.target] = target
            self._bind(node.target.id, node, target)
            self._part(node.value, node, scope)
        else:
            self._other(node, scope)

    def _other(self, node: ast.AST, scope: Scope) -> None:
        if isinstance(node, ast.Import):
            self.imports.append((node, scope))
            for alias in node.names:
                if alias.asname:
                    self._bind(alias.asname, node, scope, alias.name)
                else:
                    root = alias.name.partition(".")[0]
                    self._bind(root, node, scope, root)
        elif isinstance(node, ast.ImportFrom):
            self.imports.append((node, scope))
            source = "." * node.level + (node.module or "")
            for alias in node.names:
                if alias.name == "*":
                    scope.has_star = True
                else:
                    self._bind(alias.asname or alias.name, node, scope, f"{source}.{alias.name}")
        elif isinstance(node, ast.Global | ast.Nonlocal):
            for name in node.names:
                scope.elsewhere[name] = "global" if isinstance(node, ast.Global) else "nonlocal"
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            self._bind(node.name, node, scope)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            self._bind(node.rest, node, scope)
        self._body(node, scope)

    def _binds_none(self, node: ast.Name) -> bool:
        parent = self.parents.get(node)
        value = parent.value if isinstance(parent, ast.Assign | ast.AnnAssign) else None
        return isinstance(value, ast.Constant) and value.value is None

    def _function(self, node: AnyFunction, scope: Scope) -> None:
        inner = self.scope_made_by[node] = Scope("function", node, scope)
        arguments = node.args
        self.parents[arguments] = node
        if not isinstance(node, ast.Lambda):
            self._bind(node.name, node, scope)
            self._parts([*node.decorator_list], node, scope)
            self._part(node.returns, node, scope)
        self._parts([*arguments.defaults, *(default for default in arguments.kw_defaults if default)], arguments, scope)
        for argument in all_arguments(arguments):
            self.parents[argument] = arguments
            self._bind(argument.arg, argument, inner)
            self._part(argument.annotation, argument, scope)
        body = [node.body] if isinstance(node, ast.Lambda) else node.body
        self._parts([*body, *getattr(node, "type_params", [])], node, inner)

    def _comprehension(self, node: ast.AST, scope: Scope) -> None:
        inner = Scope("comprehension", node, scope)
        generators: list[ast.comprehension] = node.generators  # type: ignore[attr-defined]
        for index, generator in enumerate(generators):
            self.parents[generator] = node
            self._part(generator.iter, generator, scope if index == 0 else inner)
            self._part(generator.target, generator, inner)
            self._parts([*generator.ifs], generator, inner)
        for field in ("elt", "key", "value"):
            self._part(getattr(node, field, None), node, inner)

    def _bind(self, name: str, node: ast.AST, scope: Scope, target: str | None = None, *, nothing: bool = False) -> None:
        where = scope.elsewhere.get(name)
        if where == "global":
            scope = scope.root()
        elif where == "nonlocal":
            scope = next((outer for outer in _outwards(scope.parent) if outer.kind != "class" and name in outer.bindings), scope)
        scope.bindings.setdefault(name, []).append(Binding(target, nothing, node))

    # Asking

    def bindings(self, node: ast.Name) -> list[Binding]:
        """All bindings that a name may mean; none for a builtin or an unknown name."""
        scope = self.scope_of.get(node)
        home = scope.home(node.id) if scope else None
        return home.bindings[node.id] if home else []

    def qualified(self, node: ast.AST) -> str | None:
        """The dotted name of what an expression is, if its root is an import and nothing else; relative ones start with a dot."""
        tail: list[str] = []
        while isinstance(node, ast.Attribute):
            tail.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return None
        target = only_import(self.bindings(node))
        return None if target is None else ".".join([target, *reversed(tail)])

    def is_builtin(self, node: ast.AST, name: str) -> bool:
        """Whether an expression is that builtin, bound nowhere here and not hidden by a star import."""
        return (
            isinstance(node, ast.Name)
            and node.id == name
            and hasattr(builtins, name)
            and not self.bindings(node)
            and not self.module.has_star
        )

    def chain(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes that a node is part of, from the inside out."""
        above = self.parents.get(node)
        while above is not None:
            yield above
            above = self.parents.get(above)


def only_import(bindings: list[Binding]) -> str | None:
    """What all bindings agree to import; ``None`` where one of them is something else."""
    targets = {binding.target for binding in bindings if not binding.nothing}
    return targets.pop() if len(targets) == 1 else None


def all_arguments(arguments: ast.arguments) -> list[ast.arg]:
    """All parameters, in order."""
    extra = [argument for argument in (arguments.vararg, arguments.kwarg) if argument]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *extra]


def _outwards(scope: Scope | None) -> Iterator[Scope]:
    while scope is not None:
        yield scope
        scope = scope.parent
