"""The changes that rules ask for, and how they become edits of the text.

A rule says *what* is to change in terms of the tree (a call gains an argument, a statement goes); how commas, brackets,
comments, indentation and blank lines are to look afterwards is decided here, for all rules and for all changes of a file
at once: two rules that each remove one of two statements leave no empty block.
"""

from __future__ import annotations

import ast
import dataclasses
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from compat.codemod import concrete, settings
from compat.codemod.edits import ConflictError, Edit, settle

if TYPE_CHECKING:
    from compat.codemod.module import Module

# A comment that speaks to a tool about the statement it stands behind goes with it; any other is for people, and stays.
_DIRECTIVE = re.compile(r"#\s*(noqa|type:|pragma|pylint:|pyright:|ruff:|mypy:|isort:|fmt:|yapf:|nosec|compat:)", re.I)


@dataclasses.dataclass(frozen=True, eq=False)
class AddArgument:
    """A call gains a keyword argument, once, however many ask for it with the same value; it must not have one of the name."""

    call: ast.Call
    name: str
    value: str


@dataclasses.dataclass(frozen=True, eq=False)
class RenameKeyword:
    """A keyword argument gets another name."""

    call: ast.Call
    keyword: ast.keyword
    name: str


@dataclasses.dataclass(frozen=True, eq=False)
class DropArgument:
    """A call loses an argument, which must be without effects."""

    call: ast.Call
    argument: ast.keyword | ast.expr


@dataclasses.dataclass(frozen=True, eq=False)
class NameArgument:
    """A positional argument becomes a keyword."""

    call: ast.Call
    argument: ast.expr
    name: str


@dataclasses.dataclass(frozen=True, eq=False)
class WrapArgument:
    """An argument is passed through a function."""

    call: ast.Call
    argument: ast.expr | ast.keyword
    function: str


@dataclasses.dataclass(frozen=True)
class Replace:
    """A stretch of the text becomes another."""

    start: int
    end: int
    new: str


@dataclasses.dataclass(frozen=True, eq=False)
class Remove:
    """A statement goes, comments stay."""

    statement: ast.stmt


@dataclasses.dataclass(frozen=True, eq=False)
class DropName:
    """An import loses one of its names, or goes if it was the last."""

    statement: ast.Import | ast.ImportFrom
    alias: ast.alias


@dataclasses.dataclass(frozen=True, eq=False)
class AddStatement:
    """A new simple statement right after another."""

    anchor: ast.stmt
    new: str


@dataclasses.dataclass(frozen=True, eq=False)
class Unwrap:
    """A compound statement gives way to one of its blocks."""

    statement: ast.stmt
    body: tuple[ast.stmt, ...]


@dataclasses.dataclass(frozen=True, eq=False)
class DropFinally:
    """A ``try`` that has handlers loses its ``finally``."""

    statement: ast.Try


@dataclasses.dataclass(frozen=True, eq=False)
class Substitute:
    """A statement gives way to a simple one; comments inside it stay, above."""

    statement: ast.stmt
    new: str


Change = (
    AddArgument
    | RenameKeyword
    | DropArgument
    | NameArgument
    | WrapArgument
    | Replace
    | Remove
    | DropName
    | AddStatement
    | Unwrap
    | DropFinally
    | Substitute
)


