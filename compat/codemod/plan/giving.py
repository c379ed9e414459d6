"""Give a site its backend: an argument to a call, or a ``functools.partial`` around a function."""

import ast
import re
from collections.abc import Iterator

from compat.codemod.plan.marks import Site
from compat.codemod.plan.part import Part
from compat.codemod.rewrite import AddArgument, Change, fstring_edits
from compat.codemod.source import Kind, NotProvableError, Place
from compat.codemod.uses import arguments, backend_limits, forwarding

_ASKS = re.compile(
    r"(?<!\))(?<!__class__)(?<!\bcls)\.__(?:name|qualname|code|defaults|kwdefaults)__"
    r"|['\"]__(?:qual)?name__['\"]|\b(?:signature|isfunction|getfullargspec)[ \t]*\("
    r"|\bFunctionType\b"
)


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
    compared = [
        one.place
        for one in part.sites
        if isinstance(one.module.names.parents[one.use.node], ast.Compare)
    ]
    if compared:
        raise NotProvableError("the function itself is compared", compared[:2])
    if asked := [*_asked_of_functions(part, site)]:
        raise NotProvableError(
            "the function is used as a value, and code reads the names or parameters of functions",
            [site.place, *asked[:2]],
        )
    try:
        return forwarding.with_backend(module, site.use, module.segment(node), value)
    except NotProvableError as why:
        raise NotProvableError(why.reason, [site.place]) from why


def _asked_of_functions(part: Part, site: Site) -> Iterator[Place]:
    """Yield where the project asks something that may not be a class what a partial lacks."""
    for module in part.modules:
        yield from (module.place(found.span()) for found in _ASKS.finditer(module.text.text))
    path, graph = site.module.path, part.project.imports
    for one in sorted((graph.reachable(path) | graph.importers(path)) & part.project.quiet.all):
        text = part.project.text(one)
        for found in _ASKS.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            yield Place(one, line, 1, line, 1)
