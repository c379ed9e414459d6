"""Follow the expressions of a program, in the order of their evaluation."""

import ast
import dataclasses
from collections.abc import Callable

from compat.codemod.plan import imports
from compat.codemod.plan.facts import UNKNOWN_ATTRIBUTES, UNKNOWN_NAMES
from compat.codemod.plan.moments import Moments
from compat.codemod.plan.state import State, joined
from compat.codemod.source import Module

# builtins that ask for all items at once
_CONSUMERS = (
    "list",
    "tuple",
    "set",
    "frozenset",
    "dict",
    "sum",
    "any",
    "all",
    "max",
    "min",
    "sorted",
)


class Expressions(Moments):
    """One program, as far as its expressions go; the arguments are those of ``Moments``."""

    def load(self, module: Module, state: State) -> State:
        """Import a file, with the packages around it."""
        raise NotImplementedError

    def _called(self, module: Module, node: ast.Call, state: State) -> State:
        raise NotImplementedError

    def _children(self, module: Module, node: ast.AST, state: State) -> State:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                state = self._expression(module, child, state)
            elif isinstance(child, ast.keyword):
                state = self._expression(module, child.value, state)
        return state

    def _expression(self, module: Module, node: ast.expr, state: State) -> State:
        if self._changes_nothing(node, state, self._effects.facts(module).leading):
            return state
        self._step()
        own = self._marks(module)
        if (place := own.sites.get(node) or own.pins.get(node)) is not None:
            self._at(own, place, state.force)
            return state
        if isinstance(node, ast.Call):
            return self._called(module, node, state)
        visit = _EXPRESSIONS.get(type(node), Expressions._children)
        return visit(self, module, node, state)

    def _named(self, module: Module, node: ast.Name | ast.Attribute, state: State) -> State:
        meant = [one for one in self._code.meanings(module, node) if one is not None]
        if meant and not (
            meant[0][1] is None and isinstance(module.names.parents.get(node), ast.Attribute)
        ):
            for one in meant:
                self._hand(one)
            return self._lazily_loaded(module, node, state)
        if isinstance(node, ast.Attribute):
            state = self._expression(module, node.value, state)
            if node.attr in UNKNOWN_ATTRIBUTES or (
                node.attr == "__dict__" and any(self._code.meanings(module, node.value))
            ):
                self._all_may_be_called()
            computed = {
                "__getattr__",
                "__getattribute__",
                "__get__",
                node.attr,
            }  # a property, as far as its name tells
            return self._others_run(state) if computed & self._handed_names else state
        if (
            node.id in UNKNOWN_NAMES
            and not module.names.bindings(node)
            and not _only_asked(module, node)
        ):
            self._all_may_be_called()
        return state

    def _lazily_loaded(self, module: Module, node: ast.AST, state: State) -> State:
        """Load what a package loads as it is asked for a name."""
        while isinstance(node, ast.Attribute):
            for owner in self._code.meanings(module, node.value):
                for one in (
                    imports.lazily(self._code, owner[0], node.attr)
                    if owner is not None and owner[1] is None
                    else ()
                ):
                    state = joined(state, self.load(one, state)) or state
            node = node.value
        return state

    def _all_may_be_called(self) -> None:
        """Let any function of the modules that ran be called, since strings may look up names."""
        for module in list(self.loaded):
            self._hand((module, None))

    def _shown(self, module: Module, node: ast.expr, state: State) -> State:
        return self._implied(node, self._children(module, node, state))

    def _operated(self, module: Module, node: ast.expr, state: State) -> State:
        return self._others_run(self._children(module, node, state))

    def _lambda(self, module: Module, node: ast.Lambda, state: State) -> State:
        self._hand((module, node))
        return state

    def _choice(self, module: Module, node: ast.IfExp, state: State) -> State:
        state = self._implied(node, self._expression(module, node.test, state))
        return (
            joined(
                self._expression(module, node.body, state),
                self._expression(module, node.orelse, state),
            )
            or state
        )

    def _either(self, module: Module, node: ast.BoolOp, state: State) -> State:
        after = state = self._implied(node, self._expression(module, node.values[0], state))
        for value in node.values[1:]:
            state = self._implied(node, self._expression(module, value, state))
            after = joined(after, state) or after
        return after

    def _comprehension(self, module: Module, node: ast.expr, state: State) -> State:
        generators: list[ast.comprehension] = node.generators  # type: ignore[attr-defined]
        state = self._expression(module, generators[0].iter, state)
        parts = [
            one
            for item in generators
            for one in (item.iter, *item.ifs)
            if one is not generators[0].iter
        ]
        parts += [
            one
            for name in ("key", "value", "elt")
            if (one := getattr(node, name, None)) is not None
        ]
        while True:
            after = self._others_run(state)
            for one in parts:
                after = self._expression(module, one, after)
            if joined(state, after) == state:
                return state
            state = joined(state, after) or state

    def _generator(self, module: Module, node: ast.GeneratorExp, state: State) -> State:
        """Come to a generator expression, whose parts run at once or at any later time."""
        call = module.names.parents.get(node)
        alone = (
            call
            if isinstance(call, ast.Call) and call.args == [node] and not call.keywords
            else None
        )  # others run before it
        if alone is not None and any(
            module.names.is_builtin(alone.func, name) for name in _CONSUMERS
        ):
            return self._comprehension(module, node, state)
        self._hand((module, node))
        return self._expression(module, node.generators[0].iter, state)

    def _compared(self, module: Module, node: ast.Compare, state: State) -> State:
        after = state = self._expression(
            module, node.comparators[0], self._expression(module, node.left, state)
        )
        for value in node.comparators[1:]:  # one that is false ends it
            state = self._expression(module, value, self._others_run(state))
            after = joined(after, state) or after
        return self._others_run(after)

    def _paused(self, module: Module, node: ast.expr, state: State) -> State:
        state = self._children(module, node, state)
        self._paused_in[-1] = joined(self._paused_in[-1], state)
        return self._continued(state)

    def _continued(self, state: State) -> State:
        """Come to a place at which a function continues: setters may have run since it paused."""
        self.pauses = True
        state = self._others_run(state)
        return dataclasses.replace(state, force=state.force | self._known)


def _only_asked(module: Module, node: ast.Name) -> bool:
    """Return whether it is ``name in globals()``, or ``globals()[name] = value``."""
    call = module.names.parents[node]
    above = module.names.parents[call] if isinstance(call, ast.Call) else None
    return isinstance(above, ast.Compare) or (
        isinstance(above, ast.Subscript) and not isinstance(above.ctx, ast.Load)
    )


_EXPRESSIONS: dict[type[ast.expr], Callable[..., State]] = {
    **dict.fromkeys((ast.Name, ast.Attribute), Expressions._named),
    **dict.fromkeys((ast.ListComp, ast.SetComp, ast.DictComp), Expressions._comprehension),
    **dict.fromkeys((ast.Subscript, ast.BinOp, ast.UnaryOp, ast.Starred), Expressions._operated),
    ast.GeneratorExp: Expressions._generator,
    ast.Compare: Expressions._compared,
    **dict.fromkeys((ast.Yield, ast.YieldFrom, ast.Await), Expressions._paused),
    **dict.fromkeys((ast.FormattedValue, ast.Set, ast.Dict), Expressions._shown),
    ast.Lambda: Expressions._lambda,
    ast.IfExp: Expressions._choice,
    ast.BoolOp: Expressions._either,
}
