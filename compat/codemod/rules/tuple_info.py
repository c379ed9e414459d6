"""Translate ``si, ei = torchaudio.info(path)`` of the 0.x API."""

import ast
from collections.abc import Iterator, Sequence
from typing import TypeGuard

from compat.codemod.rule import (
    DROP_IN,
    MODERN,
    Change,
    Draft,
    Level,
    Module,
    NotProvableError,
    Project,
    Replace,
    Rule,
    Use,
    Valid,
    called,
    drafted,
    literal,
    observed,
    plain_name,
)
from compat.codemod.uses import reads
from compat.codemod.uses.arguments import callers

_NEW = {"rate": "sample_rate", "channels": "num_channels", "precision": "bits_per_sample"}
_ASKING = ("isinstance", "type", "hasattr", "len")
_REASON = "info returns one AudioMetaData, which cannot be unpacked or indexed"


def unsettled(module: Module, project: Project, use: Use) -> bool:
    """Return whether a call of ``info`` is used as the old tuple and cannot be translated.

    Then no other rule may change the call.
    """
    return (
        use.call is not None
        and use.name == "info"
        and bool(_draft(module, project, use, use.call).advice)
    )


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Translate a tuple that is unpacked, indexed, or kept in a local name and indexed."""
    for use, call in module.calls_of("info"):
        draft = _draft(module, project, use, call)
        if draft.changes or draft.advice:
            yield draft


def _draft(module: Module, project: Project, use: Use, call: ast.Call) -> Draft:
    """Return the draft for a call; without changes and advice if its value is not a tuple."""
    advice = (
        "rate is sample_rate, channels num_channels; length was frames x channels with sox, and "
        "frames with soundfile."
    )
    changes = _translated(module, project, call)
    return drafted(module.span(call), _REASON, changes, (use,), advice)


def _translated(module: Module, project: Project, call: ast.Call) -> Iterator[Change]:
    """Yield the changes for a call whose value is used as a tuple; none if it is not.

    Raises:
        NotProvableError: it is used as a tuple, and cannot be translated.
    """
    if project.relies_on_traces and observed.gave_others(project.recorded(module, call, "info")):
        return
    above = module.names.parents[call]
    if _is_pair(above):
        name = _signal(project, module, above)
        yield Replace(*module.span(above.targets[0]), name.id)
        yield from _attributes(project, module, reads.all_of(project, module, name))
    elif _is_item(above, call):
        kept = module.kept_in(above)
        if kept is not None:
            yield _without_index(module, above)
        values = [above] if kept is None else reads.all_of(project, module, kept)
        yield from _attributes(project, module, values)
    elif kept := module.kept_in(call):
        yield from _attributes(project, module, _items(module, project, kept))
    elif isinstance(above, ast.Assign | ast.NamedExpr | ast.Return):
        _not_taken_apart(module, project, above)


def _items(module: Module, project: Project, name: ast.Name) -> list[ast.Subscript]:
    """Return the reads of a name by ``name[0]``; nothing if it is not read as a tuple."""
    found = module.reads(name)
    around = [module.names.parents[read] for read in found]
    items = [one for one, read in zip(around, found, strict=True) if _is_item(one, read)]
    unpacked = any(map(_is_pair, around))
    if not (items or unpacked) or any(called(one) in _ASKING for one in around):
        return []
    if unpacked or len(items) < len(reads.all_of(project, module, name)):
        raise NotProvableError(
            f"{name.id} is used as a tuple and in other ways, or is unpacked later"
        )
    return items


def _is_item(above: ast.AST | None, value: ast.expr) -> TypeGuard[ast.Subscript]:
    return (
        isinstance(above, ast.Subscript)
        and above.value is value
        and literal(above.slice) in (0, 1, -1, -2)
    )


def _is_pair(statement: ast.AST | None) -> TypeGuard[ast.Assign]:
    return isinstance(statement, ast.Assign) and any(
        isinstance(one, ast.Tuple | ast.List) for one in statement.targets
    )


def _not_taken_apart(
    module: Module, project: Project, above: ast.Assign | ast.NamedExpr | ast.Return
) -> None:
    """Raise if a value that is returned, or stored elsewhere than in a name, is taken apart."""
    values: list[tuple[Module, ast.expr]] = []
    if isinstance(above, ast.Return):
        values += callers(project, module, module.function_of(above) or above)
    else:
        targets = above.targets if isinstance(above, ast.Assign) else [above.target]
        kept = {plain_name(one) for one in targets} - {""}
        for kind in (ast.Name, ast.Attribute):
            values += ((module, one) for one in module.names.all(kind) if plain_name(one) in kept)
    for other, value in values:
        around = other.names.parents.get(value)
        is_pair = _is_pair(around) and around.value is value
        if is_pair or _is_item(around, value):
            raise NotProvableError(f"it is kept, and unpacked at {other.place(value)}")


def _signal(project: Project, module: Module, statement: ast.Assign) -> ast.Name:
    """Return the first of two names that the tuple is unpacked into; nothing reads the second."""
    match statement.targets:
        case [ast.Tuple(elts=[ast.Name() as signal, ast.Name() as encoding]) as target]:
            text = module.segment(target)
        case _:
            raise NotProvableError("the targets it is unpacked into cannot be followed")
    if reads.seen(project, module, encoding):
        raise NotProvableError(f"{encoding.id} is used, and most of what it held is gone")
    if text.startswith("(") or "#" in text:
        raise NotProvableError("the names it is unpacked into stand in brackets")
    return signal


def _attributes(project: Project, module: Module, values: Sequence[ast.expr]) -> Iterator[Change]:
    """Yield the changes for the attributes of an old signal info, given by these expressions."""
    counted = set()
    for value in (one for one in values if one not in counted):
        above = module.names.parents[value]
        if not isinstance(above, ast.Attribute):
            name = f"{module.segment(value)} itself"
            what = "its first item" if isinstance(value, ast.Subscript) else name
            raise NotProvableError(f"{what} is passed on")
        whole = _frames(module, above, value) if len(values) > 1 else None
        if whole is not None:
            if not project.set_names <= {"sox"}:
                raise NotProvableError("length was frames with soundfile, not frames x channels")
            counted |= set(ast.walk(whole[0]))
            yield Replace(*module.span(whole[0]), whole[1])
        else:
            if isinstance(value, ast.Subscript):
                yield _without_index(module, value)
            yield _attribute(module, above)


# expressions that count frames or seconds -> their replacements
_COUNTS = {
    "{0}.length / {0}.channels": "{0}.num_frames",
    "{0}.length // {0}.channels": "{0}.num_frames",
    "{0}.length / ({0}.channels * {0}.rate)": "{0}.num_frames / {0}.sample_rate",
    "{0}.length / ({0}.rate * {0}.channels)": "{0}.num_frames / {0}.sample_rate",
    "{0}.length / {0}.rate / {0}.channels": "{0}.num_frames / {0}.sample_rate",
}


def _frames(module: Module, node: ast.AST, value: ast.expr) -> tuple[ast.AST, str] | None:
    """Return the expression of ``x.length`` or ``x.channels`` counting frames, and its new form."""
    found = None
    item = ast.unparse(value)
    name = ast.unparse(value.value if isinstance(value, ast.Subscript) else value)
    counts = {old.format(item): new.format(name) for old, new in _COUNTS.items()}
    for above in module.names.chain(node):
        if not isinstance(above, ast.BinOp):
            break
        if new := counts.get(ast.unparse(above)):
            found = above, new
    return found


def _without_index(module: Module, item: ast.Subscript) -> Change:
    if literal(item.slice) in (1, -1):
        raise NotProvableError("its second item no longer exists")
    # the value may stand in brackets
    (_, end_of_value), (_, end) = module.span(item.value), module.span(item)
    start = module.text.text.rindex("[", end_of_value, module.span(item.slice)[0])
    return Replace(start, end, "")


def _attribute(module: Module, node: ast.Attribute) -> Change:
    if node.attr not in _NEW or not isinstance(node.ctx, ast.Load):
        raise NotProvableError(f".{node.attr} has no counterpart that is the same everywhere")
    end = module.span(node)[1]
    return Replace(end - len(node.attr), end, _NEW[node.attr])


RULE = Rule(
    id="TAC113",
    title="Read AudioMetaData instead of the tuple that info gave",
    level=Level.SAFE,
    targets=MODERN,
    report_only_for=DROP_IN,
    example_target="2.2",
    before="""\
import torchaudio


def seconds(path):
    si, ei = torchaudio.info(path)
    return si.length / si.channels / si.rate
""",
    after="""\
import torchaudio


def seconds(path):
    si = torchaudio.info(path)
    return si.num_frames / si.sample_rate
""",
    valid=(
        Valid(
            "length was frames times channels with sox, and frames with soundfile",
            """\
import torchaudio

si, ei = torchaudio.info("a.wav")
print(si.length)
""",
            reported=True,
        ),
        Valid(
            "the value is read as AudioMetaData",
            """\
import torchaudio

meta = torchaudio.info("a.wav")
print(meta.num_frames)
""",
        ),
    ),
    explanation="""\
Up to 0.7 info returned two objects. The rule translates the attribute names if the first object is
kept in a local name of which only attributes are read, and the second object is not read. It also
does so if the whole tuple is kept and only [0] is read. It does not translate a bare `length`,
which was frames times channels with sox, and frames with soundfile.
""",
    check=check,
)
