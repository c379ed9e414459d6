"""Read what a call is given: keywords, constants, and the plain name of its function."""

import ast

from compat.codemod.source.tree import Tree


def literal(node: ast.AST | None) -> object:
    """Return the value of a constant, also of a signed number; ``...`` for anything else."""
    if (
        isinstance(node, ast.UnaryOp)
        and isinstance(node.op, ast.USub)
        and isinstance(node.operand, ast.Constant)
    ):
        value = node.operand.value
        return -value if isinstance(value, int | float) else ...
    return node.value if isinstance(node, ast.Constant) else ...


def string(node: ast.AST | None) -> str:
    """Return the value of a string constant; an empty string for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def keyword(call: ast.Call, name: str) -> ast.keyword | None:
    """Return a keyword argument by name, or ``None``."""
    return next((one for one in call.keywords if one.arg == name), None)


def given(call: ast.Call, name: str, position: int | None = None) -> ast.expr | None:
    """Return the value of an argument that is written out, by name or at a position."""
    named = keyword(call, name)
    if named is None and position is not None:
        return next(iter(call.args[position : position + 1]), None)
    return named.value if named else None


def starred(call: ast.Call) -> bool:
    """Return whether a call has ``*args`` or ``**kwargs``, which may hide arguments."""
    return any(isinstance(one, ast.Starred) for one in call.args) or any(
        one.arg is None for one in call.keywords
    )


def plain_name(node: ast.AST | None) -> str:
    """Return the last part of a name or dotted name; an empty string for anything else."""
    return (
        node.id
        if isinstance(node, ast.Name)
        else node.attr
        if isinstance(node, ast.Attribute)
        else ""
    )


def called(node: ast.AST | None) -> str:
    """Return the plain name of the called function; an empty string if it has none."""
    return plain_name(node.func) if isinstance(node, ast.Call) else ""


def is_dict_with(module: Tree, value: ast.expr, name: str) -> bool:
    """Return whether an expression is a literal dict, or a call of ``dict``, with this key."""
    if isinstance(value, ast.Dict):
        return any(literal(key) == name for key in value.keys)
    return (
        isinstance(value, ast.Call)
        and module.names.is_builtin(value.func, "dict")
        and keyword(value, name) is not None
    )
