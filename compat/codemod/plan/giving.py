"""Give a site its backend: an argument to a call, or a ``functools.partial`` around a function."""

import ast
from collections.abc import Iterator

from compat.codemod.plan.part import Part
from compat.codemod.plan.sites import Site
from compat.codemod.rewrite import AddArgument, Change, fstring_edits
from compat.codemod.source import Kind, NotProvableError, Place, called, plain_name
from compat.codemod.uses import arguments, backend_limits, forwarding

_NAMES = {"__name__", "__qualname__", "__code__"}


def changes(part: Part, site: Site, value: str, name: str) -> list[Change]:
    """Return the changes by which a site names its backend.

    Args:
        part: the modules that run together.
        site: the call, or the function passed on.
        value: the expression for the backend.
        name: the backend to assume when its limits are checked.

    Raises:
        NotProvableError: the site cannot take the argument.
    """
    fstring_edits.takes_text(site.module, site.use.node)
    limits = backend_limits.changes_for(part.project, site.module, site.use, name)
    call = site.use.call
    if call is None:
        return _as_value(part, site, value)
    if any(keyword.arg is None for keyword in call.keywords):
        own = (Kind.FUNCTION, Kind.SETTER)
        if other := arguments.named_elsewhere(part.modules, "backend", *own):
            reason = "arguments are passed in a dict, which may name a backend already"
            raise NotProvableError(reason, [site.place, other])
    return [AddArgument(call, "backend", value), *limits]


def _as_value(part: Part, site: Site, value: str) -> list[Change]:
    module, node = site.module, site.use.node
    above = module.names.parents[node]
    if isinstance(above, ast.Call) and _looked_into(part, above):
        raise NotProvableError(
            "the code it is passed to reads its name or its parameters", [site.place]
        )
    compared = [
        one for one in part.sites if isinstance(one.module.names.parents[one.use.node], ast.Compare)
    ]
    if compared:
        raise NotProvableError(
            "the function itself is compared", [one.place for one in compared[:2]]
        )
    given = isinstance(above, ast.keyword) or (isinstance(above, ast.Call) and node in above.args)
    if not given and (places := [*_asked_of_functions(part)]):
        raise NotProvableError(
            "the function is stored as a value, and code reads the names of functions",
            [site.place, *places[:2]],
        )
    try:
        return forwarding.with_backend(module, site.use, module.segment(node), value)
    except NotProvableError as why:
        raise NotProvableError(why.reason, [site.place]) from why


def _asked_of_functions(part: Part) -> Iterator[Place]:
    """Yield where the project reads the name of something that may not be a class."""
    for module in part.modules:
        for node in module.names.all(ast.Attribute):
            if (
                node.attr in _NAMES
                and not isinstance(node.value, ast.Call)
                and plain_name(node.value) not in ("__class__", "cls")
            ):
                yield module.place(node)


def _looked_into(part: Part, call: ast.Call) -> bool:
    """Return whether a function of this name inspects what a partial lacks."""
    definitions = (
        one for module in part.modules for one in module.functions if one.name == called(call)
    )
    return any(_mentioned(one) & {*_NAMES, "signature"} for one in definitions)


def _mentioned(node: ast.AST) -> set[str]:
    """Return the names and attributes in a node."""
    found = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
    return found | {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)}