def lower(module: Module, changes: Iterable[Change]) -> list[Edit]:
    """The edits that carry out all the changes.

    Raises:
        ConflictError: they do not go together.
    """
    calls: dict[ast.Call, list[Change]] = defaultdict(list)
    removed: dict[ast.stmt, None] = {}
    names: dict[ast.Import | ast.ImportFrom, dict[ast.alias, None]] = defaultdict(dict)
    added: dict[ast.stmt, dict[str, None]] = defaultdict(dict)
    edits: list[Edit] = []
    for change in changes:
        match change:
            case AddArgument() | RenameKeyword() | DropArgument() | NameArgument() | WrapArgument():
                calls[change.call].append(change)
            case Replace():
                edits.append(Edit(change.start, change.end, change.new))
            case Remove():
                removed[change.statement] = None
            case DropName():
                names[change.statement][change.alias] = None
            case AddStatement():
                added[change.anchor][change.new] = None
            case Unwrap():
                edits += _unwrap(module, change)
            case DropFinally():
                edits.append(_drop_finally(module, change.statement))
            case Substitute():
                edits += _substitute(module, change)
    for statement, aliases in names.items():
        if len(aliases) == len(statement.names):
            removed[statement] = None
        else:
            edits += _drop_names(module, statement, aliases)
    for call, wanted in calls.items():
        edits += _call(module, call, wanted)
    edits += _removals(module, removed, added)
    for anchor, lines in added.items():
        if anchor not in removed:
            edits.append(_after(module, anchor, list(lines)))
    return settle(edits)


# Calls


def _call(module: Module, call: ast.Call, changes: list[Change]) -> Iterator[Edit]:
    text, (base, end) = module.text, module.text.span(call)
    segment = text.text[base:end]
    try:
        layout = module.layouts.get(call) or module.layouts.setdefault(call, concrete.layout(segment))
    except ValueError as why:
        raise ConflictError(f"this call is left as it is: {why}") from why
    if any(argument.bare_generator for argument in layout.arguments):
        raise ConflictError("this call takes a generator without brackets")
    place = {base + argument.start: index for index, argument in enumerate(layout.arguments)}

    def index_of(argument: ast.expr | ast.keyword) -> int:
        if isinstance(argument, ast.expr):
            return call.args.index(argument)
        return place[text.span(argument)[0]]

    added: dict[str, str] = {}
    dropped: set[int] = set()
    closing: dict[int, str] = {}
    present = {keyword.arg for keyword in call.keywords}
    for change in changes:
        match change:
            case AddArgument(_, name, value):
                if name in present or added.setdefault(name, value) != value:
                    raise ConflictError(f"{name}= is given already")
            case DropArgument(_, argument):
                dropped.add(index_of(argument))
            case RenameKeyword(_, keyword, name):
                start = base + layout.arguments[index_of(keyword)].start
                yield Edit(start, start + len(keyword.arg or ""), name)
            case NameArgument(_, argument, name):
                start = base + layout.arguments[index_of(argument)].start
                yield Edit(start, start, f"{name}=")
            case WrapArgument(_, argument, function):
                index = index_of(argument)
                start = text.span(argument.value)[0] if isinstance(argument, ast.keyword) else base + layout.arguments[index].start
                yield Edit(start, start, f"{function}(")
                closing[base + layout.arguments[index].end] = ")"
    for edit in _drop_and_add(segment, layout, dropped, [f"{name}={value}" for name, value in added.items()], text.newline):
        yield Edit(edit.start + base, edit.end + base, closing.pop(edit.start + base, "") + edit.new)
    for at, bracket in closing.items():
        yield Edit(at, at, bracket)


def _drop_and_add(segment: str, layout: concrete.Layout, dropped: set[int], added: list[str], newline: str) -> Iterator[Edit]:
    arguments = layout.arguments
    kept = [index for index in range(len(arguments)) if index not in dropped]
    last = kept[-1] if kept else -1
    for index in sorted(dropped):
        if index < last:
            yield _without_comments(segment, Edit(arguments[index].start, arguments[index + 1].start, ""))
    tail = bool(arguments) and last < len(arguments) - 1
    if not kept:
        end = (arguments[-1].comma_end or arguments[-1].end) if arguments else layout.inside
        yield _without_comments(segment, Edit(layout.inside, end, ", ".join(added)))
    elif tail:
        new = "".join(f", {one}" for one in added)
        yield _without_comments(segment, Edit(arguments[last].end, arguments[-1].end, new))
    elif added:
        yield _append(segment, arguments[last], added, newline)


