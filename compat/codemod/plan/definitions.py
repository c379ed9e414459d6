"""Follow what runs as functions and classes are defined: defaults, bases, bodies, decorators."""

import ast
from collections.abc import Iterable, Iterator

from compat.codemod.plan import code, protocols
from compat.codemod.plan.calls import Calls, is_plain
from compat.codemod.plan.code import Function, Meaning
from compat.codemod.plan.state import State, joined
from compat.codemod.source import Module, all_arguments


class Definitions(Calls):
    """One program, as far as its definitions go; arguments and attributes as in ``Moments``."""

    def _block(
        self, module: Module, statements: Iterable[ast.stmt], state: State | None
    ) -> State | None:
        raise NotImplementedError

    def _defined(self, module: Module, node: Function, state: State) -> State | None:
        for one in (*node.args.defaults, *node.args.kw_defaults):
            state = self._expression(module, one, state) if one is not None else state
        annotations = [one.annotation for one in all_arguments(node.args)]
        return self._decorated(
            module, node, self._annotated(module, [*annotations, node.returns], state)
        )

    def _annotated(
        self, module: Module, annotations: Iterable[ast.expr | None], state: State
    ) -> State:
        """Run the calls in annotations; the types that they name are not used by that."""
        calls = [
            one
            for given in annotations
            if given is not None
            for one in ast.walk(given)
            if isinstance(one, ast.Call)
        ]
        if calls and _keeps_annotations(module):
            return state
        for call in calls:
            state = self._expression(module, call, state)
        return state

    def _class(self, module: Module, node: ast.ClassDef, state: State) -> State | None:
        for base in (*node.bases, *(one.value for one in node.keywords)):
            if not any(self._code.meanings(module, base)):
                state = self._expression(module, base, state)
        after = self._block(module, node.body, state) or state
        makers = list(self._makers(module, node))
        for one in makers:
            self._hand(one)
        if protocols.is_enum(node):
            makers.append((module, node))
            self._hand((module, node))
        return self._decorated(
            module, node, self._others_run(after) if makers else self._implied(node, after)
        )

    def _makers(self, module: Module, node: ast.ClassDef) -> Iterator[Meaning]:
        """Yield what runs as a class is made: metaclass, and `__init_subclass__` of its bases."""
        for home, one in code.line(self._code, (module, node)):
            for keyword in one.keywords:
                yield from (
                    meaning
                    for meaning in self._code.meanings(home, keyword.value)
                    if meaning is not None
                )
            for base in one.bases:
                owners = [owner for owner in self._code.meanings(home, base) if owner is not None]
                yield from (
                    maker
                    for owner in owners
                    if (maker := code.method(self._code, owner, "__init_subclass__")) is not None
                )

    def _decorated(self, module: Module, node: Function | ast.ClassDef, state: State) -> State:
        """Decorate a function; decorators from outside the project keep it and call it later."""
        for one in node.decorator_list:
            if is_plain(one):
                continue
            self._hand((module, node))
            targets = [target for target in self._code.meanings(module, one) if target is not None]
            state = self._expression(module, one, state) if not targets else state
            for target in targets:
                state = joined(state, self._entered(target, state)) or state
        return state


def _keeps_annotations(module: Module) -> bool:
    """Return whether annotations stay texts, by ``from __future__ import annotations``."""
    future = (
        one
        for one, _ in module.names.imports
        if isinstance(one, ast.ImportFrom) and one.module == "__future__"
    )
    return any(alias.name == "annotations" for one in future for alias in one.names)
