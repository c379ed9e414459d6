"""``AudioMetaData`` from ``torchaudio.backend.common`` (patterns, row 12)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from compat.codemod import api, common
from compat.codemod.changes import AddStatement, Change, Replace
from compat.codemod.findings import Draft, Level
from compat.codemod.module import Module, Use
from compat.codemod.project import Project
from compat.codemod.registry import MODERN, Rule

_OLD = "torchaudio.backend.common.AudioMetaData"
_REASON = "torchaudio.backend is deprecated from 2.1 on and gone in 2.9; the class is torchaudio.AudioMetaData"


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Imports, dotted names, annotations in strings and type comments."""
    for one in module.imported:
        if one.path == _OLD and isinstance(one.statement, ast.ImportFrom):
            yield _import(module, one.statement)
    for use in module.of("old metadata"):
        if isinstance(use.node, ast.Attribute) and not use.stored:
            yield Draft(module.span(use.node), _REASON, changes=tuple(_dotted(module, use)))
    for start in _in_texts(module):
        yield Draft((start, start + len(_OLD)), _REASON, changes=(Replace(start, start + len(_OLD), "torchaudio.AudioMetaData"),))


def _import(module: Module, statement: ast.ImportFrom) -> Draft:
    start, end = module.span(statement)
    home = re.compile(r"from[ \t]+(torchaudio\.backend\.common)[ \t]").match(module.text.text, start)
    if common.in_import_ladder(module, statement):
        return Draft((start, end), _REASON, "It is one of several attempts to import it; put torchaudio.AudioMetaData first.")
    if home is None or len(statement.names) > 1:
        return Draft((start, end), _REASON, "Import it from torchaudio.")
    return Draft((start, end), _REASON, changes=(Replace(*home.span(1), api.ROOT),))


def _dotted(module: Module, use: Use) -> Iterator[Change]:
    name = module.torchaudio_at(use)
    if name is None:
        own = next(one for one in module.imported if one.local == use.root.id)
        yield AddStatement(own.statement, f"import {api.ROOT}")
    yield Replace(*module.span(use.node), f"{name or api.ROOT}.AudioMetaData")


def _in_texts(module: Module) -> Iterator[int]:
    """Where the old name stands in an annotation that is a string, or in a type comment."""
    if _OLD not in module.text.text or not any(one.local == api.ROOT and one.scope is module.names.module for one in module.imported):
        return
    spans = [module.span(node) for node in module.strings if _OLD in str(node.value) and is_annotation(module, node)]
    spans += [(c.start, c.end) for c in module.text.comments if re.match(r"#\s*type:", module.text.text[c.start : c.end])]
    for start, end in spans:
        for match in re.finditer(rf"(?<![\w.]){re.escape(_OLD)}(?!\w)", module.text.text[start:end]):
            yield start + match.start()


def is_annotation(module: Module, node: ast.AST) -> bool:
    """Whether a node is part of an annotation."""
    below = node
    for above in module.names.chain(node):
        if below in (getattr(above, "annotation", None), getattr(above, "returns", None)):
            return True
        if isinstance(above, ast.stmt):
            return False
        below = above
    return False


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
    explanation="""\
From 2.1 to 2.8 the class stands at the top of torchaudio; for 2.9, which has lost it, it comes from this package (TAC129).
In a ladder of imports with ImportError it is only reported.
""",
    check=check,
)
