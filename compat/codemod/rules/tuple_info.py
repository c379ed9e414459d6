"""``si, ei = torchaudio.info(path)`` of the 0.x API (patterns, row 13)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from compat.codemod import common
from compat.codemod.changes import Change, Replace
from compat.codemod.findings import Draft, Level
from compat.codemod.module import Module, Use
from compat.codemod.project import Project
from compat.codemod.registry import DROP_IN, MODERN, Rule

_NEW = {"rate": "sample_rate", "channels": "num_channels", "precision": "bits_per_sample"}
_REASON = "info gives one AudioMetaData, which does not unpack and has no items"


class _UnsureError(Exception):
    """Why a use of the old tuple cannot be translated."""


def unsettled(module: Module, project: Project, use: Use) -> bool:
    """Whether a call of ``info`` is used as the old tuple in a way that nothing translates; then nobody else may change it."""
    if use.call is None or use.name != "info":
        return False
    try:
        return _translated(module, project, use.call) is not None and common.faked(module, project, use, _REASON) is not None
    except _UnsureError:
        return True


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Unpacked, indexed, or indexed and kept in a local name."""
    for use, call in common.calls(module, "info"):
        try:
            changes = _translated(module, project, call)
            if changes is not None:
                yield common.faked(module, project, use, _REASON) or Draft(module.span(call), _REASON, changes=changes)
        except _UnsureError as why:
            advice = "rate is sample_rate, channels num_channels; length was frames x channels with sox, and frames with soundfile."
            yield Draft(module.span(call), f"{_REASON}; {why}", advice)


def _translated(module: Module, project: Project, call: ast.Call) -> tuple[Change, ...] | None:
    """The changes for a call whose value is used as a tuple; ``None`` where it is not.

    Raises:
        _UnsureError: it is, and cannot be translated.
    """
    above = module.names.parents[call]
    if isinstance(above, ast.Assign) and above.value is call and any(isinstance(one, ast.Tuple | ast.List) for one in above.targets):
        return tuple(_unpacked(module, project, above))
    if isinstance(above, ast.Subscript) and above.value is call and common.literal(above.slice) in (0, 1, -1, -2):
        return tuple(_indexed(module, project, call, above))
    return None


def _unpacked(module: Module, project: Project, statement: ast.Assign) -> Iterator[Change]:
    target = statement.targets[0]
    names = target.elts if isinstance(target, ast.Tuple) else []
    if len(statement.targets) > 1 or len(names) != 2 or not all(isinstance(name, ast.Name) for name in names):
        raise _UnsureError("what it is unpacked into cannot be followed")
    signal, encoding = names
    assert isinstance(signal, ast.Name)
    assert isinstance(encoding, ast.Name)
    if _reads(module, encoding):
        raise _UnsureError(f"{encoding.id} is used, and most of what it held is gone")
    start, end = module.span(target)
    text = module.text.text
    if text[start : start + 1] == "(" or "#" in text[start:end]:
        raise _UnsureError("what it is unpacked into stands in brackets")
    yield Replace(start, end, signal.id)
    yield from _renamed(module, project, signal)


def _indexed(module: Module, project: Project, call: ast.Call, item: ast.Subscript) -> Iterator[Change]:
    if common.literal(item.slice) in (1, -1):
        raise _UnsureError("its second item is gone")
    above = module.names.parents[item]
    yield Replace(module.span(call)[1], module.span(item)[1], "")
    if isinstance(above, ast.Attribute):
        yield _attribute(module, above)
    elif isinstance(above, ast.Assign) and above.value is item and len(above.targets) == 1 and isinstance(above.targets[0], ast.Name):
        yield from _renamed(module, project, above.targets[0])
    else:
        raise _UnsureError("its first item goes on to somewhere else")


def _renamed(module: Module, project: Project, name: ast.Name) -> Iterator[Change]:
    if module.function_of(name) is None and module.names.scope_of[name].kind != "module":
        raise _UnsureError("it is kept in a class")
    if module.function_of(name) is None and project.is_exported(module, name.id):
        raise _UnsureError(f"{name.id} is imported by another file")
    if len(module.names.bindings(name)) != 1:
        raise _UnsureError(f"{name.id} is bound more than once")
    divided = set()
    for read in _reads(module, name):
        above = module.names.parents[read]
        if read in divided:
            continue
        if module.in_fstring(read):
            raise _UnsureError(f"{name.id} is read in an f-string")
        if not isinstance(above, ast.Attribute):
            raise _UnsureError(f"{name.id} itself goes on to somewhere else")
        outer = module.names.parents[above]
        if above.attr in ("length", "channels") and isinstance(outer, ast.BinOp) and _is_frames(outer, name.id):
            divided |= {node for node in ast.walk(outer) if isinstance(node, ast.Name)}
            yield Replace(*module.span(outer), f"{name.id}.num_frames")
        else:
            yield _attribute(module, above)


def _is_frames(node: ast.BinOp, name: str) -> bool:
    return isinstance(node.op, ast.Div | ast.FloorDiv) and ast.unparse(node).replace("//", "/") == f"{name}.length / {name}.channels"


def _attribute(module: Module, node: ast.Attribute) -> Change:
    if node.attr not in _NEW or not isinstance(node.ctx, ast.Load):
        raise _UnsureError(f".{node.attr} has no counterpart that is the same everywhere")
    end = module.span(node)[1]
    return Replace(end - len(node.attr), end, _NEW[node.attr])


def _reads(module: Module, name: ast.Name) -> list[ast.Name]:
    bindings = module.names.bindings(name)
    return [
        node
        for node in module.names.scope_of
        if isinstance(node, ast.Name) and node.id == name.id and node is not name and module.names.bindings(node) is bindings
    ]


RULE = Rule(
    id="TAC113",
    title="Read AudioMetaData instead of the tuple that info gave",
    level=Level.SAFE,
    targets=MODERN,
    told_for=DROP_IN,
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
    explanation="""\
Up to 0.7 info gave two objects. Where the first is kept in a local name and read by attribute only, and the second is not
read, names are translated. A bare `length` is not: it was frames times channels with sox, and frames with soundfile.
""",
    check=check,
)
