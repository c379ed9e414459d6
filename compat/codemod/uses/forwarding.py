"""Handle functions of torchaudio that are passed on, to be called with arguments or to be kept."""

import ast
from collections.abc import Iterator

from compat.codemod.rewrite import AddArgument, AddStatement, Change, Replace
from compat.codemod.source import Kind, Module, NotProvableError, Use, called, plain_name

_MAKERS = {
    "functools.partial",
    "functools.partialmethod",
    "asyncio.to_thread",
    "trio.to_thread.run_sync",
}
_DELAYING = {"joblib.delayed", "dask.delayed"}
_LOOKING = (
    "callable",
    "signature",
    "help",
    "id",
    "repr",
    "isfunction",
    "getsource",
    "wraps",
    "update_wrapper",
)


def calls_of(module: Module, *names: str) -> Iterator[tuple[Use, ast.Call, int]]:
    """Yield the calls that give keyword arguments to one of these functions.

    Each comes with the number of its positional arguments that are not for the function.

    - ``torchaudio.load(filepath=p)``
    - ``partial(torchaudio.load, filepath=p)``
    - ``pool.submit(torchaudio.load, filepath=p)``
    - ``delayed(torchaudio.load)(filepath=p)``
    """
    yield from ((use, call, 0) for use, call in module.calls_of(*names))
    for use in module.of(Kind.FUNCTION):
        for above in _given_to(module, use) if use.name in names else ():
            qualified = module.names.qualified(above.func)
            if qualified in _MAKERS or (
                isinstance(above.func, ast.Attribute) and above.func.attr == "submit"
            ):
                yield use, above, 1
            if qualified in _DELAYING and (outer := module.call_of(above)) is not None:
                yield use, outer, 0


def _given_to(module: Module, use: Use) -> Iterator[ast.Call]:
    """Yield the calls that a function is the first argument of, itself or in a ``partial``."""
    node: ast.expr = use.node
    above = module.names.parents.get(node)
    while use.call is None and isinstance(above, ast.Call) and above.args[:1] == [node]:
        yield above
        if module.names.qualified(above.func) != "functools.partial":
            return
        node, above = above, module.names.parents.get(above)


def may_get_more(module: Module, call: ast.Call) -> bool:
    """Return whether a call makes a function that others call with more arguments."""
    return (module.names.qualified(call.func) or "").startswith("functools.partial")


def only_looks(node: ast.AST | None) -> bool:
    """Return whether a call inspects the function it is given, and does not call it."""
    return called(node) in _LOOKING


def with_backend(module: Module, use: Use, new: str, value: str | None) -> list[Change]:
    """Return the changes that replace a function used as a value, and bind a backend to it.

    Args:
        module: the module.
        use: the use of the function.
        new: the function's new name; the same as before, or that of torchaudio itself.
        value: the backend, as an expression; ``None`` to bind none.

    Raises:
        NotProvableError: the code around may depend on the function itself.
    """
    node = use.node
    above = module.names.parents[node]
    span = module.span(node)
    renamed: list[Change] = [Replace(*span, new)] if new != module.segment(node) else []
    if isinstance(above, ast.Compare):
        raise NotProvableError("the function itself is compared")
    if not _is_handed_on(module, node) or (isinstance(above, ast.Call) and only_looks(above)):
        raise NotProvableError("the function is stored as a value, and it is not known when")
    if value is None:
        return renamed
    if (
        isinstance(above, ast.Call)
        and above.args[:1] == [node]
        and module.names.qualified(above.func) == "functools.partial"
    ):
        return [*renamed, AddArgument(above, "backend", value)]
    home = module.names.scope_of[use.root].home("functools")
    bound = home.bindings["functools"] if home else []
    if {binding.target for binding in bound} - {"functools"}:
        raise NotProvableError("functools is something else here")
    imports = (module.statement_of(one.node) for one in bound)
    changes: list[Change] = []
    if not (home and any(module.is_bound_by(one, home, use) for one in imports)):
        anchor = module.anchor()
        if anchor is None or home not in (None, module.names.module):
            raise NotProvableError("there is no place to import functools")
        changes.append(AddStatement(anchor, "import functools"))
    return [*changes, Replace(*span, f"functools.partial({new}, backend={value})")]


def _is_handed_on(module: Module, node: ast.AST) -> bool:
    above = module.names.parents[node]
    if isinstance(above, ast.IfExp):
        return node is not above.test and _is_handed_on(module, above)
    if isinstance(above, ast.BoolOp):
        return node is above.values[-1] and _is_handed_on(module, above)
    if isinstance(above, ast.Dict):
        return node in above.values
    if isinstance(above, ast.Assign | ast.AnnAssign):
        # a function in a class becomes a method, and a partial does not
        targets = above.targets if isinstance(above, ast.Assign) else [above.target]
        in_class = isinstance(module.names.parents[above], ast.ClassDef)
        owners = [one.value for one in targets if isinstance(one, ast.Attribute)]
        known = (plain_name(one) == "self" or module.names.qualified(one) for one in owners)
        return node is above.value and not in_class and all(known)
    return isinstance(above, ast.keyword | ast.arguments | ast.Return | ast.List | ast.Tuple) or (
        isinstance(above, ast.Call) and node in above.args and called(above) != "setattr"
    )