def _without_comments(segment: str, edit: Edit) -> Edit:
    gone = segment[edit.start : edit.end]
    if "#" in re.sub(r"'[^'\n]*'|\"[^\"\n]*\"", "", gone):
        raise ConflictError("a comment stands between the arguments")
    return edit


def _append(segment: str, last: concrete.Argument, added: list[str], newline: str) -> Edit:
    line_start = max(segment.rfind("\n", 0, last.start), segment.rfind("\r", 0, last.start)) + 1
    indent = segment[line_start : last.start]
    starts_line = line_start > 0 and not indent.strip()
    if last.comma_end is None:
        joint = f",{newline}{indent}" if starts_line and "\n" in segment[: last.start].strip("(\r\n\t ") else ", "
        if joint != ", " and "#" in re.split(r"[\r\n]", segment[last.end :], maxsplit=1)[0]:
            joint = ", "  # the comment behind the last argument would otherwise change sides
        return Edit(last.end, last.end, "".join(f"{joint}{one}" for one in added))
    rest = re.compile(r"[ \t]*(#[^\r\n]*)?(?=[\r\n])").match(segment, last.comma_end)
    if starts_line and rest:
        return Edit(rest.end(), rest.end(), "".join(f"{newline}{indent}{one}," for one in added))
    return Edit(last.comma_end, last.comma_end, "".join(f" {one}," for one in added))


# Imports


def _drop_names(module: Module, statement: ast.Import | ast.ImportFrom, dropped: dict[ast.alias, None]) -> Iterator[Edit]:
    spans = [(*module.text.span(alias), alias in dropped) for alias in statement.names]
    last = max(index for index, (_, _, gone) in enumerate(spans) if not gone)
    for index, (start, _, gone) in enumerate(spans[:last]):
        if gone:
            yield _bare(module, Edit(start, spans[index + 1][0], ""))
    if last < len(spans) - 1:
        yield _bare(module, Edit(spans[last][1], spans[-1][1], ""))


def _bare(module: Module, edit: Edit) -> Edit:
    if "#" in module.text.text[edit.start : edit.end]:
        raise ConflictError("a comment stands between the imported names")
    return edit


def _after(module: Module, anchor: ast.stmt, lines: list[str]) -> Edit:
    text = module.text
    start, end = text.span(anchor)
    line_end = text.line_end(end)
    rest = text.text[end:line_end].strip()
    if text.text[text.line_start(start) : start].strip() or (rest and not rest.startswith("#")):
        return Edit(end, end, "".join(f"; {line}" for line in lines))
    indent = text.indent(start)
    return Edit(line_end, line_end, "".join(f"{text.newline}{indent}{line}" for line in lines))


# Statements


def _removals(module: Module, removed: dict[ast.stmt, None], added: dict[ast.stmt, dict[str, None]]) -> Iterator[Edit]:
    removed = _with_what_vanishes(module, removed, added)
    blocks: dict[tuple[int, str], list[ast.stmt]] = {}
    for statement in removed:
        parent, field = module.block(statement)
        blocks.setdefault((id(parent), field), getattr(parent, field))
        if isinstance(parent, ast.If) and field == "orelse" and module.is_elif(statement):
            raise ConflictError("it is an `elif`")
    for block in blocks.values():
        is_module = block is module.tree.body
        emptied = not is_module and all(statement in removed and not added.get(statement) for statement in block)
        for index, statement in enumerate(block):
            if statement in removed:
                if emptied and index == 0:
                    yield from _put(module, statement, ["pass"])
                elif added.get(statement):
                    yield from _put(module, statement, list(added[statement]))
                else:
                    yield _take_out(module, statement, block, removed)


