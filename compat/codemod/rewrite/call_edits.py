"""Edit a call: add, drop, rename or wrap arguments, with their commas, brackets and comments."""

import ast
import re
from collections.abc import Iterator

from compat.codemod.rewrite.changes import (
    AddArgument,
    DropArgument,
    NameArgument,
    OfCall,
    RenameKeyword,
    WrapArgument,
)
from compat.codemod.rewrite.edits import ConflictError, Edit
from compat.codemod.source import Module, call_layout


def of_call(module: Module, call: ast.Call, changes: list[OfCall]) -> Iterator[Edit]:
    """Yield the edits that make all changes of one call."""
    text, (base, end) = module.text, module.text.span(call)
    segment = text.text[base:end]
    try:
        layout = call_layout.layout(segment)
    except ValueError as why:
        raise ConflictError(f"this call is left as it is: {why}") from why
    place = {base + argument.start: index for index, argument in enumerate(layout.arguments)}

    def index_of(argument: ast.expr | ast.keyword) -> int:
        if isinstance(argument, ast.expr):
            return call.args.index(argument)
        return place[text.span(argument)[0]]

    added: dict[str, str] = {}
    dropped = set()
    closing = {}
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
                start = (
                    text.span(argument.value)[0]
                    if isinstance(argument, ast.keyword)
                    else base + layout.arguments[index].start
                )
                yield Edit(start, start, f"{function}(")
                closing[base + layout.arguments[index].end] = ")"
    for edit in _drop_and_add(
        segment, layout, dropped, [f"{name}={value}" for name, value in added.items()], text.newline
    ):
        yield Edit(
            edit.start + base, edit.end + base, closing.pop(edit.start + base, "") + edit.new
        )
    for at, bracket in closing.items():
        yield Edit(at, at, bracket)


def _drop_and_add(
    segment: str, layout: call_layout.Layout, dropped: set[int], added: list[str], newline: str
) -> Iterator[Edit]:
    arguments = layout.arguments
    kept = [index for index in range(len(arguments)) if index not in dropped]
    last = kept[-1] if kept else -1
    for index in sorted(dropped):
        if index < last:
            yield _without_comments(
                segment, Edit(arguments[index].start, arguments[index + 1].start, "")
            )
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


def _append(segment: str, last: call_layout.Argument, added: list[str], newline: str) -> Edit:
    line_start = max(segment.rfind("\n", 0, last.start), segment.rfind("\r", 0, last.start)) + 1
    indent = segment[line_start : last.start]
    starts_line = line_start > 0 and not indent.strip()
    if last.comma_end is None:
        joint = (
            f",{newline}{indent}"
            if starts_line and "\n" in segment[: last.start].strip("(\r\n\t ")
            else ", "
        )
        if joint != ", " and "#" in re.split(r"[\r\n]", segment[last.end :], maxsplit=1)[0]:
            joint = ", "  # otherwise the comment after the last argument would move to the new one
        return Edit(last.end, last.end, "".join(f"{joint}{one}" for one in added))
    rest = re.compile(r"[ \t]*(#[^\r\n]*)?(?=[\r\n])").match(segment, last.comma_end)
    if starts_line and rest:
        return Edit(rest.end(), rest.end(), "".join(f"{newline}{indent}{one}," for one in added))
    return Edit(last.comma_end, last.comma_end, "".join(f" {one}," for one in added))
