"""Find torchaudio's names in annotations as text: in strings and in type comments."""

import ast
import re
from collections.abc import Iterator

from compat.codemod.source import Module, called, old_names, plain_name

_TYPE_CALLS = {"ForwardRef", "NewType", "TypeAliasType", "TypeVar", "cast"}
_GENERIC = {
    "Annotated", "AsyncIterator", "Awaitable", "Callable", "ClassVar", "Collection", "Coroutine",
    "DefaultDict", "Deque", "Dict", "Final", "FrozenSet", "Generator", "Iterable", "Iterator",
    "List", "Mapping", "MutableMapping", "Optional", "Sequence", "Set", "Tuple", "Type", "Union",
    "dict", "frozenset", "list", "set", "tuple", "type",
}  # fmt: skip
_TYPE_COMMENT = re.compile(r"#\s*type:")


def mentions(module: Module, name: str) -> Iterator[tuple[int, int, str]]:
    """Yield where such annotations have a dotted name of torchaudio, with torchaudio's name."""
    own = [one for one in module.imported if one.scope is module.names.module]
    roots = sorted({one.local for one in own if old_names.ROOT in (one.path, one.local)})
    text, either = module.text.text, "|".join(map(re.escape, roots))
    pattern = re.compile(rf"(?<![\w.])({either})\.{re.escape(name)}(?!\w)")
    if not roots or f".{name}" not in text or pattern.search(text) is None:
        return  # looking for comments takes longer than everything else
    last = name.rpartition(".")[2]
    strings = [one for one in module.strings if last in str(one.value)]
    spans = [module.span(one) for one in strings if is_annotation(module, one)]
    comments = [one for one in module.text.comments if _TYPE_COMMENT.match(text, one.start)]
    spans += [(one.start, one.end) for one in comments]
    found = (match for span in spans for match in pattern.finditer(text, *span))
    yield from ((match.start(), match.end(), match.group(1)) for match in found)


def is_annotation(module: Module, node: ast.AST) -> bool:
    """Return whether a node is part of an annotation, or of a type that is written out elsewhere.

    Examples: ``Optional["..."]``, ``cast("...", x)``.
    """
    below = node
    for above in module.names.chain(node):
        if below in (getattr(above, "annotation", None), getattr(above, "returns", None)):
            return True
        if (
            isinstance(above, ast.Subscript)
            and below is above.slice
            and plain_name(above.value) in _GENERIC
        ):
            return True
        if isinstance(above, ast.Call) and called(above) in _TYPE_CALLS and below is not above.func:
            return True
        if isinstance(above, ast.stmt):
            return False
        below = above
    return False
