"""Follow the calls of a program: setters, functions and classes of the project, unknown code."""

import ast

from compat.codemod.plan import code, imports, protocols
from compat.codemod.plan.code import Meaning
from compat.codemod.plan.expressions import Expressions
from compat.codemod.plan.facts import IMPORTERS
from compat.codemod.plan.marks import Marks
from compat.codemod.plan.state import State, joined
from compat.codemod.source import Module

# builtins that call no function of the project that loads
_QUIET_BUILTINS = {
    "print", "len", "str", "int", "float", "bool", "range", "isinstance", "issubclass", "type",
    "repr", "abs", "round", "id", "hash", "open", "hasattr", "input", "format", "ord", "chr",
    "dict", "bytes", "object", "super",
}  # fmt: skip
# methods of containers, texts and tensors, unless a class of the project has one of this name
_QUIET_METHODS = {
    "append", "extend", "mean", "to", "float", "numpy", "size", "squeeze", "unsqueeze", "view",
    "reshape", "item", "abs", "close", "read", "write", "join", "format", "strip", "split", "lower",
    "upper", "keys", "items", "values", "get", "startswith", "endswith", "replace", "pop", "insert",
    "update", "add", "copy", "cpu", "shape", "dim", "debug", "info", "warning", "error", "exists",
}  # fmt: skip


class Calls(Expressions):
    """One program, as far as its calls go; arguments and attributes as in ``Moments``."""

    def call(self, module: Module, function: ast.AST, state: State) -> State:
        """Call a function by its name, whatever decorates it."""
        return self._call(module, function, state) or state

    def _called(self, module: Module, node: ast.Call, state: State) -> State:
        own, func = self._marks(module), node.func
        meant = self._code.meanings(module, func)
        targets = [one for one in meant if one is not None]
        if not targets and not isinstance(func, ast.Lambda):
            state = self._expression(module, func, state)
        elif isinstance(func, ast.Attribute):
            state = self._lazily_loaded(module, func, state)
        for argument in (*node.args, *(one.value for one in node.keywords)):
            state = self._expression(module, argument, state)
        if any(one.arg is None for one in node.keywords):
            state = self._others_run(state)  # `**given` asks an object for its keys
        if node in own.setters or node in own.kept:
            return self._at_setter(own, node, state)
        if func in own.sites or func in own.pins or (not targets and self._is_quiet(module, node)):
            return state
        if module.names.qualified(func) in IMPORTERS or module.names.is_builtin(func, "__import__"):
            return self._imported_by_string(module, node, state)
        if isinstance(func, ast.Lambda):
            return self.call(module, func, state)
        after: State | None = None if targets and None not in meant else self._others_run(state)
        for target in targets:
            after = joined(after, self._entered(target, state))
        return after or state

    def _at_setter(self, own: Marks, node: ast.Call, state: State) -> State:
        if node in own.kept:
            return state.keep(own.kept[node].getter)
        setter = own.setters[node]
        self.found.setters.add(setter)
        if (pair := own.restored.get(node)) is not None and any(
            getter is pair.getter for getter, _ in state.kept
        ):
            self.found.between[setter] |= {
                one for getter, one in state.since if getter is pair.getter
            }
            state = state.restore(pair.getter, setter)
            self.found.set_to |= state.force
            return state
        self.found.set_to.add(setter)
        return state.set(setter)

    def _entered(self, target: Meaning, state: State) -> State | None:
        module, node = target
        if isinstance(node, ast.ClassDef):
            for name in ("__new__", "__init__", "__post_init__"):
                if (method := code.method(self._code, target, name)) is not None:
                    state = self.call(*method, state)
            self._hand(target)
            known = (
                all(any(self._code.meanings(module, base)) for base in node.bases)
                and not node.keywords
            )
            return state if known and not node.decorator_list else self._others_run(state)
        if (
            node is None
            or self._effects.pauses(module, node)
            or any(not is_plain(one) for one in node.decorator_list)
        ):
            self._hand(target)
            return self._others_run(state)
        return self._call(module, node, state)

    def _is_quiet(self, module: Module, node: ast.Call) -> bool:
        """Return whether a call reaches no function of the project."""
        name = module.names.qualified(node.func) or ""
        if name.startswith("torchaudio.") and ".datasets." not in name:
            return True
        if isinstance(node.func, ast.Attribute) and node.func.attr in _QUIET_METHODS:
            return node.func.attr not in self._handed_names
        if not isinstance(node.func, ast.Name) or node.func.id not in _QUIET_BUILTINS:
            return False
        return not module.names.bindings(node.func) and self._felt_names.isdisjoint(protocols.LOOKS)

    def _imported_by_string(self, module: Module, node: ast.Call, state: State) -> State:
        found = None if not node.args else imports.by_name(self._code, module, node.args[0])
        if found is None and not self._code.is_small:
            self._let_all_run()
        for one in (self._code.modules if found is None else found) if not self.all_run else ():
            if one not in (module, self._script):
                state = joined(state, self.load(one, state)) or state
                self._hand((one, None))
        return self._others_run(state)


def is_plain(decorator: ast.expr) -> bool:
    """Return whether a decorator leaves the function as it is."""
    return isinstance(decorator, ast.Name) and decorator.id in ("staticmethod", "classmethod")
