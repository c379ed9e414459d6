"""Follow the expressions of a program, in the order of their evaluation."""

import ast

from compat.codemod.plan import code
from compat.codemod.plan.code import Meaning
from compat.codemod.plan.effects import (
    AGAIN,
    BY_PATH,
    IMPORTERS,
    LOADERS,
    MODULES,
    UNKNOWN_ATTRIBUTES,
    UNKNOWN_NAMES,
    special,
)
from compat.codemod.plan.execution import Execution, TooLongError, Visit
from compat.codemod.plan.state import Force, State, joined, repeated
from compat.codemod.source import Module, called, string

# builtins that call no function that they are given, and use up no iterator
_QUIET_BUILTINS = {
    "len", "int", "float", "bool", "range", "isinstance", "issubclass", "type", "repr", "str",
    "abs", "round", "id", "hash", "format", "ord", "chr", "object", "super",
}  # fmt: skip
# methods of containers, texts and tensors, unless the project gives something of its own this name
_QUIET_METHODS = {
    "append", "mean", "to", "float", "numpy", "size", "squeeze", "unsqueeze", "view", "reshape",
    "item", "abs", "strip", "split", "lower", "upper", "items", "values", "startswith", "endswith",
    "insert", "copy", "cpu", "shape", "dim",
}  # fmt: skip
_PROPERTIES = ("property", "cached_property")
_QUIET_MODULES = ("torchaudio.", "os.path.")
# methods that run as an object is made, beside `__init__`
_MAKERS = ("__new__", "__post_init__")


def _name(
    run: Execution, module: Module, node: ast.Name | ast.Attribute, state: State
) -> State | None:
    meant = run.code.known(module, node)
    above = module.names.parents.get(node)
    if meant and not (meant[0][1] is None and isinstance(above, ast.Attribute)):
        around = (one for one in module.names.chain(node) if isinstance(one, ast.Call | ast.stmt))
        is_given = isinstance(next(around), ast.Call)
        for one in meant:
            (run.handed.add_callback if is_given else run.handed.add)(one)
        return state
    is_open = module.names.qualified(node) in MODULES
    if isinstance(node, ast.Name):
        is_open |= node.id in UNKNOWN_NAMES and not module.names.bindings(node)
        return _anything(run, state) if is_open else state
    after = run.visit(module, node.value, state) or state
    if is_open or node.attr in UNKNOWN_ATTRIBUTES:
        after = _anything(run, after)
    # a property, as far as its name tells
    return run.others_run(after) if node.attr in run.effects.defined else after


def _anything(run: Execution, state: State) -> State:
    """Let any function of the modules that ran be called, and any of them run again."""
    if run.all_run:  # each file is run on its own too, whatever has run before
        return run.others_run(state)
    for module in list(run.loaded):
        run.handed.add((module, None))
    return state._replace(loaded=frozenset())


def operated(run: Execution, module: Module, node: ast.AST, state: State) -> State | None:
    """Come to the parts of a node, and then to a moment when other code may run."""
    after = run.children(module, node, state)
    return after and run.others_run(after)


def _lambda(run: Execution, module: Module, node: ast.Lambda, state: State) -> State | None:
    after = run.children(module, node.args, state)
    run.handed.add_callback((module, node))
    return after


def _chain(
    run: Execution, module: Module, node: ast.BoolOp | ast.Compare | ast.IfExp, state: State
) -> State | None:
    """Come to operands of which only the first is sure to be evaluated."""
    first, *others = [one for one in ast.iter_child_nodes(node) if isinstance(one, ast.expr)]
    before = after = run.felt(run.visit(module, first, state))
    for one in others:
        before = run.felt(run.visit(module, one, before))
        after = joined(after, before)
    return after and run.others_run(after) if isinstance(node, ast.Compare) else after


def _comprehension(
    run: Execution, module: Module, node: ast.ListComp | ast.GeneratorExp, state: State
) -> State | None:
    begun = run.visit(module, node.generators[0].iter, state) or state
    return repeated(begun, lambda state: run.children(module, node, run.others_run(state)))


def _generator(
    run: Execution, module: Module, node: ast.GeneratorExp, state: State
) -> State | None:
    """Come to a generator expression, whose parts run at any later time."""
    run.handed.add_callback((module, node))
    return run.visit(module, node.generators[0].iter, state)


def _pause(run: Execution, module: Module, node: ast.expr, state: State) -> State | None:
    after = run.children(module, node, state)
    run.ways.take("pause", after)
    return after and run.after_any_setter(run.others_run(after))


