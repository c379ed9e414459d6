"""Take ``info``, ``AudioMetaData`` and ``list_audio_backends``, lost in 2.9, from this package."""

import ast
from collections.abc import Iterator

from compat.codemod.rule import (
    NINE,
    AddStatement,
    Change,
    Draft,
    DropName,
    Imported,
    Level,
    Module,
    Project,
    Replace,
    Rule,
    Use,
    Valid,
    conditions,
    old_names,
)
from compat.codemod.rules import lister_decision
from compat.codemod.rules.tuple_info import unsettled
from compat.codemod.uses import type_texts
from compat.codemod.uses.our_name import our_name

_TUPLE = "not changed, because its result is used as the tuple of 0.x (TAC113)"
_FIRST = "Read the attributes of AudioMetaData instead, and run again."
_CLASS = "AudioMetaData"
_LOST = [f"{old_names.ROOT}.{name}" for name in old_names.LOST_IN_2_9]


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Rewrite dotted names, imports of the names, and annotations in strings."""
    for use in module.uses:
        dotted = use.path in _LOST and isinstance(use.node, ast.Attribute) and not use.stored
        if dotted and not lister_decision.decides(module, use):  # TAC108 handles those
            if unsettled(module, project, use):
                yield Draft(module.span(use.node), f"{_reason(use.name)}; {_TUPLE}", _FIRST)
            else:
                yield _dotted(module, project, use)
    for one in module.imported:
        if one.path in _LOST and isinstance(one.statement, ast.ImportFrom):
            yield _imported(module, project, one)
    for start, end, _ in type_texts.mentions(module, _CLASS):
        ours = our_name(module, project)
        if isinstance(ours, str):
            yield Draft(
                (start, end), f"{_reason(_CLASS)}; {ours}", "Use the one in this package: compat."
            )
        else:
            change = Replace(start, end, f"{ours[0]}.{_CLASS}")
            yield Draft(
                (start, end),
                _reason(_CLASS),
                changes=(change, *ours[1]),
                touches=(f"torchaudio.{_CLASS}",),
            )


def _reason(name: str) -> str:
    return f"torchaudio.{name} is not in 2.9"


def _dotted(module: Module, project: Project, use: Use) -> Draft:
    span, name = module.span(use.node), use.name
    ours = our_name(module, project, use)
    if isinstance(ours, str):
        return Draft(span, f"{_reason(name)}; {ours}", f"Use {name} of this package.")
    return Draft(
        span, _reason(name), changes=(Replace(*span, f"{ours[0]}.{name}"), *ours[1]), touches=(use,)
    )


def _imported(module: Module, project: Project, one: Imported) -> Draft:
    statement = one.statement
    span, name = module.span(one.alias), one.path.rpartition(".")[2]
    advice = f"Import {name} from this package."
    if "compat" in project.own_names or conditions.in_import_ladder(module, statement):
        return Draft(
            span,
            f"{_reason(name)}; not changed, because it is one of several "
            "attempts, or `compat` is your module",
            advice,
        )
    own = [use for use in module.uses if use.root.id == one.local]
    if any(unsettled(module, project, use) for use in own):
        return Draft(span, f"{_reason(name)}; {_TUPLE}", _FIRST)
    if any(lister_decision.decides(module, use) for use in own):
        return Draft(
            span,
            f"{_reason(name)}; not changed, because a decision depends on it (TAC108)",
            "Settle that first, and run again.",
        )
    changes: list[Change] = [DropName(statement, one.alias)]
    bound = name if one.local == name else f"{name} as {one.local}"
    changes.append(AddStatement(statement, f"from compat import {bound}"))
    return Draft(span, _reason(name), changes=tuple(changes), touches=(one,))


RULE = Rule(
    id="TAC129",
    title="Import from this package what 2.9 removed",
    level=Level.SAFE,
    targets=NINE,
    before="""\
import torchaudio


def seconds(path):
    meta = torchaudio.info(path)
    return meta.num_frames / meta.sample_rate
""",
    after="""\
import torchaudio
import compat


def seconds(path):
    meta = compat.info(path)
    return meta.num_frames / meta.sample_rate
""",
    valid=(
        Valid(
            "a test keeps it out of 2.9",
            """\
import torchaudio

frames = torchaudio.info("a.wav").num_frames if hasattr(torchaudio, "info") else None
""",
        ),
        Valid(
            "what a test around it gives cannot be told",
            """\
import torchaudio


def frames(path, old_torchaudio):
    if old_torchaudio:
        return torchaudio.info(path).num_frames
    return None
""",
            reported=True,
        ),
    ),
    explanation="""\
compat.info, compat.AudioMetaData and compat.list_audio_backends behave as in 2.2. If a function
imports torchaudio, the rule imports compat in the same function. `import torchaudio` stays, because
tests replace names in it. If `compat` means something else in the file, the rule imports it as
torchaudio_compat. If the project has a module called compat, nothing is changed.
""",
    check=check,
)
