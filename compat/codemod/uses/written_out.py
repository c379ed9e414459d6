"""Write out calls that ``getattr`` or an f-string hides, where a trace will settle them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from compat.codemod.rewrite import Draft, Replace
from compat.codemod.source import Kind, Module, Use, fstrings, old_names, string
from compat.codemod.uses.project import Project

_EQUALS = re.compile(r"[\s)]*(=)[ ]*(?=[!:}])")
_KINDS = (Kind.FUNCTION, Kind.GETTER)


def drafts(module: Module, project: Project) -> Iterator[Draft]:
    """Yield the changes that show such calls to the other rules; none without ``--observed``."""
    if not (project.relies_on_traces and project.set_names):
        return
    for use in module.uses:
        if name := name_of(module, use):
            span = module.span(module.names.parents[use.node])
            new = f"{module.segment(use.node)}.{name}"
            reason = f"getattr hides that this is torchaudio.{name}"
            yield Draft(span, reason, changes=(Replace(*span, new),), touches=(use,))
    printed: dict[tuple[int, int, str], Use] = {}
    for use in module.hidden:
        if use.kind in _KINDS and (part := _spelled(module, use.node)) is not None:
            printed.setdefault(part, use)
    for part, use in printed.items():
        reason = f"the string prints the source of torchaudio.{use.name}, which is to change"
        yield Draft(part[:2], reason, changes=(Replace(*part),), touches=(use,))


def name_of(module: Module, use: Use) -> str:
    """Return the old name that ``getattr(torchaudio, "name")`` takes, or an empty string."""
    above = module.names.parents.get(use.node)
    if (
        use.path != old_names.ROOT
        or not isinstance(above, ast.Call)
        or not module.names.is_builtin(above.func, "getattr")
        or len(above.args) != 2
        or above.keywords
        or above.args[0] is not use.node
    ):
        return ""
    name = string(above.args[1])
    return name if f"{old_names.ROOT}.{name}" in old_names.KNOWN else ""


def _spelled(module: Module, node: ast.AST) -> tuple[int, int, str] | None:
    """Return the part of ``f"{call=}"`` up to its ``=`` or ``}``, and the same without the ``=``.

    The new part prints the source as text: ``call={call!r}``. Return ``None`` if the node is not
    in such an expression, if places are wrong there, or if the source does not fit a text.
    """
    outer = [one for one in module.names.chain(node) if isinstance(one, ast.JoinedStr)]
    parts = [one for one in module.names.chain(node) if isinstance(one, ast.FormattedValue)]
    if len(outer) != 1 or not parts:
        return None
    value, text = parts[0].value, module.text.text
    (first, last), (start, end) = module.span(outer[0]), module.span(value)
    before, equals = fstrings.BEFORE.search(text, first, start), _EQUALS.match(text, end, last)
    if not (first < start <= end < last and before and equals):
        return None
    brace = before.start()
    source = text[brace + 1 : equals.end()]
    unfit = set("\\\r\n") | (set("\"'") & set(text[first:brace]))
    if unfit & set(source) or not fstrings.is_at_its_place(value, module.span, text):
        return None
    literal = source.replace("{", "{{").replace("}", "}}")
    plain = text[equals.end() : equals.end() + 1] == "}"
    whole = text[brace + 1 : equals.start(1)].strip()
    return brace, equals.end(), f"{literal}{{{whole}{'!r' if plain else ''}"
