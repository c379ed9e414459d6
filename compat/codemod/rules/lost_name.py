"""Take ``info``, ``AudioMetaData`` and ``list_audio_backends``, lost in 2.9, from this package."""

import ast
from collections.abc import Iterable, Iterator

from compat.codemod.rule import (
    NINE,
    AddStatement,
    Change,
    Draft,
    DropName,
    Imported,
    Level,
    Module,
    NotProvableError,
    Project,
    Replace,
    Rule,
    Use,
    Valid,
    conditions,
    drafted,
    old_names,
    our_name,
    type_texts,
)
from compat.codemod.rules import lister_decision
from compat.codemod.rules.filepath_keyword import by_values
from compat.codemod.rules.tuple_info import unsettled
from compat.codemod.uses.arguments import path_in_dict

_REASON = "torchaudio.{} is not in 2.9"
_TUPLE = "not changed, because its result is used as the tuple of 0.x (TAC113)"
_FIRST = "Read the attributes of AudioMetaData instead, and run again."
_GIVEN = "not changed, because it may be given filepath=, which TAC110 reports"
_CLASS = "AudioMetaData"
_LOST = [f"{old_names.ROOT}.{name}" for name in old_names.LOST_IN_2_9]


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Rewrite dotted names, imports of the names, and annotations in strings."""
    for use in module.uses:
        dotted = use.path in _LOST and isinstance(use.node, ast.Attribute) and not use.stored
        if dotted and not lister_decision.decides(module, use):  # TAC108 handles those
            span, changes = module.span(use.node), _dotted(module, project, use)
            advice = f"Use {use.name} of this package."
            yield drafted(span, _REASON.format(use.name), changes, (use,), advice)
    for one in module.imported:
        if one.path in _LOST and isinstance(one.statement, ast.ImportFrom):
            name = one.path.rpartition(".")[2]
            span, changes = module.span(one.alias), _imported(module, project, one, name)
            advice = f"Import {name} from this package."
            yield drafted(span, _REASON.format(name), changes, (one,), advice)
    for start, end, _ in type_texts.mentions(module, _CLASS):
        changes = _ours(module, project, (start, end), _CLASS)
        advice = "Use the one in this package: compat."
        touches = (f"{old_names.ROOT}.{_CLASS}",)
        yield drafted((start, end), _REASON.format(_CLASS), changes, touches, advice)


def _ours(
    module: Module, project: Project, span: tuple[int, int], name: str, use: Use | None = None
) -> Iterator[Change]:
    ours, changes = our_name(module, project, use)
    yield Replace(*span, f"{ours}.{name}")
    yield from changes


def _refuse_old_use(module: Module, project: Project, uses: Iterable[Use]) -> None:
    """Raise if a call is reported by its old name, which no rule would find by the new one."""
    for use in uses:
        if unsettled(module, project, use):
            raise NotProvableError(_TUPLE, advice=_FIRST)
        if (
            path_in_dict(module, project, use.call)
            if use.call is not None
            else any(passed == use.path for _, passed, _ in by_values(module, project))
        ):
            raise NotProvableError(_GIVEN, advice="Rename that to uri, and run again.")


def _dotted(module: Module, project: Project, use: Use) -> Iterator[Change]:
    _refuse_old_use(module, project, [use])
    yield from _ours(module, project, module.span(use.node), use.name, use)


def _imported(module: Module, project: Project, one: Imported, name: str) -> Iterator[Change]:
    if project.hides_us or conditions.in_import_ladder(module, one.statement):
        raise NotProvableError(
            "not changed, because it is one of several attempts, or a module of yours has the "
            "name of one of this package's"
        )
    own = [use for use in module.uses if use.root.id == one.local]
    _refuse_old_use(module, project, own)
    if any(lister_decision.decides(module, use) for use in own):
        raise NotProvableError(
            "not changed, because a decision depends on it (TAC108)",
            advice="Settle that first, and run again.",
        )
    bound = name if one.local == name else f"{name} as {one.local}"
    yield DropName(one)
    yield AddStatement(one.statement, f"from compat import {bound}")


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