def _call(run: Execution, module: Module, node: ast.Call, state: State) -> State | None:
    own, func = run.effects.marks(module), node.func
    meant = run.code.meanings(module, func)
    targets = [one for one in meant if one is not None]
    if isinstance(func, ast.Lambda):
        state = run.children(module, func.args, state) or state
    elif meant and not targets:
        state = run.visit(module, func, state) or state
    for argument in (*node.args, *node.keywords):
        state = run.visit(module, argument, state) or state
    if node in own.setters:
        return _set(run, module, node, state)
    if node in own.pairs:
        run.evidence.kept[own.pairs[node].getter] |= state.force
        return state.keep(own.pairs[node].getter)
    # the name by which Python may call what a call turns into a method
    is_set = module.names.is_builtin(func, "setattr") and len(node.args) == 3
    run.handed.special |= special(string(node.args[1])) if is_set else set()
    run.handed.special |= {"__get__"} if called(node) in _PROPERTIES else set()
    if func in own.sites or func in own.pins:
        return run.felt(state)  # it may ask an object for its path
    if not targets and _is_quiet(run, module, node):
        return run.felt(state)
    if _imports(run, module, func):
        return _imported_by_string(run, module, node, state)
    if isinstance(func, ast.Lambda):
        return run.call(module, func, state) or state
    for owner in run.code.known(module, func.value) if isinstance(func, ast.Attribute) else ():
        if isinstance(owner[1], ast.ClassDef):
            run.handed.add(owner)  # a class method may make objects of it
    after = run.others_run(state) if None in meant else None
    return joined(after, *(entered(run, target, state) for target in targets)) or state


def _set(run: Execution, module: Module, node: ast.Call, state: State) -> State:
    own = run.effects.marks(module)
    setter, pair = own.setters[node], own.pairs.get(node)
    run.setters.add(setter)
    force: frozenset[Force] = frozenset({setter})
    several = [one for getter, one in state.kept if pair is not None and getter is pair.getter]
    if pair is not None and (kept := frozenset[Force]().union(*several)):
        force, state = kept, state._replace(kept=state.without(pair.getter))
    run.evidence.note_between(state, [setter])
    return state._replace(force=force)


def entered(run: Execution, target: Meaning, state: State) -> State | None:
    """Call a function or a class of the project."""
    module, node = target
    if isinstance(node, ast.ClassDef):
        return _made(run, (module, node), state)
    if node is None or code.pauses(module, node) or not code.is_plain(module, node):
        run.handed.add_callback(target)
        return run.others_run(state)
    return run.call(module, node, state)


def _made(run: Execution, target: tuple[Module, ast.ClassDef], state: State) -> State:
    """Make an object of a class of the project.

    Only ``__init__`` of a plain class surely runs; else what makes it may call any of its methods.
    """
    run.handed.add(target)
    found, is_sure = code.methods(run.code, target, "__init__")
    others = [code.methods(run.code, target, name) for name in _MAKERS]
    is_plain = (
        is_sure
        and code.is_kept(run.code, target)
        and not any(method.decorator_list for _, method in found)
        and not any(code.is_enum(node) for _, node in code.line(run.code, target))
        and run.handed.special.isdisjoint(("__init__", *_MAKERS))
    )
    if not is_plain or any(several for several, _ in others):
        return run.others_run(state)
    for method in found:
        state = run.call(*method, state) or state
    # a base from outside the project may call the others
    return state if all(sure for _, sure in others) else run.others_run(state)


def _is_quiet(run: Execution, module: Module, node: ast.Call) -> bool:
    """Return whether a call reaches no function of the project but special methods."""
    name = module.names.qualified(node.func) or ""
    if name.startswith(_QUIET_MODULES) and ".datasets." not in name:
        return True
    if isinstance(node.func, ast.Attribute):
        attribute = node.func.attr
        return attribute in _QUIET_METHODS and not run.effects.gives(attribute)
    is_builtin = isinstance(node.func, ast.Name) and node.func.id in _QUIET_BUILTINS
    return is_builtin and not module.names.bindings(node.func)


def _imports(run: Execution, module: Module, func: ast.expr) -> bool:
    """Return whether a function imports what it is given; the project defines no such method."""
    return (
        module.names.qualified(func) in IMPORTERS
        or module.names.is_builtin(func, "__import__")
        or getattr(func, "attr", "") in LOADERS - run.effects.defined
    )


def _imported_by_string(run: Execution, module: Module, node: ast.Call, state: State) -> State:
    name = module.names.qualified(node.func) or ""
    is_named = node.args and name not in BY_PATH and called(node) not in LOADERS
    text = string(node.args[0]) if is_named else ""
    found = run.code.files(text, module) if text else None  # a computed name may mean any file
    is_again = name in AGAIN
    if found is None and not (run.code.is_small or run.all_run):
        raise TooLongError
    for one in (
        (run.code.modules(run.code.paths) if found is None else found) if not run.all_run else ()
    ):
        if one not in (module, run.script):
            state = joined(state, run.load(one, state)) or state
            if is_again:
                script = one if name.startswith("runpy.") else None
                state = joined(state, run.run_as(one, state, script)) or state
            run.handed.add((one, None))
    return run.others_run(state)


VISITS: dict[type[ast.AST], Visit] = {
    **dict.fromkeys((ast.Name, ast.Attribute), _name),
    **dict.fromkeys((ast.ListComp, ast.SetComp, ast.DictComp), _comprehension),
    **dict.fromkeys((ast.Subscript, ast.BinOp, ast.UnaryOp, ast.Starred, ast.MatchClass), operated),
    **dict.fromkeys((ast.BoolOp, ast.Compare, ast.IfExp), _chain),
    **dict.fromkeys((ast.Yield, ast.YieldFrom, ast.Await), _pause),
    ast.Call: _call,
    ast.GeneratorExp: _generator,
    ast.Lambda: _lambda,
}
