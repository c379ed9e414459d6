"""Translate ``si, ei = torchaudio.info(path)`` of the 0.x API."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath

from compat.codemod.rule import (
    DROP_IN,
    MODERN,
    AnyFunction,
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
    literal,
)
from compat.codemod.uses import observed
from compat.codemod.uses.arguments import callers

_NEW = {"rate": "sample_rate", "channels": "num_channels", "precision": "bits_per_sample"}
_ASKING = ("isinstance", "type", "hasattr", "len")
_REASON = "info returns one AudioMetaData, which cannot be unpacked or indexed"


def unsettled(module: Module, project: Project, use: Use) -> bool:
    """Return whether a call of ``info`` is used as the old tuple and cannot be translated.

    Then no other rule may change the call.
    """
    if use.call is None or use.name != "info":
        return False
    try:
        _translated(module, project, use.call)
    except NotProvableError:
        return True
    return False


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Translate a tuple that is unpacked, indexed, or kept in a local name and indexed."""
    for use, call in module.calls_of("info"):
        try:
            changes = _translated(module, project, call)
            if changes is not None:
                yield Draft(module.span(call), _REASON, changes=changes, touches=(use,))
        except NotProvableError as why:
            yield Draft(
                module.span(call),
                f"{_REASON}; {why}",
                "rate is sample_rate, channels num_channels; length was frames x channels with "
                "sox, and frames with soundfile.",
            )


def _translated(module: Module, project: Project, call: ast.Call) -> tuple[Change, ...] | None:
    """Return the changes for a call whose value is used as a tuple; ``None`` if it is not.

    Raises:
        NotProvableError: it is used as a tuple, and cannot be translated.
    """
    if project.relies_on_traces and observed.gave_others(project.recorded(module, call, "info")):
        return None
    above = module.names.parents[call]
    if isinstance(above, ast.Assign) and above.value is call and _is_pair(above):
        return tuple(_unpacked(module, project, above))
    if isinstance(above, ast.Subscript) and _is_item(above, call):
        return tuple(_indexed(module, project, call, above))
    if kept := module.kept_in(call):
        return _kept(module, project, kept)
    if isinstance(above, ast.Return):
        _not_taken_apart(module, project, above)
    return None


def _kept(module: Module, project: Project, name: ast.Name) -> tuple[Change, ...] | None:
    """Return the changes for a name that keeps the whole tuple and is read by ``name[0]``."""
    reads = module.reads(name)
    around = [module.names.parents[read] for read in reads]
    items = [
        one
        for one, read in zip(around, reads, strict=True)
        if isinstance(one, ast.Subscript) and _is_item(one, read)
    ]
    unpacked = any(map(_is_pair, around))
    if not (items or unpacked) or any(called(one) in _ASKING for one in around):
        return None
    if unpacked or len(items) < len(reads):
        raise NotProvableError(
            f"{name.id} is used as a tuple and in other ways, or is unpacked later"
        )
    if any(literal(item.slice) != 0 for item in items):
        raise NotProvableError("its second item no longer exists")
    _followed(module, project, name)
    return tuple(
        _attributes(
            module,
            list(items),
            {item: Replace(module.span(item.value)[1], module.span(item)[1], "") for item in items},
        )
    )


def _is_item(above: ast.AST, value: ast.expr) -> bool:
    return (
        isinstance(above, ast.Subscript)
        and above.value is value
        and literal(above.slice) in (0, 1, -1, -2)
    )


def _is_pair(statement: ast.AST | None) -> bool:
    return isinstance(statement, ast.Assign) and any(
        isinstance(one, ast.Tuple | ast.List) for one in statement.targets
    )


def _not_taken_apart(module: Module, project: Project, returned: ast.Return) -> None:
    function = module.function_of(returned)
    for caller, call in callers(project, module, function) if function else ():
        above = caller.names.parents.get(call)
        apart = _is_pair(above) or (isinstance(above, ast.Subscript) and above.value is call)
        if apart and function is not None and _may_be(caller, call.func, module, function):
            raise NotProvableError(f"it is returned, and unpacked at {caller.place(call)}")


