"""Refuse unsafe changes of any rule: a mock, a release test, a comment or a doubt forbids them.

The engine asks this for every change; no rule does it for itself.
"""

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from compat.codemod.files.import_graph import halves
from compat.codemod.rewrite import Draft, OfCall, changes
from compat.codemod.rule import Rule
from compat.codemod.source import Imported, Module, Place, Use, conditions, old_names
from compat.codemod.uses import Project, reexports, replacements
from compat.codemod.uses.replacements import Replacement

_WORD = re.compile(r"\w+")


class Objection(NamedTuple):
    """Why a change is refused: reason, places that show it, advice, and replacements behind it."""

    reason: str
    places: tuple[Place, ...] = ()
    advice: str = "Change it by hand."
    replacements: tuple[Replacement, ...] = ()


def is_ignored(module: Module, rule: Rule, draft: Draft) -> bool:
    """Return whether a comment protects the place, or one of the lines that would change."""
    stretches = (
        stretch for change in draft.changes for stretch in changes.stretches(module, change)
    )
    return any(module.ignores(rule.id, stretch) for stretch in (draft.span, *stretches))


def objection(project: Project, module: Module, draft: Draft) -> Objection | None:
    """Return what forbids the changes of a draft; ``None`` if nothing does."""
    if project.runs_not(module, draft.span):
        return Objection("a version check around it keeps it from running under the target")
    for use in draft.touches or ():
        against = _doubt(project, module, use, draft) if isinstance(use, Use) else None
        if against is not None:
            return against
    found = tuple(dict.fromkeys(_against(project, module, draft)))
    if not found:
        return None
    name = f"torchaudio.{found[0].name}".rstrip(".")
    return Objection(
        f"{name} {found[0].how} elsewhere, and its replacement would receive the change",
        tuple(one.place for one in found[:3]),
        "Change the call and the replacement together; or change the replacement by hand, and run "
        "again with --exclude for its file.",
        found,
    )


def _doubt(project: Project, module: Module, use: Use, draft: Draft) -> Objection | None:
    """Return why a use may not run under the target, or may not be torchaudio's."""
    if _may_be_kept_out(project, module, use, draft):
        return Objection(
            "a check around it depends on the installed torchaudio, and its result is not known"
        )
    star = _hidden_by_star(project, module, use)
    if star is None:
        return None
    return Objection(
        f"a star import after it may give {use.root.id} another meaning",
        (module.place(star),),
        f"Move the star import before the import of {use.root.id}, or name what it imports.",
    )


def _may_be_kept_out(project: Project, module: Module, use: Use, draft: Draft) -> bool:
    """Return whether a name that the target lacks stays under a test of the release."""
    if old_names.has(use.path, project.target) is not False:
        return False
    below: ast.AST = use.node
    for above in module.names.chain(use.node):
        if (
            isinstance(above, ast.If | ast.IfExp)
            and above.test is not below
            and conditions.is_guard(module, above.test)
        ):
            start = module.span(above)[0]
            return not any(
                first <= start < last
                for change in draft.changes
                for first, last in changes.stretches(module, change)
            )
        below = above
    return False


def _hidden_by_star(project: Project, module: Module, use: Use) -> ast.stmt | None:
    """Return the star import after the import of a name that may bind the same name."""
    name, top = use.root.id, module.names.module
    if not top.has_star or module.names.scope_of[use.root].home(name) is not top:
        return None
    last = max(module.span(binding.node) for binding in top.bindings[name])
    stars = (one for one in module.names.imported if one.local == "*")
    later = (one for one in stars if module.span(one.statement) > last)
    found = (one for one in later if _may_bind(project, module.path, one.path, name))
    return next((one.statement for one in found), None)


def _may_bind(project: Project, path: str, star: str, name: str, hops: int = 3) -> bool:
    """Return whether a star import gives a name something that is not torchaudio's.

    Of a module outside the project only ``load``, ``save`` and ``info`` are expected, as of numpy.
    """
    if old_names.is_ours(star):
        return False
    files = project.files.named(halves(star)[0], path)
    if not files:
        return name in old_names.FUNCTIONS
    word = re.compile(rf"\b{re.escape(name)}\b|import[ \t]*\*".encode())
    for file in files:
        other = project.speaking.get(file) or project.parsed(file, word)
        names = other.names if other else None
        if names is None or name in reexports.exports(project, file):
            continue
        stars = [one.path for one in names.imported if one.local == "*" and hops]
        if name in names.module.bindings or any(
            _may_bind(project, file, one, name, hops - 1) for one in stars
        ):
            return True
    return False


def _against(project: Project, module: Module, draft: Draft) -> Iterator[Replacement]:
    """Yield the replacements that affect a draft.

    They affect what the draft says it touches, the code in the changed parts, or the names it
    writes.
    """
    everywhere = replacements.everywhere(project)
    touched = [one if isinstance(one, str) else one.path for one in draft.touches or ()]
    if everywhere:
        touched += _paths_in(module, draft)
    written = {
        word for change in draft.changes for word in _WORD.findall(getattr(change, "new", ""))
    }
    yield from (
        one for one in everywhere if one.name in written or any(map(one.stands_for, touched))
    )
    names = [
        one.local if isinstance(one, Imported) else one.written
        for one in draft.touches or ()
        if not isinstance(one, str)
    ]
    for name in dict.fromkeys(names):
        yield from replacements.where_imported(project, module, name)


def _paths_in(module: Module, draft: Draft) -> Iterator[str]:
    """Yield torchaudio's names in the parts that a draft changes.

    In a call, only the called function and those passed to it count.
    """
    for change in draft.changes:
        if isinstance(change, OfCall):
            nodes = {change.call.func, *change.call.args}
            yield from (use.path for use in module.uses if use.node in nodes)
        else:
            for start, end in changes.stretches(module, change):
                spans = ((use.path, module.span(use.node)) for use in module.uses)
                yield from (path for path, (first, last) in spans if first < end and start < last)
