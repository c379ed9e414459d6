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
    Project,
    RenameKeyword,
    Replace,
    Rule,
    Use,
    Valid,
    keyword,
    literal,
    starred,
)
from compat.codemod.uses import forwarding
from compat.codemod.uses.arguments import passed_in_dict

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
        frames = keyword(call, "num_frames")
        zero = literal(frames.value) if frames else None
        if old or (zero == 0 and zero is not False):
            yield _draft(module, use, call, others, old)
        elif _positional(call) and not others:
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


def _draft(
    module: Module, use: Use, call: ast.Call, others: int, old: dict[str, ast.keyword]
) -> Draft:
    changes, doubt = _changes(call, old, others)
    frames = keyword(call, "num_frames")
    if frames is not None and literal(frames.value) == 0:
        changes.append(DropArgument(call, frames))
    elif frames is not None and literal(frames.value) is ...:
        changes += _zero_is_all(module, frames.value)
    if doubt:
        advice = "Write the meaning with frame_offset, num_frames and normalize."
        return Draft(module.span(call), f"{_REASON}; {doubt}", advice)
    reason = _REASON if old else _ZERO
    return Draft(module.span(call), reason, changes=tuple(changes), touches=(use,))


def _changes(call: ast.Call, old: dict[str, ast.keyword], others: int) -> tuple[list[Change], str]:
    changes: list[Change] = []
    if old and (len(call.args) > others + 1 or starred(call)):
        return [], "not all arguments are named"
    for name, silent in _SILENT.items():
        if name in old:
            if literal(old[name].value) is not silent:
                return [], _DOUBTS[name]
            changes.append(DropArgument(call, old[name]))
    if "offset" in old:
        if keyword(call, "frame_offset") is not None:
            return [], "frame_offset= is given too"
        changes.append(RenameKeyword(call, old["offset"], "frame_offset"))
    return changes, ""


def _zero_is_all(module: Module, value: ast.expr) -> Iterator[Change]:
    """Keep the meaning of 0, all frames, for a number known only at run time."""
    if (
        isinstance(value, ast.BoolOp)
        and isinstance(value.op, ast.Or)
        and literal(value.values[-1]) == -1
    ):
        return
    start, end = module.span(value)
    if isinstance(value, ast.IfExp | ast.Lambda | ast.NamedExpr | ast.Await | ast.Starred):
        yield Replace(start, end, f"({module.segment(value)}) or -1")
    else:
        yield Replace(end, end, " or -1")


def _positional(call: ast.Call) -> bool:
    return len(call.args) > 1 and (
        literal(call.args[1]) is None or isinstance(literal(call.args[1]), bool)
    )


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
the whole file; since 0.8 it is an error or returns no frames. If another argument shows that the
call is that old, num_frames=n becomes num_frames=n or -1, because n may be 0. The rule reports
other values of these arguments, and all of these arguments in a dict.
""",
    check=check,
)
