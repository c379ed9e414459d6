"""Settle decisions that depend on ``get_audio_backend()``."""

import ast
import re
from collections.abc import Iterator, Sequence

from compat.codemod.plan.restore_pairs import restores
from compat.codemod.rule import (
    MODERN,
    Change,
    Draft,
    Kind,
    Level,
    Module,
    Project,
    Remove,
    Replace,
    Rule,
    Unwrap,
    Use,
    Valid,
    observed,
    old_names,
    setter_calls,
)

# the name of an argument or the key of a dict, as ast.dump shows it
_OFFSET = re.compile(r"\b(arg|value)='offset'")
_FRAME_OFFSET = r"\1='frame_offset'"
_NONE = {
    "2.1": "get_audio_backend gives None while the dispatcher is on, as it is from 2.1 on",
    "2.2": "get_audio_backend gives None from 2.2 on",
    "2.9": "2.9 removed get_audio_backend",
}


_STAYS = "set_audio_backend() stays while get_audio_backend() is used."
_DELETE = (
    f"Delete it, or use list_audio_backends() or the name that the calls pass as backend=; {_STAYS}"
)
_DELETE_IN_2_9 = f"Delete it, or use compat.list_audio_backends(); {_STAYS}"


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Keep the modern arm if both differ only in offset= and frame_offset=; report other uses.

    With ``--observed``, a use that gave one name in each recorded call becomes that name.
    """
    asked = {one for setter in setter_calls.of(module) for one in setter.asked}
    settled = set()
    for use in module.of(Kind.GETTER):
        above = module.names.parents.get(use.node)
        if isinstance(above, ast.Call) and above.func is not use.node:
            continue  # the function itself is passed on, to ask for its name, say
        decision = _decision(module, use)
        changes = _modern_arm(module, decision) if decision else ()
        if decision and changes:
            if decision not in settled:
                settled.add(decision)
                yield Draft(
                    module.span(decision.test),
                    f"{_NONE[project.target]}; its branch calls load as in 0.7",
                    changes=changes,
                    touches=(use,),
                )
            continue
        if any(restore.getter is use for restore in restores(module)):
            continue  # TAC106 handles those
        recorded = project.recorded(module, use.call, use.name) if use.call else []
        name = None if use in asked else observed.value(recorded)
        if name is not None and project.relies_on_traces:
            span = module.span(use.call or use.node)
            yield Draft(
                span,
                f"{_NONE[project.target]}; it gave {name} in all recorded calls",
                changes=(Replace(*span, f'"{name}"'),),
                touches=(use,),
            )
        else:
            advice = _DELETE_IN_2_9 if project.target == "2.9" else _DELETE
            if name is not None:
                advice += f" In the trace it gave {name} each time: --observed writes that name."
            yield Draft(module.span(use.node), _NONE[project.target], advice)


def _decision(module: Module, use: Use) -> ast.If | None:
    """Return the decision whose test asks for the global backend and nothing else."""
    around = module.names.chain(use.node)
    found = next((one for one in around if isinstance(one, ast.If)), None)
    asks = found and module.inside(use.node, found.test) and _asks_only(module, found.test)
    return found if asks else None


def _asks_only(module: Module, test: ast.expr) -> bool:
    """Return whether a test has only calls of torchaudio without arguments, and constants."""
    return all(
        isinstance(node, _OF_A_TEST)
        and not (isinstance(node, ast.Call) and (node.args or node.keywords))
        and (
            not isinstance(node, ast.Name | ast.Attribute)
            or (module.names.qualified(node) or "").startswith(old_names.ROOT)
        )
        for node in ast.walk(test)
    )


_OF_A_TEST = (
    ast.Call, ast.Name, ast.Attribute, ast.Constant, ast.Compare, ast.cmpop, ast.BoolOp, ast.boolop,
    ast.UnaryOp, ast.Not, ast.expr_context, ast.List, ast.Tuple, ast.Set,
)  # fmt: skip


def _modern_arm(module: Module, decision: ast.If) -> tuple[Change, ...]:
    if decision.orelse:
        modern = _modern(decision.body, decision.orelse)
        return () if modern is None else (Unwrap(decision, tuple(modern)),)
    rest = module.following(decision)
    modern = (
        _modern(decision.body, rest) if rest and isinstance(decision.body[-1], ast.Return) else None
    )
    if modern is None:
        return ()
    return (
        (Remove(decision),)
        if modern is rest
        else (Unwrap(decision, tuple(modern)), *(Remove(one) for one in rest))
    )


def _modern(one: Sequence[ast.stmt], other: Sequence[ast.stmt]) -> Sequence[ast.stmt] | None:
    """Return the arm with frame_offset, if the other differs only in saying offset.

    If both arms are equal, return either; ``None`` if they differ in anything else.
    """
    first, second = (" ".join(map(ast.dump, arm)) for arm in (one, other))
    if first in (second, _OFFSET.sub(_FRAME_OFFSET, second)):
        return one
    return other if second == _OFFSET.sub(_FRAME_OFFSET, first) else None


RULE = Rule(
    id="TAC107",
    title="Settle decisions on the global backend's name",
    level=Level.SAFE,
    targets=MODERN,
    before="""\
import torchaudio


def read(path, start):
    if torchaudio.get_audio_backend() in ["sox_io"]:
        waveform, rate = torchaudio.load(path, frame_offset=start)
    else:
        waveform, rate = torchaudio.load(path, offset=start)
    return waveform, rate
""",
    after="""\
import torchaudio


def read(path, start):
    waveform, rate = torchaudio.load(path, frame_offset=start)
    return waveform, rate
""",
    valid=(
        Valid(
            "the arms differ in more than offset= and frame_offset=",
            """\
import torchaudio


def read(path, start):
    if torchaudio.get_audio_backend() == "sox_io":
        return torchaudio.load(path, frame_offset=start)
    else:
        return torchaudio.load(path)[0]
""",
            reported=True,
        ),
    ),
    explanation="""\
With the dispatcher, get_audio_backend() returns None. So `if get_audio_backend() == "sox_io"` takes
the other branch, which was written for the old interface of load, with offset=. If the branches
differ only in frame_offset= and offset=, as arguments or in a dict of arguments, the rule keeps the
branch with frame_offset=. All other decisions are reported, because only you know which branch
should run.
""",
    check=check,
)
