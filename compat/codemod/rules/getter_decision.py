"""A decision on ``get_audio_backend()`` (patterns, row 7)."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from typing import TypeVar

from compat.codemod.changes import Change, Replace, Unwrap
from compat.codemod.findings import Draft, Level
from compat.codemod.module import Module, Use
from compat.codemod.project import Project
from compat.codemod.registry import MODERN, Rule

_Arm = TypeVar("_Arm", ast.stmt, ast.expr)
_NONE = {
    "2.1": "get_audio_backend gives None wherever the dispatcher is on, which it is from 2.1 on",
    "2.2": "get_audio_backend gives None from 2.2 on",
    "2.9": "get_audio_backend went in 2.9",
}


_ARMS = "Decide which arm is meant to run, and ask list_audio_backends() if it is about what is there."
_VALUE = "Delete it, or show or give list_audio_backends() or the name that the calls get as backend=; setters stay as long as it is read."


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Where both arms differ in offset= and frame_offset= only, the modern one stays; any other use is reported."""
    for use in module.of("getter"):
        if use.stored or _is_asked_for(module, use):
            continue
        changes = _modern_arm(module, use)
        if changes and not project.fakes_of("get_audio_backend"):
            decision = _decision(module, use)
            assert decision is not None
            yield Draft(module.span(decision.test), f"{_NONE[project.target]}; the arm for it calls load as 0.7 did", changes=changes)
        elif not _is_saved(module, use, project):
            advice = _ARMS if _is_tested(module, use) else _VALUE
            yield Draft(module.span(use.node), _NONE[project.target], advice)


def _is_tested(module: Module, use: Use) -> bool:
    """Whether a condition depends on it, rather than a print, a return or a name."""
    below: ast.AST = use.node
    for above in module.names.chain(use.node):
        if isinstance(above, ast.Compare | ast.BoolOp | ast.Assert) or below is getattr(above, "test", None):
            return True
        if isinstance(above, ast.stmt):
            return False
        below = above
    return False


def _is_asked_for(module: Module, use: Use) -> bool:
    above = module.names.parents.get(use.node)
    return isinstance(above, ast.Call) and above.func is not use.node


def _is_saved(module: Module, use: Use, project: Project) -> bool:
    """Whether TAC106 speaks of it: its value is kept, and set again later."""
    from compat.codemod import plan

    return any(restore.getter is use for restore in plan.restores(module))


def _decision(module: Module, use: Use) -> ast.If | ast.IfExp | None:
    compare = module.names.parents.get(use.call) if use.call else None
    above = module.names.parents.get(compare) if isinstance(compare, ast.Compare) else None
    return above if isinstance(above, ast.If | ast.IfExp) and above.test is compare else None


def _modern_arm(module: Module, use: Use) -> tuple[Change, ...]:
    decision = _decision(module, use)
    if isinstance(decision, ast.If) and len(decision.body) == len(decision.orelse) == 1:
        modern = _modern(decision.body[0], decision.orelse[0])
        return () if modern is None else (Unwrap(decision, (modern,)),)
    if isinstance(decision, ast.IfExp):
        arm = _modern(decision.body, decision.orelse)
        if arm is not None:
            (start, end), (first, last) = module.span(decision), module.span(arm)
            if not any(start <= comment.start < end for comment in module.text.comments):
                return (Replace(start, first, ""), Replace(last, end, ""))
    return ()


def _modern(one: _Arm, other: _Arm) -> _Arm | None:
    """The arm that says frame_offset=, where the other says offset= and nothing else is different; any, where nothing is."""
    for new, old in ((one, other), (other, one)):
        renamed = copy.deepcopy(old)
        found = False
        for node in ast.walk(renamed):
            if isinstance(node, ast.keyword) and node.arg == "offset":
                node.arg, found = "frame_offset", True
        if found and ast.dump(renamed) == ast.dump(new) and ast.dump(old) != ast.dump(new):
            return new
    return one if ast.dump(one) == ast.dump(other) else None


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
    explanation="""\
With the dispatcher the getter gives None, so such code takes the arm that was written for backends of 2020. Where that is
the only difference, the arm that says frame_offset= stays; other decisions need a person.
""",
    check=check,
)
