"""Edit a call: add, drop, rename or wrap arguments, with their commas, brackets and comments."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from compat.codemod.rewrite.changes import (
    AddArgument,
    DropArgument,
    NameArgument,
    OfCall,
    WrapArgument,
)
from compat.codemod.rewrite.edits import ConflictError, Edit
from compat.codemod.source import Module, Text

_SPACE = re.compile(r"(?:[\s\\]|#[^\r\n]*)*")
_SIGN = re.compile(r"#[^\r\n]*|[(),]")
_STRINGS = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"")


class _Argument(NamedTuple):
    """Where an argument begins, where its value with brackets ends, where its comma ends."""

    start: int
    end: int
    comma_end: int | None


def of_call(module: Module, call: ast.Call, changes: list[OfCall]) -> Iterator[Edit]:
    """Yield the edits that make all changes of one call.

    Raises:
        ConflictError: the changes do not go together, or a comment stands in their way.
    """
    text = module.text
    inside, arguments = _arguments(text, call)
    added: dict[str, str] = {}
    dropped = []
    inserted: dict[int, str] = defaultdict(str)
    present = {keyword.arg for keyword in call.keywords}
    for change in changes:
        match change:
            case AddArgument(_, name, value):
                if name in present or added.setdefault(name, value) != value:
                    raise ConflictError(f"{name}= is given already")
            case DropArgument(_, argument):
                dropped.append(arguments[argument])
            case NameArgument(_, argument, name):
                if name in present:
                    raise ConflictError(f"{name}= is given already")
                start = arguments[argument].start
                old = argument.arg or "" if isinstance(argument, ast.keyword) else ""
                yield Edit(start, start + len(old), name if old else f"{name}=")
            case WrapArgument(_, argument, function):
                start = arguments[argument].start
                if isinstance(argument, ast.keyword):
                    start = text.span(argument.value)[0]
                yield Edit(start, start, f"{function}(")
                inserted[arguments[argument].end] = ")"
    whole = [*arguments.values()]
    kept = [one for one in whole if one not in dropped]
    for one in dropped:
        index = whole.index(one)
        if kept and kept[-1].start < one.start:
            yield _removal(text, whole[index - 1].end, one.end)
        else:
            end = whole[index + 1].start if one is not whole[-1] else one.comma_end or one.end
            yield _removal(text, one.start, end)
    if added:
        last = kept[-1] if kept else None
        if last and last is not whole[-1]:
            last = last._replace(comma_end=None)  # its comma goes with the dropped ones
        new = [f"{name}={value}" for name, value in added.items()]
        at, joined = _appended(text, call, last, new) if last else (inside, ", ".join(new))
        inserted[at] += joined
    yield from (Edit(at, at, part) for at, part in inserted.items())


def _arguments(text: Text, call: ast.Call) -> tuple[int, dict[ast.expr | ast.keyword, _Argument]]:
    """Return where a first argument would go, and the arguments in the order of the text."""
    last = text.span(call)[1] - 1
    signs = _SIGN.finditer(text.text, text.span(call.func)[1])
    at = inside = _after_space(text, next(sign.end() for sign in signs if sign.group() == "("))
    found: dict[ast.expr | ast.keyword, _Argument] = {}
    nodes: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    for node in sorted(nodes, key=text.span):
        start, end = text.span(node)
        if isinstance(node, ast.GeneratorExp) and start < inside:
            raise ConflictError("the call takes a generator without brackets")
        comma_end = None
        for sign in _SIGN.finditer(text.text, end, last):
            if sign.group() == ",":
                comma_end = sign.end()
                break
            end = sign.end() if sign.group() == ")" else end
        found[node] = _Argument(at, end, comma_end)
        at = _after_space(text, comma_end or end)
    return inside, found


def _after_space(text: Text, at: int) -> int:
    return _SPACE.match(text.text, at).end()  # type: ignore[union-attr]


def _removal(text: Text, start: int, end: int) -> Edit:
    if "#" in _STRINGS.sub("", text.text[start:end]):
        raise ConflictError("a comment stands between the arguments")
    return Edit(start, end, "")


def _appended(text: Text, call: ast.Call, last: _Argument, added: list[str]) -> tuple[int, str]:
    """Return where arguments go after the last one, and their text with commas."""
    first, end = text.span(call)
    line_start = text.line_start(last.start)
    indent = text.text[line_start : last.start]
    starts_line = line_start > first and not indent.strip()
    if last.comma_end is None:
        each_on_a_line = "\n" in text.text[first : last.start].strip("(\r\n\t ")
        comment = "#" in text.text[last.end : min(text.line_end(last.end), end)]
        # a new line would move the comment after the last argument to the new one
        own_line = starts_line and each_on_a_line and not comment
        joint = f",{text.newline}{indent}" if own_line else ", "
        return last.end, "".join(f"{joint}{one}" for one in added)
    rest = re.compile(r"[ \t]*(#[^\r\n]*)?(?=[\r\n])").match(text.text, last.comma_end)
    if starts_line and rest:
        return rest.end(), "".join(f"{text.newline}{indent}{one}," for one in added)
    return last.comma_end, "".join(f" {one}," for one in added)
