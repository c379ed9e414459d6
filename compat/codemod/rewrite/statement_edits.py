"""Edit statements: remove, replace or unwrap them, with the comments and blank lines around."""

import ast
import re
from collections.abc import Iterator

from compat.codemod.rewrite.changes import Unwrap
from compat.codemod.rewrite.edits import ConflictError, Edit
from compat.codemod.source import Module, conditions

# A comment for a tool about the statement before it is removed with the statement; other comments
# are for people and stay.
_DIRECTIVE = re.compile(
    r"#\s*(noqa|type:|pragma|pylint:|pyright:|ruff:|mypy:|isort:|fmt:|yapf:|nosec|compat:)", re.I
)


def removals(
    module: Module, removed: dict[ast.stmt, None], added: dict[ast.stmt, dict[str, None]]
) -> Iterator[Edit]:
    """Yield the edits that remove or replace statements.

    A block that would become empty gets a ``pass``; a ``finally`` after handlers goes.
    """
    removed = _with_what_vanishes(module, removed, added)
    if any(map(module.is_elif, removed)):
        raise ConflictError("it is an `elif`")
    for parent, field in dict.fromkeys(map(module.block, removed)):
        block = getattr(parent, field)
        is_module = parent is module.tree
        emptied = not is_module and all(one in removed and not added.get(one) for one in block)
        if emptied and field == "finalbody" and isinstance(parent, ast.Try) and parent.handlers:
            yield _without_finally(module, parent)
            continue
        for index, statement in enumerate(block):
            if statement in removed:
                lines = ["pass"] if emptied and index == 0 else list(added.get(statement, ()))
                if lines:
                    yield _put(module, statement, lines)
                else:
                    yield _take_out(module, statement, block, removed)


# a test made only of these can be removed without losing an effect
_PURE = (
    ast.Name, ast.Attribute, ast.Constant, ast.Compare, ast.cmpop, ast.BoolOp, ast.boolop,
    ast.UnaryOp, ast.unaryop, ast.expr_context, ast.Tuple, ast.List, ast.Set,
)  # fmt: skip


def _with_what_vanishes(
    module: Module, removed: dict[ast.stmt, None], added: dict[ast.stmt, dict[str, None]]
) -> dict[ast.stmt, None]:
    """Return the removed statements, with an ``if`` in their place if nothing in it remains."""
    found = {statement: None for statement in removed if not added.get(statement)}
    waiting = list(found)
    while waiting:
        above = module.names.parents.get(waiting.pop())
        if (
            not isinstance(above, ast.If)
            or above in found
            or conditions.is_main_guard(module, above)
        ):
            continue
        pure = all(
            isinstance(node, _PURE) for node in ast.walk(above.test)
        ) or conditions.is_platform_test(module, above.test)
        if pure and all(one in found for one in [*above.body, *above.orelse]):
            found[above] = None
            waiting.append(above)
    found |= removed
    parents = module.names.parents
    kept = {
        one: None
        for one in found
        if one in removed or not module.is_elif(one) or parents[one] in found
    }
    return {one: None for one in kept if parents[one] not in kept}


def _put(module: Module, statement: ast.stmt, lines: list[str]) -> Edit:
    start, end = module.text.span(statement)
    indent = module.text.indent(start)
    alone = not module.text.text[module.text.line_start(start) : start].strip()
    comments = _kept(module, start, end)
    if comments and not alone:
        raise ConflictError("a comment stands inside the statement")
    joint = f"{module.text.newline}{indent}" if alone else "; "
    return Edit(start, end, joint.join([*comments, *lines]))


def _kept(module: Module, start: int, end: int) -> list[str]:
    if "#" not in module.text.text[start:end]:
        return []
    inside = (
        module.text.text[comment.start : comment.end]
        for comment in module.text.comments
        if start <= comment.start < end
    )
    return [comment for comment in inside if not _DIRECTIVE.match(comment)]


