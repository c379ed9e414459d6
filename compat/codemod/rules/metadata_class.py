"""Take ``AudioMetaData`` and ``list_audio_backends`` from torchaudio, not torchaudio.backend."""

import ast
from collections.abc import Iterator

from compat.codemod.rule import (
    MODERN,
    AddStatement,
    Change,
    Draft,
    DropName,
    Imported,
    Kind,
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
    torchaudio_name,
    type_texts,
)

_REASON = "torchaudio.backend is deprecated from 2.1 on; this name is now torchaudio.{}"
_BELOW = "backend.common.AudioMetaData"
_OLD = f"{old_names.ROOT}.{_BELOW}"
_MOVED = {
    path: known.name
    for path, known in old_names.KNOWN.items()
    if known.kind == Kind.OLD_METADATA or (known.kind == Kind.LISTER and path.count(".") > 1)
}


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Rewrite imports, dotted names, annotations in strings and type comments."""
    for one in module.imported:
        if (
            one.path in _MOVED
            and isinstance(one.statement, ast.ImportFrom)
            and not _is_second(module, one)
        ):
            span, changes = module.span(one.alias), _moved(module, one)
            yield drafted(span, _REASON.format(_MOVED[one.path]), changes, (one,), "")
    for use in module.uses:
        if use.path in _MOVED and isinstance(use.node, ast.Attribute) and not use.stored:
            span, advice = module.span(use.node), f"Take {use.name} from torchaudio."
            yield drafted(span, _REASON.format(use.name), _dotted(module, use), (use,), advice)
    for start, end, root in type_texts.mentions(module, _BELOW):
        name = _MOVED[_OLD]
        yield Draft(
            (start, end),
            _REASON.format(name),
            changes=(Replace(start, end, f"{root}.{name}"),),
            touches=(_OLD,),
        )


def _is_second(module: Module, one: Imported) -> bool:
    """Return whether it is tried only after the same name of torchaudio itself."""
    around = module.names.chain(one.statement)
    handler = next((above for above in around if isinstance(above, ast.ExceptHandler)), None)
    attempt = module.names.parents.get(handler) if handler else None
    return isinstance(attempt, ast.Try) and any(
        first.path == f"{old_names.ROOT}.{_MOVED[one.path]}"
        and first.local == one.local
        and first.statement in attempt.body
        for first in module.imported
    )


def _moved(module: Module, one: Imported) -> Iterator[Change]:
    name = _MOVED[one.path]
    if conditions.in_import_ladder(module, one.statement):
        raise NotProvableError(
            "it is one of several attempts to import the name",
            advice=f"Put torchaudio.{name} first.",
        )
    bound = name if one.local == name else f"{name} as {one.local}"
    yield DropName(one)
    yield AddStatement(one.statement, f"from {old_names.ROOT} import {bound}")


def _dotted(module: Module, use: Use) -> Iterator[Change]:
    name, changes = torchaudio_name(module, use)
    yield from changes
    yield Replace(*module.span(use.node), f"{name}.{use.name}")


RULE = Rule(
    id="TAC112",
    title="Take AudioMetaData and list_audio_backends from torchaudio itself",
    level=Level.SAFE,
    targets=MODERN,
    before="""\
from torchaudio.backend.common import AudioMetaData


def seconds(meta: AudioMetaData) -> float:
    return meta.num_frames / meta.sample_rate
""",
    after="""\
from torchaudio import AudioMetaData


def seconds(meta: AudioMetaData) -> float:
    return meta.num_frames / meta.sample_rate
""",
    valid=(
        Valid(
            "it is one of several attempts to import it",
            """\
try:
    from torchaudio.backend.common import AudioMetaData
except ImportError:
    from torchaudio import AudioMetaData
""",
            reported=True,
        ),
        Valid(
            "it is tried only where torchaudio itself lacks it",
            """\
try:
    from torchaudio import AudioMetaData
except ImportError:
    from torchaudio.backend.common import AudioMetaData
""",
        ),
    ),
    explanation="""\
From 2.1 to 2.8 both names are in torchaudio itself, and torchaudio.backend loses them. 2.9 has
neither; there they come from this package (TAC129). If the import is one of several in a `try` with
`except ImportError`, it is only reported; and if torchaudio itself is tried first, nothing has to
change.
""",
    check=check,
)
