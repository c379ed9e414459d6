"""Find the binding that a name means, by Python's own scoping rules, on ``ast``.

LibCST's qualified names give the same answer, but take six times as long as its parser; the tests
compare the two. One difference is on purpose: a name is torchaudio's only if *every* binding of it
in its scope imports the same thing, or is ``None`` for "not installed".
"""

from __future__ import annotations

import ast
import builtins
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeVar

from compat.codemod.source.old_names import ROOT

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_LEAVES = (ast.Constant, ast.alias)
# fields whose nodes are in the scope that a function, class or comprehension makes
_INSIDE = ("body", "type_params", "elt", "key", "value", "generators", "target", "ifs")
_WITHOUT_NODES = ("ctx", "op", "ops", "id", "attr", "arg", "kind")
# for each kind of node that has a name, the field that holds it
_NAME_OF = {ast.Name: "id", ast.Attribute: "attr", ast.keyword: "arg"}
Node = TypeVar("Node", bound=ast.AST)
AnyFunction = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Binding(NamedTuple):
    """One binding of a name.

    Attributes:
        target: dotted name of what an import binds; ``None`` for a binding that is not an import.
        nothing: whether it binds the literal ``None``.
        node: the statement or node that binds.
    """

    target: str | None
    nothing: bool
    node: ast.AST


