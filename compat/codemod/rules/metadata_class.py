"""``AudioMetaData`` from ``torchaudio.backend.common``."""

import ast
import re
from collections.abc import Iterator

from compat.codemod.rule import MODERN, AddStatement, Change, Draft, Imported, Kind, Level, Module, Project, Replace, Rule, Use, Valid
from compat.codemod.source import conditions, old_names
from compat.codemod.uses import type_texts

_BELOW = "backend.common.AudioMetaData"
_OLD = f"{old_names.ROOT}.{_BELOW}"
_REASON = "torchaudio.backend is deprecated from 2.1 on and gone in 2.9; the class is torchaudio.AudioMetaData"


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Imports, dotted names, annotations in strings and type comments."""
    for one in module.imported:
        if one.path == _OLD and isinstance(one.statement, ast.ImportFrom):
            yield _import(module, one, one.statement)
    for use in module.of(Kind.OLD_METADATA):
        if isinstance(use.node, ast.Attribute) and not use.stored:
            yield Draft(module.span(use.node), _REASON, changes=tuple(_dotted(module, use)), touches=(use,))
    for start, end, root in type_texts.mentions(module, _BELOW):
        yield Draft((start, end), _REASON, changes=(Replace(start, end, f"{root}.AudioMetaData"),), touches=(_OLD,))


def _import(module: Module, one: Imported, statement: ast.ImportFrom) -> Draft:
    start, end = module.span(statement)
    home = re.compile(r"from[ \t]+(torchaudio\.backend\.common)[ \t]").match(module.text.text, start)
    if conditions.in_import_ladder(module, statement):
        return Draft((start, end), _REASON, "It is one of several attempts to import it; put torchaudio.AudioMetaData first.")
    if home is None or len(statement.names) > 1:
        return Draft((start, end), _REASON, "Import it from torchaudio.")
    return Draft((start, end), _REASON, changes=(Replace(*home.span(1), old_names.ROOT),), touches=(one,))


def _dotted(module: Module, use: Use) -> Iterator[Change]:
    name = module.torchaudio_at(use)
    if name is None:
        own = next(one for one in module.imported if one.local == use.root.id)
        yield AddStatement(own.statement, f"import {old_names.ROOT}")
    yield Replace(*module.span(use.node), f"{name or old_names.ROOT}.AudioMetaData")


RULE = Rule(
    id="TAC112",
    title="Take AudioMetaData from torchaudio itself",
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
    from torchaudio import AudioMetaData
except ImportError:
    from torchaudio.backend.common import AudioMetaData
""",
            reported=True,
        ),
    ),
    explanation="""\
From 2.1 to 2.8 the class stands at the top of torchaudio; for 2.9, which has lost it, it comes from this package (TAC129).
In a ladder of imports with ImportError it is only reported.
""",
    check=check,
)