# What a test may be made of that is not worth keeping for itself.
_PURE = (
    ast.Name, ast.Attribute, ast.Constant, ast.Compare, ast.cmpop, ast.BoolOp, ast.boolop, ast.UnaryOp, ast.unaryop, ast.expr_context,
    ast.Tuple, ast.List, ast.Set,
)  # fmt: skip


def _with_what_vanishes(module: Module, removed: dict[ast.stmt, None], added: dict[ast.stmt, dict[str, None]]) -> dict[ast.stmt, None]:
    """The removed statements, each ``if`` that is left with nothing to decide in the place of what it holds."""
    found = {statement: None for statement in removed if not added.get(statement)}
    waiting = list(found)
    while waiting:
        above = module.names.parents.get(waiting.pop())
        if not isinstance(above, ast.If) or above in found or settings.is_main_guard(module, above):
            continue
        pure = all(isinstance(node, _PURE) for node in ast.walk(above.test)) or settings.is_platform_test(module, above.test)
        if pure and all(one in found for one in [*above.body, *above.orelse]):
            found[above] = None
            waiting.append(above)
    found |= removed
    parents = module.names.parents
    kept = {one: None for one in found if one in removed or not module.is_elif(one) or parents[one] in found}
    return {one: None for one in kept if parents[one] not in kept}


def _put(module: Module, statement: ast.stmt, lines: list[str]) -> Iterator[Edit]:
    start, end = module.text.span(statement)
    indent = module.text.indent(start)
    alone = not module.text.text[module.text.line_start(start) : start].strip()
    comments = _kept(module, start, end)
    if comments and not alone:
        raise ConflictError("a comment stands inside the statement")
    joint = f"{module.text.newline}{indent}" if alone else "; "
    yield Edit(start, end, joint.join([*comments, *lines]))


def _kept(module: Module, start: int, end: int) -> list[str]:
    if "#" not in module.text.text[start:end]:
        return []
    inside = (module.text.text[comment.start : comment.end] for comment in module.text.comments if start <= comment.start < end)
    return [comment for comment in inside if not _DIRECTIVE.match(comment)]


def _take_out(module: Module, statement: ast.stmt, block: list[ast.stmt], removed: dict[ast.stmt, None]) -> Edit:
    text = module.text
    start, end = text.span(statement)
    line_start, line_end = text.line_start(start), text.line_end(end)
    before, after = text.text[line_start:start], text.text[end:line_end]
    rest = re.match(r"[ \t\f]*;?[ \t\f]*", after)
    tail = after[rest.end() :] if rest else after
    if before.strip() or (tail and not tail.startswith("#")):
        return _out_of_line(module, statement, block, removed)
    comments = _kept(module, start, end)
    if tail and not _DIRECTIVE.match(tail):
        comments.append(tail)
    if comments:
        return Edit(start, line_end, f"{text.newline}{before}".join(comments))
    return _whole_lines(module, line_start, line_end)


def _whole_lines(module: Module, start: int, end: int) -> Edit:
    """Take whole lines out, with the shorter of the two runs of blank lines around them."""
    text = module.text
    first, last = text.position(start)[0], text.position(end)[0]
    count = len(text.starts) if text.starts[-1] < len(text.text) else len(text.starts) - 1

    def blank(line: int) -> bool:
        return not text.text[text.starts[line - 1] : text.line_end(text.starts[line - 1])].strip()

    before = next((n for n in range(first - 1) if not blank(first - 1 - n)), first - 1)
    after = next((n for n in range(count - last) if not blank(last + 1 + n)), count - last)
    if last + after >= count:
        # Nothing but blank lines follows: those before go, and where the last line had no line end the new one has none.
        keep = first - 1 - before
        if last == count and text.starts[-1] < len(text.text) and keep:
            return Edit(text.line_end(text.starts[keep - 1]), end, "")
        return Edit(text.starts[keep], text.starts[last] if last < len(text.starts) else len(text.text), "")
    opens = first - 1 - before == 0 or text.text[: text.line_end(text.starts[first - 2 - before])].endswith(":")
    return Edit(start, text.starts[last + (after if opens else min(before, after))], "")