def _may_be(caller: Module, callee: ast.expr, module: Module, function: AnyFunction) -> bool:
    """Return whether a call with a function's name calls that function.

    The name may be bound to it, imported from its file, or a method of an object.
    """
    qualified = caller.names.qualified(callee)
    if qualified is not None:
        stem, name = PurePath(module.path).stem, getattr(function, "name", "")
        return (
            qualified == f"{stem}.{name}"
            or qualified.endswith((f".{stem}.{name}", f"..{name}"))
            or qualified == f".{name}"
        )
    if isinstance(callee, ast.Name):
        return any(binding.node is function for binding in caller.names.bindings(callee))
    return isinstance(module.names.parents[function], ast.ClassDef)


def _unpacked(module: Module, project: Project, statement: ast.Assign) -> Iterator[Change]:
    target = statement.targets[0]
    names = target.elts if isinstance(target, ast.Tuple) else []
    if (
        len(statement.targets) > 1
        or len(names) != 2
        or not all(isinstance(name, ast.Name) for name in names)
    ):
        raise NotProvableError("the targets it is unpacked into cannot be followed")
    signal, encoding = names
    assert isinstance(signal, ast.Name)
    assert isinstance(encoding, ast.Name)
    if module.reads(encoding):
        raise NotProvableError(f"{encoding.id} is used, and most of what it held is gone")
    start, end = module.span(target)
    text = module.text.text
    if text[start : start + 1] == "(" or "#" in text[start:end]:
        raise NotProvableError("the names it is unpacked into stand in brackets")
    yield Replace(start, end, signal.id)
    yield from _renamed(module, project, signal)


def _indexed(
    module: Module, project: Project, call: ast.Call, item: ast.Subscript
) -> Iterator[Change]:
    if literal(item.slice) in (1, -1):
        raise NotProvableError("its second item no longer exists")
    above = module.names.parents[item]
    yield Replace(module.span(call)[1], module.span(item)[1], "")
    if isinstance(above, ast.Attribute):
        yield _attribute(module, above)
    elif kept := module.kept_in(item):
        yield from _renamed(module, project, kept)
    else:
        raise NotProvableError("its first item is passed on")


def _renamed(module: Module, project: Project, name: ast.Name) -> Iterator[Change]:
    _followed(module, project, name)
    yield from _attributes(module, module.reads(name), {})


def _followed(module: Module, project: Project, name: ast.Name) -> None:
    if module.function_of(name) is None and module.names.scope_of[name].kind != "module":
        raise NotProvableError("it is stored in a class")
    if module.function_of(name) is None and project.is_exported(module, name.id):
        raise NotProvableError(f"{name.id} is imported by another file")
    if len(module.names.bindings(name)) != 1:
        raise NotProvableError(f"{name.id} is bound more than once")
    if not module.unplaced.isdisjoint(module.reads(name)):
        raise NotProvableError(f"{name.id} is read in an f-string")


def _attributes(
    module: Module, values: Sequence[ast.expr], also: Mapping[ast.expr, Change]
) -> Iterator[Change]:
    """Yield the changes for attributes of an old signal info.

    Args:
        module: the module.
        values: the expressions that give it.
        also: another change for each value that is not part of a larger change.
    """
    counted = set()
    for value in (one for one in values if one not in counted):
        above = module.names.parents[value]
        if not isinstance(above, ast.Attribute):
            raise NotProvableError(f"{module.segment(value)} itself is passed on")
        text = ast.unparse(value)
        plain = text.removesuffix("[0]") if value in also else text
        whole = _frames(module, above, text)
        if whole is not None:
            counted |= set(ast.walk(whole[0]))
            yield Replace(*module.span(whole[0]), whole[1].format(plain))
        else:
            if value in also:
                yield also[value]
            yield _attribute(module, above)


# expressions that count frames or seconds -> their replacements, written with x
_COUNTS = {
    "x.length / x.channels": "{0}.num_frames",
    "x.length // x.channels": "{0}.num_frames",
    "x.length / (x.channels * x.rate)": "{0}.num_frames / {0}.sample_rate",
    "x.length / (x.rate * x.channels)": "{0}.num_frames / {0}.sample_rate",
    "x.length / x.rate / x.channels": "{0}.num_frames / {0}.sample_rate",
}


def _frames(module: Module, node: ast.AST, text: str) -> tuple[ast.AST, str] | None:
    """Return the expression of ``x.length`` or ``x.channels`` counting frames, and its new form."""
    found = None
    for above in module.names.chain(node):
        if not isinstance(above, ast.BinOp):
            break
        new = _COUNTS.get(re.sub(rf"(?<![\w.]){re.escape(text)}\.", "x.", ast.unparse(above)))
        found = (above, new) if new is not None else found
    return found


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
