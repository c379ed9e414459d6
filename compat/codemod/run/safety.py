"""What stands against a change, whichever rule proposes it: a replacement, a release test, a comment, a doubt. No rule asks for itself."""

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from compat.codemod.files.import_graph import content
from compat.codemod.rewrite import Draft, DropArgument, OfCall, changes
from compat.codemod.rule import Rule
from compat.codemod.source import Imported, Module, Place, Use, conditions, old_names
from compat.codemod.uses import Project, replacements
from compat.codemod.uses.replacements import Replacement

_WORD = re.compile(r"\w+")
_ASKS_MOCKS = re.compile(r"assert_|call_args|mock_calls|\bcall\(")


class Objection(NamedTuple):
    """Why a change is refused, where that is seen, what to do, and the replacements that stand against it."""

    reason: str
    places: tuple[Place, ...] = ()
    advice: str = "Change it by hand."
    replacements: tuple[Replacement, ...] = ()


def is_ignored(module: Module, rule: Rule, draft: Draft) -> bool:
    """Tell whether a comment says to leave the place, or one of the lines that would be changed."""
    stretches = (stretch for change in draft.changes for stretch in changes.stretches(module, change))
    return any(module.ignores(rule.id, stretch) for stretch in (draft.span, *stretches))


def objection(project: Project, module: Module, draft: Draft) -> Objection | None:
    """Say what stands against the changes of a draft; ``None`` where nothing does."""
    if project.runs_not(module, draft.span):
        return Objection("a version check around it keeps it from running under the target")
    for use in draft.touches or ():
        if isinstance(use, Use) and _may_be_kept_out(project, module, use, draft):
            return Objection("a check around it depends on the installed torchaudio, and its result is not known")
    found = tuple(dict.fromkeys(_against(project, module, draft)))
    if not found or _nobody_minds(project, draft, found):
        return None
    name = f"torchaudio.{found[0].name}".rstrip(".")
    return Objection(
        f"{name} {found[0].how} elsewhere, and its replacement would receive the change",
        tuple(one.place for one in found[:3]),
        "Change the call and the replacement together; or change the replacement by hand, and run again with --exclude for its file.",
        found,
    )


def _may_be_kept_out(project: Project, module: Module, use: Use, draft: Draft) -> bool:
    """Tell whether a name that the target lacks stands under a test of the release, and the test stays."""
    if old_names.has(use.path, project.target) is not False:
        return False
    below: ast.AST = use.node
    for above in module.names.chain(use.node):
        if isinstance(above, ast.If | ast.IfExp) and above.test is not below and conditions.is_guard(module, above.test):
            start = module.span(above)[0]
            return not any(first <= start < last for change in draft.changes for first, last in changes.stretches(module, change))
        below = above
    return False


def _against(project: Project, module: Module, draft: Draft) -> Iterator[Replacement]:
    """The replacements of what a draft touches: what it says itself, what stands where it changes the text, what it writes."""
    everywhere = replacements.everywhere(project)
    touched = [one if isinstance(one, str) else one.path for one in draft.touches or ()]
    if everywhere:
        touched += _paths_in(module, draft)
    written = {word for change in draft.changes for word in _WORD.findall(getattr(change, "new", ""))}
    for one in everywhere:
        if any(one.stands_for(path) for path in touched) or one.name in written:
            yield one
    names = [one.local if isinstance(one, Imported) else one.written for one in draft.touches or () if not isinstance(one, str)]
    for name in dict.fromkeys(names):
        yield from replacements.where_imported(project, module, name)


def _paths_in(module: Module, draft: Draft) -> Iterator[str]:
    """What of torchaudio stands in the stretches that a draft changes; of a call, only what is called, or handed on."""
    for change in draft.changes:
        if isinstance(change, OfCall):
            nodes = {change.call.func, *change.call.args}
            yield from (use.path for use in module.uses if use.node in nodes)
        else:
            for start, end in changes.stretches(module, change):
                spans = ((use.path, module.span(use.node)) for use in module.uses)
                yield from (path for path, (first, last) in spans if first < end and start < last)


def _nobody_minds(project: Project, draft: Draft, found: tuple[Replacement, ...]) -> bool:
    """Tell whether an argument only goes, plain mocks take the place, and nothing asks a mock what it was given."""
    only_dropped = all(isinstance(change, DropArgument) for change in draft.changes)
    if not only_dropped or not all(one.is_mock for one in found):
        return False
    quiet = (content(path).decode("utf-8", "replace") for path in project.quiet.replacing)
    return not any(_ASKS_MOCKS.search(text) for source in ((one.text.text for one in project.modules), quiet) for text in source)
