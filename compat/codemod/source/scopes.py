"""Find the binding that a name means, by Python's own scoping rules, on ``ast``.

LibCST's qualified names give the same answer, but take six times as long as its parser; the tests
compare the two. One difference is on purpose: a name is torchaudio's only if *every* binding of it
in its scope imports the same thing, or is ``None`` for "not installed".
"""

from __future__ import annotations

import ast
import builtins
import dataclasses
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_LEAVES = (ast.Constant, ast.alias)
# for each kind of node, the fields that may hold nodes with a place in the text
_FIELDS = {
    kind: tuple(
        field
        for field in kind._fields
        if field not in ("ctx", "op", "ops", "id", "attr", "arg", "kind") and kind not in _LEAVES
    )
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST)
}
Node = TypeVar("Node", bound=ast.AST)
AnyFunction = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclasses.dataclass(frozen=True)
class Binding:
    """One binding of a name.

    Attributes:
        target: dotted name of what an import binds; ``None`` for a binding that is not an import.
        nothing: whether it binds the literal ``None``.
        node: the statement or node that binds.
    """

    target: str | None
    nothing: bool
    node: ast.AST


class Scope:
    """A module, class, function, lambda or comprehension."""

    def __init__(self, kind: str, node: ast.AST, parent: Scope | None) -> None:
        self.kind = kind
        self.node = node
        self.parent = parent
        self.bindings: dict[str, list[Binding]] = {}
        self.elsewhere: dict[str, str] = {}
        self.has_star = False
        self._homes: dict[str, Scope | None] = {}

    def home(self, name: str) -> Scope | None:
        """Return the scope whose binding a name used here means.

        Return ``None`` for a builtin or an unknown name.
        """
        if name not in self._homes:
            self._homes[name] = self._home(name)
        return self._homes[name]

    def _home(self, name: str) -> Scope | None:
        for scope in self.outwards():
            where = scope.elsewhere.get(name)
            if where == "global":
                return self.root() if name in self.root().bindings else None
            if (
                where != "nonlocal"
                and name in scope.bindings
                and (scope is self or scope.kind != "class")
            ):
                return scope
        return None

    def outwards(self) -> Iterator[Scope]:
        """Yield this scope and the scopes around it."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    def root(self) -> Scope:
        """Return the scope of the module around it."""
        return [*self.outwards()][-1]


class Names:
    """The scopes of a module.

    Attributes:
        module: the outermost scope.
        scope_of: for each ``ast.Name``, the scope it is in.
        parents: for each node, the node it is part of.
        imports: each import statement, with its scope.
        scope_made_by: for the module, each class and each function, the scope of its body.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.module: Scope = Scope("module", tree, None)
        self.scope_of: dict[ast.Name, Scope] = {}
        self.parents: dict[ast.AST, ast.AST] = {}
        self.imports: list[tuple[ast.Import | ast.ImportFrom, Scope]] = []
        self.scope_made_by: dict[ast.AST, Scope] = {tree: self.module}
        self._by_kind: dict[type[ast.AST], list[ast.AST]] = defaultdict(list)
        self._body(tree, self.module)

    # Walking

    def _body(self, node: ast.AST, scope: Scope) -> None:
        parents, by_kind = self.parents, self._by_kind
        for field in _FIELDS[type(node)]:
            value = getattr(node, field, None)
            for child in value if isinstance(value, list) else (value,):
                if isinstance(child, ast.AST):  # `_part` inlined, since nearly all nodes pass here
                    parents[child] = node
                    kind = type(child)
                    by_kind[kind].append(child)
                    if kind not in _LEAVES:
                        _VISITS[kind](self, child, scope)

    def _part(self, child: ast.AST | None, parent: ast.AST, scope: Scope) -> None:
        if child is not None:
            self.parents[child] = parent
            self._by_kind[type(child)].append(child)
            _VISITS[type(child)](self, child, scope)

    def _parts(self, children: list[ast.AST], parent: ast.AST, scope: Scope) -> None:
        for child in children:
            self._part(child, parent, scope)

    def _name(self, node: ast.Name, scope: Scope) -> None:
        self.scope_of[node] = scope
        if not isinstance(node.ctx, ast.Load):
            parent = self.parents.get(node)
            value = parent.value if isinstance(parent, ast.Assign | ast.AnnAssign) else None
            self._bind(
                node.id,
                node,
                scope,
                nothing=isinstance(value, ast.Constant) and value.value is None,
            )

    def _class(self, node: ast.ClassDef, scope: Scope) -> None:
        self._bind(node.name, node, scope)
        self._parts([*node.decorator_list, *node.bases, *node.keywords], node, scope)
        inner = self.scope_made_by[node] = Scope("class", node, scope)
        self._parts([*node.body, *getattr(node, "type_params", [])], node, inner)

    def _named_expression(self, node: ast.NamedExpr, scope: Scope) -> None:
        target = next(outer for outer in scope.outwards() if outer.kind != "comprehension")
        self.parents[node.target] = node
        self.scope_of[node.target] = target
        self._bind(node.target.id, node, target)
        self._part(node.value, node, scope)

    def _import(self, node: ast.Import, scope: Scope) -> None:
        self.imports.append((node, scope))
        for alias in node.names:
            if alias.asname:
                self._bind(alias.asname, node, scope, alias.name)
            else:
                root = alias.name.partition(".")[0]
                self._bind(root, node, scope, root)
        self._body(node, scope)

    def _import_from(self, node: ast.ImportFrom, scope: Scope) -> None:
        self.imports.append((node, scope))
        source = "." * node.level + (f"{node.module}." if node.module else "")
        for alias in node.names:
            if alias.name == "*":
                scope.has_star = True
            else:
                self._bind(alias.asname or alias.name, node, scope, source + alias.name)
        self._body(node, scope)

    def _elsewhere(self, node: ast.Global | ast.Nonlocal, scope: Scope) -> None:
        for name in node.names:
            scope.elsewhere[name] = "global" if isinstance(node, ast.Global) else "nonlocal"

    def _capture(
        self, node: ast.ExceptHandler | ast.MatchAs | ast.MatchStar | ast.MatchMapping, scope: Scope
    ) -> None:
        name = node.rest if isinstance(node, ast.MatchMapping) else node.name
        if name:
            self._bind(name, node, scope)
        self._body(node, scope)

    def _function(self, node: AnyFunction, scope: Scope) -> None:
        inner = self.scope_made_by[node] = Scope("function", node, scope)
        arguments = node.args
        self.parents[arguments] = node
        if not isinstance(node, ast.Lambda):
            self._bind(node.name, node, scope)
            self._parts([*node.decorator_list], node, scope)
            self._part(node.returns, node, scope)
        self._parts(
            [*arguments.defaults, *(default for default in arguments.kw_defaults if default)],
            arguments,
            scope,
        )
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

    def _bind(
        self,
        name: str,
        node: ast.AST,
        scope: Scope,
        target: str | None = None,
        *,
        nothing: bool = False,
    ) -> None:
        where = scope.elsewhere.get(name)
        if where == "global":
            scope = scope.root()
        elif where == "nonlocal":
            around = [
                outer
                for outer in scope.outwards()
                if outer is not scope and outer.kind != "class" and name in outer.bindings
            ]
            scope = around[0] if around else scope
        scope.bindings.setdefault(name, []).append(Binding(target, nothing, node))

    # Asking

    def all(self, kind: type[Node]) -> list[Node]:
        """Return all nodes of a kind, in the order of the walk."""
        return self._by_kind.get(kind, [])  # type: ignore[return-value]

    def bindings(self, node: ast.AST | None) -> list[Binding]:
        """Return all that a name may mean; nothing for a builtin, or what is not a plain name."""
        if not isinstance(node, ast.Name) or node not in self.scope_of:
            return []
        home = self.scope_of[node].home(node.id)
        return home.bindings[node.id] if home else []

    def qualified(self, node: ast.AST) -> str | None:
        """Return the dotted name of an expression whose root is an import and nothing else.

        Relative names start with a dot; return ``None`` for any other expression.
        """
        tail: list[str] = []
        while isinstance(node, ast.Attribute):
            tail.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return None
        target = only_import(self.bindings(node))
        return None if target is None else ".".join([target, *reversed(tail)])

    def is_builtin(self, node: ast.AST, name: str) -> bool:
        """Return whether an expression is this builtin, not rebound or hidden by a star import."""
        return (
            isinstance(node, ast.Name)
            and node.id == name
            and hasattr(builtins, name)
            and not self.bindings(node)
            and not self.module.has_star
        )

    def chain(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield the nodes that contain a node, from the inside out."""
        above = self.parents.get(node)
        while above is not None:
            yield above
            above = self.parents.get(above)


_VISITS: dict[type[ast.AST], Callable[[Names, Any, Scope], None]] = {
    **dict.fromkeys(_FIELDS, Names._body),
    ast.Name: Names._name,
    **dict.fromkeys(_FUNCTIONS, Names._function),
    ast.ClassDef: Names._class,
    **dict.fromkeys(_COMPREHENSIONS, Names._comprehension),
    ast.NamedExpr: Names._named_expression,
    ast.Import: Names._import,
    ast.ImportFrom: Names._import_from,
    ast.Global: Names._elsewhere,
    ast.Nonlocal: Names._elsewhere,
    **dict.fromkeys(
        (ast.ExceptHandler, ast.MatchAs, ast.MatchStar, ast.MatchMapping), Names._capture
    ),
}


def only_import(bindings: list[Binding]) -> str | None:
    """Return what all bindings agree to import; ``None`` if one of them is something else."""
    targets = {binding.target for binding in bindings if not binding.nothing}
    return targets.pop() if len(targets) == 1 else None


def defaults(arguments: ast.arguments) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    """Yield the parameters that may have a default, with it."""
    positional = [*arguments.posonlyargs, *arguments.args]
    yield from zip(
        positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True
    )
    yield from zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)


def all_arguments(arguments: ast.arguments) -> list[ast.arg]:
    """Return all parameters, in order."""
    extra = [argument for argument in (arguments.vararg, arguments.kwarg) if argument]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *extra]
