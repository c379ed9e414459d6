"""The methods that Python calls implicitly: in tests, formatting, assignments, matching."""

import ast
from collections.abc import Iterator

_TRUTH = frozenset({"__bool__", "__len__"})
_ITERATION = frozenset({"__iter__", "__next__", "__getitem__"})
_OPERATORS = (
    "add",
    "sub",
    "mul",
    "matmul",
    "truediv",
    "floordiv",
    "mod",
    "pow",
    "lshift",
    "rshift",
    "and",
    "xor",
    "or",
)
# the methods called by builtins that only inspect their arguments
LOOKS = _TRUTH | {
    "__str__", "__repr__", "__format__", "__int__", "__float__", "__index__", "__abs__",
    "__round__", "__hash__", "__iter__", "__next__", "__bytes__", "__fspath__", "__getattr__",
    "__instancecheck__", "__subclasscheck__", "__dir__", "keys",
}  # fmt: skip
_BY_NODE: dict[type[ast.AST], frozenset[str]] = {
    **dict.fromkeys((ast.If, ast.While, ast.IfExp, ast.BoolOp, ast.Assert), _TRUTH),
    ast.FormattedValue: LOOKS,
    ast.Match: _ITERATION | {"__eq__", "__len__", "__instancecheck__", "__getattr__"},
    ast.AugAssign: frozenset(f"__{kind}{name}__" for kind in ("", "i", "r") for name in _OPERATORS),
    ast.ClassDef: frozenset({"__set_name__"}),
    **dict.fromkeys(
        (ast.Set, ast.Dict), frozenset({"__hash__", "__eq__", "__getitem__", "__iter__", "keys"})
    ),
}
_ENUMS = {"Enum", "IntEnum", "StrEnum", "Flag", "IntFlag"}


def called_by(node: ast.AST) -> Iterator[str]:
    """Yield the names of the methods that a statement or expression may call implicitly."""
    yield from _BY_NODE.get(type(node), ())
    if isinstance(node, ast.Assign | ast.Delete):
        for target in node.targets:
            yield from _of_target(target)
    elif isinstance(node, ast.MatchClass):
        yield from node.kwd_attrs
    elif isinstance(node, ast.AnnAssign | ast.AugAssign):
        yield from _of_target(node.target)


def _of_target(target: ast.expr) -> Iterator[str]:
    if isinstance(target, ast.Tuple | ast.List):
        yield from _ITERATION
        for one in target.elts:
            yield from _of_target(one)
    elif isinstance(target, ast.Attribute):
        yield from (target.attr, "__setattr__", "__set__", "__delattr__", "__delete__")
    elif isinstance(target, ast.Subscript):
        yield from ("__setitem__", "__delitem__")


def is_enum(node: ast.ClassDef) -> bool:
    """Return whether a class is an enum: defining it already calls its own methods."""
    return any(
        (one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "")) in _ENUMS
        for one in node.bases
    )