def _out_of_line(module: Module, statement: ast.stmt, block: list[ast.stmt], removed: dict[ast.stmt, None]) -> Edit:
    """Take a statement out of a line that it shares with others."""
    text, index = module.text, block.index(statement)
    start, end = text.span(statement)
    if _kept(module, start, end):
        raise ConflictError("a comment stands inside the statement")
    line = text.position(start)[0]
    later = block[index + 1] if index + 1 < len(block) else None
    if later is not None and text.position(text.span(later)[0])[0] == text.position(end)[0]:
        return Edit(start, text.span(later)[0], "")
    kept = [other for other in block[:index] if other not in removed]
    if kept and text.position(text.span(kept[-1])[1])[0] == line:
        return Edit(text.span(kept[-1])[1], end, "")
    raise ConflictError("it shares its line with something else")


def _unwrap(module: Module, change: Unwrap) -> Iterator[Edit]:
    text, statement, body = module.text, change.statement, change.body
    start, end = text.span(statement)
    first, last = text.span(body[0])[0], text.span(body[-1])[1]
    body_start, body_end = text.line_start(first), text.line_end(last)
    line_start, line_end = text.line_start(start), text.line_end(end)
    alone = not text.text[line_start:start].strip() and text.text[end:line_end].strip()[:1] in ("", "#")
    if not alone or body_start <= start or module.is_elif(statement) or text.text[body_start:first].strip():
        raise ConflictError("its block stands on one line with it")
    rest = text.text[last:body_end].strip()
    if rest and not rest.startswith("#"):
        raise ConflictError("something else stands on the line of its block")
    outer, inner = text.indent(start), text.indent(first)
    # Comments between the header and the block belong to the block.
    while True:
        above = text.line_start(max(body_start - 1, 0))
        line = text.text[above:body_start]
        if above <= start or not line.strip().startswith("#"):
            break
        body_start = above
    head = _kept(module, start, body_start)
    yield Edit(line_start, body_start, "".join(f"{outer}{comment}{text.newline}" for comment in head))
    inside_string = _string_lines(body)
    for number in range(text.position(body_start)[0], text.position(body_end)[0] + 1):
        at = text.starts[number - 1]
        if number not in inside_string and text.text.startswith(inner, at):
            yield Edit(at, at + len(inner), outer)
    tail = _kept(module, body_end, line_end)
    if end > body_end:
        yield Edit(body_end, line_end, "".join(f"{text.newline}{outer}{comment}" for comment in tail))


def _string_lines(body: Iterable[ast.AST]) -> set[int]:
    """The lines that begin inside a string."""
    found: set[int] = set()
    waiting = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Constant | ast.JoinedStr):
            found.update(range(node.lineno + 1, (node.end_lineno or node.lineno) + 1))
        else:
            waiting += ast.iter_child_nodes(node)
    return found


def _drop_finally(module: Module, statement: ast.Try) -> Edit:
    text = module.text
    before = (statement.orelse or statement.handlers or statement.body)[-1]
    start, end = text.line_end(text.span(before)[1]), text.line_end(text.span(statement)[1])
    indent = text.indent(text.span(statement)[0])
    return Edit(start, end, "".join(f"{text.newline}{indent}{comment}" for comment in _kept(module, start, end)))


def _substitute(module: Module, change: Substitute) -> Iterator[Edit]:
    start, end = module.text.span(change.statement)
    if module.is_elif(change.statement):
        raise ConflictError("it is an `elif`")
    comments = _kept(module, start, end)
    if comments and module.text.text[module.text.line_start(start) : start].strip():
        raise ConflictError("a comment stands inside the statement")
    joint = f"{module.text.newline}{module.text.indent(start)}"
    yield Edit(start, end, joint.join([*comments, change.new]))