class Imported(NamedTuple):
    """One name of an import: statement, alias, full path, local name and scope.

    The path of a relative import begins with dots.
    """

    statement: ast.Import | ast.ImportFrom
    alias: ast.alias
    path: str
    local: str
    scope: Scope


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
            self._homes[name] = self._find(name)
        return self._homes[name]

    def _find(self, name: str) -> Scope | None:
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
        imported: each name of an import.
        scope_made_by: for the module, each class and each function, the scope of its body.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.module: Scope = Scope("module", tree, None)
        self.scope_of: dict[ast.Name, Scope] = {}
        self.parents: dict[ast.AST, ast.AST] = {}
        self.imported: list[Imported] = []
        self.scope_made_by: dict[ast.AST, Scope] = {tree: self.module}
        self._by_kind: dict[type[ast.AST], list[ast.AST]] = defaultdict(list)
        self._by_name: dict[type[ast.AST], dict[str, list[Any]]] = {
            kind: defaultdict(list) for kind in _NAME_OF
        }
        # what `nonlocal` binds: the function around may bind the name further down
        self._nonlocal: list[tuple[Scope, str, Binding]] = []
        self._walk(tree, self.module)
        for scope, name, binding in self._nonlocal:
            (scope.home(name) or scope).bindings.setdefault(name, []).append(binding)

    # Walking

    def _walk(self, node: ast.AST, scope: Scope) -> None:
        """Note the parts of a node, and what it binds in its scope or in one of its own."""
        fields, bind = _KINDS[type(node)]
        inner = bind(self, node, scope) or scope if bind else scope
        if inner is scope and isinstance(node, ast.comprehension):
            of: Any = scope.node  # its first iterable is evaluated outside
            scope = scope.parent or scope if of.generators[0] is node else scope
        parents, by_kind, by_name = self.parents, self._by_kind, self._by_name
        for field, is_inside in fields:
            value: Any = getattr(node, field, None)
            at = inner if is_inside else scope
            for child in value if isinstance(value, list) else (value,):
                kind = type(child)
                if kind in _KINDS:
                    parents[child] = node
                    by_kind[kind].append(child)
                    if kind in by_name:
                        by_name[kind][getattr(child, _NAME_OF[kind])].append(child)
                    if kind is ast.Name:  # the most frequent kind
                        self.scope_of[child] = at
                        if not isinstance(child.ctx, ast.Load):
                            self._stored(child, at, node)
                    elif kind not in _LEAVES:
                        self._walk(child, at)

    def _stored(self, node: ast.Name, scope: Scope, parent: ast.AST) -> None:
        if isinstance(parent, ast.NamedExpr):
            scope = next(outer for outer in scope.outwards() if outer.kind != "comprehension")
            self.scope_of[node] = scope
        value = parent.value if isinstance(parent, ast.Assign | ast.AnnAssign) else None
        nothing = isinstance(value, ast.Constant) and value.value is None
        self._bind(node.id, node, scope, nothing=nothing)

    def _argument(self, node: ast.arg, scope: Scope) -> None:
        function = self.parents[self.parents[node]]
        self._bind(node.arg, node, self.scope_made_by[function])

    def _import(self, node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
        base = "." * node.level + (node.module or "") if isinstance(node, ast.ImportFrom) else ""
        prefix = base if base.endswith(".") or not base else f"{base}."
        for alias in node.names:
            path = prefix + alias.name
            # Editors complete the name like this; its modules import the package itself.
            if alias.name == ROOT and base.partition(".")[0] == ROOT:
                path = ROOT
            local = alias.asname or (alias.name if base else alias.name.partition(".")[0])
            self.imported.append(Imported(node, alias, path, local, scope))
            if local == "*":
                scope.has_star = True
            else:
                self._bind(local, node, scope, path if base or alias.asname else local)

    def _elsewhere(self, node: ast.Global | ast.Nonlocal, scope: Scope) -> None:
        scope.elsewhere.update(dict.fromkeys(node.names, type(node).__name__.lower()))

    def _capture(
        self, node: ast.ExceptHandler | ast.MatchAs | ast.MatchStar | ast.MatchMapping, scope: Scope
    ) -> None:
        if name := node.rest if isinstance(node, ast.MatchMapping) else node.name:
            self._bind(name, node, scope)

    def _definition(self, node: AnyFunction | ast.ClassDef, scope: Scope) -> Scope:
        if not isinstance(node, ast.Lambda):
            self._bind(node.name, node, scope)
        kind = "class" if isinstance(node, ast.ClassDef) else "function"
        self.scope_made_by[node] = Scope(kind, node, scope)
        return self.scope_made_by[node]

    def _bind(
        self,
        name: str,
        node: ast.AST,
        scope: Scope,
        target: str | None = None,
        *,
        nothing: bool = False,
    ) -> None:
        where, binding = scope.elsewhere.get(name), Binding(target, nothing, node)
        if where == "nonlocal":
            self._nonlocal.append((scope, name, binding))
        else:
            home = scope.root() if where == "global" else scope
            home.bindings.setdefault(name, []).append(binding)

    # Asking

    def all(self, kind: type[Node]) -> list[Node]:
        """Return all nodes of a kind, in the order of the walk."""
        return self._by_kind.get(kind, [])  # type: ignore[return-value]

    def named(self, kind: type[Node], *names: str) -> list[Node]:
        """Return all nodes of a kind with one of these names, in the order of the walk for each."""
        every = dict.fromkeys(names)
        return [node for name in every for node in self._by_name[kind].get(name, ())]

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
        """Return whether an expression is this builtin, not rebound.

        No star import is expected to hide one: most callers ask in order to report a use of it.
        """
        return (
            isinstance(node, ast.Name)
            and node.id == name
            and hasattr(builtins, name)
            and not self.bindings(node)
        )

    def chain(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield the nodes that contain a node, from the inside out."""
        above = self.parents.get(node)
        while above is not None:
            yield above
            above = self.parents.get(above)


_BINDERS: dict[type[ast.AST], Callable[[Names, Any, Scope], Scope | None]] = {
    ast.arg: Names._argument,
    **dict.fromkeys(
        (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef), Names._definition
    ),
    **dict.fromkeys(_COMPREHENSIONS, lambda _, node, scope: Scope("comprehension", node, scope)),
    **dict.fromkeys((ast.Import, ast.ImportFrom), Names._import),
    **dict.fromkeys((ast.Global, ast.Nonlocal), Names._elsewhere),
    **dict.fromkeys(
        (ast.ExceptHandler, ast.MatchAs, ast.MatchStar, ast.MatchMapping), Names._capture
    ),
    # from 3.12 on; bound in the scope around, for the methods of a class see them too
    **{
        getattr(ast, name): lambda names, node, scope: names._bind(
            node.name, node, scope.parent or scope
        )
        for name in ("ParamSpec", "TypeVar", "TypeVarTuple")
        if hasattr(ast, name)
    },
}
# for each kind of node, the fields that may hold nodes, with whether these are inside its scope
_KINDS = {
    kind: (
        [(field, field in _INSIDE) for field in kind._fields if field not in _WITHOUT_NODES],
        _BINDERS.get(kind),
    )
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST)
}


def only_import(bindings: list[Binding]) -> str | None:
    """Return what all bindings agree to import; ``None`` if one of them is something else."""
    if len(bindings) == 1:  # most names
        return bindings[0].target
    targets = {binding.target for binding in bindings if not binding.nothing}
    return targets.pop() if len(targets) == 1 else None


def defaults(arguments: ast.arguments) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    """Yield the parameters that may have a default, with it."""
    positional = [*arguments.posonlyargs, *arguments.args]
    yield from zip(
        positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True
    )
    yield from zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
