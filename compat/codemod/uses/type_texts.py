"""torchaudio's names in annotations that are text: in strings, and in the type comments of older Python."""

import ast
import re
from collections.abc import Iterator

from compat.codemod.source import old_names
from compat.codemod.source.module import Module

_TYPE_COMMENT = re.compile(r"#\s*type:")


def mentions(module: Module, name: str) -> Iterator[tuple[int, int, str]]:
    """Where a dotted name of torchaudio stands in such an annotation, and what torchaudio is called there."""
    last = name.rpartition(".")[2]
    roots = {one.local for one in module.imported if _is_root(one.path, one.local) and one.scope is module.names.module}
    spans = None
    for root in sorted(roots):
        pattern = re.compile(rf"(?<![\w.]){re.escape(f'{root}.{name}')}(?!\w)")
        if pattern.search(module.text.text) is None:
            continue  # to look for comments takes longer than all else
        if spans is None:
            spans = [module.span(node) for node in module.strings if last in str(node.value) and is_annotation(module, node)]
            spans += [(c.start, c.end) for c in module.text.comments if _TYPE_COMMENT.match(module.text.text, c.start)]
        for start, end in spans:
            for match in pattern.finditer(module.text.text, start, end):
                yield match.start(), match.end(), root


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


def _is_root(path: str, local: str) -> bool:
    return path == old_names.ROOT or local == old_names.ROOT
