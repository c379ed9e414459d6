"""Translate ``out=``, ``normalization=``, ``offset=`` and ``num_frames=0`` of the 0.x ``load``."""

import ast
from collections.abc import Iterator

from compat.codemod.rule import (
    DROP_IN,
    MODERN,
    Change,
    Draft,
    DropArgument,
    Level,
    Module,
    NameArgument,
    NotProvableError,
    Project,
    Replace,
    Rule,
    Valid,
    drafted,
    forwarding,
    keyword,
    literal,
    passed_in_dict,
    starred,
)
from compat.codemod.uses.arguments import values_of

_ZERO = (
    "num_frames=0 meant the whole file up to 0.7; since then it is an error, or returns no frames"
)
_REASON = "this is an argument of the load of 0.7 and before, and a TypeError since"


# arguments without effect if they have these values, which were their defaults
_SILENT = {
    "out": None,
    "normalization": True,
    "signalinfo": None,
    "encodinginfo": None,
    "filetype": None,
}
_DOUBTS = {
    "out": "load wrote into the tensor given as out=",
    "normalization": "normalization= other than True scaled in a way that no longer exists",
    "signalinfo": "no argument replaces signalinfo= for files without a header",
    "encodinginfo": "no argument replaces encodinginfo= for files without a header",
    "filetype": "filetype= is now format=, which knows only some of the names",
}
_OLD = (*_SILENT, "offset")


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Translate keywords of that time; report positional arguments in its order."""
    for use, call, others in forwarding.calls_of(module, "load"):
        old = {name: one for name in _OLD if (one := keyword(call, name)) is not None}
        frames, second_and_third = keyword(call, "num_frames"), call.args[others + 1 : others + 3]
        if old or (frames is not None and _may_be_zero(module, frames.value)):
            reason, changes = _REASON if old else _ZERO, _changes(module, call, others, old)
            yield drafted(
                module.span(call),
                reason,
                changes,
                (use,),
                "Write the same with frame_offset=, num_frames= and normalize=.",
            )
        elif any(isinstance(literal(one), bool | None) for one in second_and_third):
            yield Draft(
                module.span(call),
                "these arguments look like the order of 0.7 (out, normalization, ...)",
                "Name them.",
            )
        elif (
            call is use.call
            and frames is None
            and (in_dict := passed_in_dict(module, project, call, *_OLD))
        ):
            yield Draft(
                module.span(call),
                f"{_REASON}; {in_dict}= is a key of a dict here",
                "Write the dict with frame_offset, num_frames and normalize.",
            )


def _may_be_zero(module: Module, node: ast.expr) -> bool:
    """Return whether it is written as 0, where it stands or where it is set for good."""
    several = len(module.names.bindings(node)) > 1
    values = map(literal, (node, *(() if several else values_of(module, node))))
    return any(value == 0 and value is not False for value in values)


def _changes(
    module: Module, call: ast.Call, others: int, old: dict[str, ast.keyword]
) -> Iterator[Change]:
    if len(call.args) > others + 1 or (old and starred(call)):
        raise NotProvableError("not all arguments are named")
    if forwarding.may_get_more(module, call):
        raise NotProvableError("whoever calls what partial returns may pass others like it")
    for name, silent in _SILENT.items():
        if name in old:
            if literal(old[name].value) is not silent:
                raise NotProvableError(_DOUBTS[name])
            yield DropArgument(call, old[name])
    if "offset" in old:
        if keyword(call, "frame_offset") is not None:
            raise NotProvableError("frame_offset= is given too")
        yield NameArgument(call, old["offset"], "frame_offset")
    frames = keyword(call, "num_frames")
    if frames is not None and literal(frames.value) == 0:
        yield DropArgument(call, frames)
    elif frames is not None and literal(frames.value) is ...:
        yield from _zero_is_all(module, frames.value)


def _zero_is_all(module: Module, value: ast.expr) -> Iterator[Change]:
    """Keep the meaning of 0, all frames, for a number known only at run time."""
    if (
        isinstance(value, ast.BoolOp)
        and isinstance(value.op, ast.Or)
        and literal(value.values[-1]) == -1
    ):
        return
    start, end = module.span(value)
    if isinstance(value, ast.Name | ast.Attribute | ast.Subscript | ast.Call | ast.BinOp):
        yield Replace(end, end, " or -1")
    else:
        yield Replace(start, end, f"({module.segment(value)}) or -1")


RULE = Rule(
    id="TAC114",
    title="Translate the arguments that load had up to 0.7",
    level=Level.SAFE,
    targets=MODERN,
    report_only_for=DROP_IN,
    before="""\
import torchaudio


def read(path):
    return torchaudio.load(path, out=None, normalization=True, num_frames=0, offset=100)
""",
    after="""\
import torchaudio


def read(path):
    return torchaudio.load(path, frame_offset=100)
""",
    valid=(
        Valid(
            "nothing shows that the call is that old, so 0 may mean none",
            """\
import torchaudio


def read(path, frames):
    return torchaudio.load(path, num_frames=frames)
""",
        ),
        Valid(
            "this normalization scaled in a way that is gone",
            """\
import torchaudio


def read(path):
    return torchaudio.load(path, normalization=False)
""",
            reported=True,
        ),
    ),
    explanation="""\
The rule deletes out=None, normalization=True, signalinfo=None, encodinginfo=None and filetype=None,
which were the defaults. It renames offset= to frame_offset=. It deletes num_frames=0, which meant
the whole file; since 0.8 it is an error or returns no frames. A variable, num_frames=n, becomes
num_frames=n or -1 if another argument shows that the call is that old, or if the code sets n to 0.
The rule reports other values of these arguments, and all of them in a dict or a functools.partial.
""",
    check=check,
)