def _take_out(
    module: Module, statement: ast.stmt, block: list[ast.stmt], removed: dict[ast.stmt, None]
) -> Edit:
    text = module.text
    start, end = text.span(statement)
    line_start, line_end = text.line_start(start), text.line_end(end)
    before, after = text.text[line_start:start], text.text[end:line_end]
    tail = re.sub(r"\A[ \t\f]*;?[ \t\f]*", "", after)
    if before.strip() or (tail and not tail.startswith("#")):
        return _out_of_line(module, statement, block, removed)
    comments = _kept(module, start, end)
    if tail and not _DIRECTIVE.match(tail):
        comments.append(tail)
    if comments:
        return Edit(start, line_end, f"{text.newline}{before}".join(comments))
    return _whole_lines(module, line_start, line_end)


def _whole_lines(module: Module, start: int, end: int) -> Edit:
    """Remove whole lines, with the shorter of the two runs of blank lines around them."""
    text, source = module.text, module.text.text
    head, rest = source[:start].rstrip(), source[end:].lstrip()
    above = text.position(len(head))[0] if head else 0
    last = text.position(end)[0]
    if not rest:
        # Only blank lines follow. Remove those before instead; if the old last line had no line
        # end, the new one has none.
        if above and not source[end:]:
            return Edit(text.line_end(text.starts[above - 1]), end, "")
        return Edit(text.starts[above], [*text.starts, len(source)][last], "")
    before = text.position(start)[0] - above - 1
    after = text.position(len(source) - len(rest))[0] - last - 1
    opens = not above or head.endswith(":")
    return Edit(start, text.starts[last + (after if opens else min(before, after))], "")


def _out_of_line(
    module: Module, statement: ast.stmt, block: list[ast.stmt], removed: dict[ast.stmt, None]
) -> Edit:
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


def unwrap(module: Module, change: Unwrap) -> Iterator[Edit]:
    """Yield the edits that replace a statement with one of its blocks."""
    text, statement, body = module.text, change.statement, change.body
    start, end = text.span(statement)
    first, last = text.span(body[0])[0], text.span(body[-1])[1]
    body_start, body_end = text.line_start(first), text.line_end(last)
    line_start, line_end = text.line_start(start), text.line_end(end)
    others = text.text[line_start:start] + text.text[body_start:first]
    after = text.text[end:line_end].strip()
    if others.strip() or after[:1] not in ("", "#") or body_start <= start:
        raise ConflictError("its block stands on one line with it")
    if module.is_elif(statement):
        raise ConflictError("it is an `elif`")
    outer, inner = text.indent(start), text.indent(first)
    head = (f"{outer}{comment}{text.newline}" for comment in _kept(module, start, body_start))
    yield Edit(line_start, body_start, "".join(head))
    inside_string = {
        line
        for one in body
        for node in ast.walk(one)
        if isinstance(node, ast.Constant | ast.JoinedStr)
        for line in range(node.lineno + 1, (node.end_lineno or node.lineno) + 1)
    }
    for number in range(text.position(body_start)[0], text.position(body_end)[0] + 1):
        at = text.starts[number - 1]
        if number not in inside_string and text.text.startswith(inner, at):
            yield Edit(at, at + len(inner), outer)
    if end > body_end:
        yield _only_comments(module, body_end, line_end, outer)


def _only_comments(module: Module, start: int, end: int, indent: str) -> Edit:
    """Return the edit that leaves only the comments, each on its line."""
    kept = (f"{module.text.newline}{indent}{comment}" for comment in _kept(module, start, end))
    return Edit(start, end, "".join(kept))


def _without_finally(module: Module, statement: ast.Try) -> Edit:
    text = module.text
    start, end = text.span((statement.orelse or statement.handlers)[-1])[1], text.span(statement)[1]
    indent = text.indent(text.span(statement)[0])
    return _only_comments(module, text.line_end(start), text.line_end(end), indent)
