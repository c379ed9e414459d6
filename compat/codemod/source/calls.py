"""What a call is given: its keywords, the constants among its arguments, the plain name of what is called."""

import ast

from compat.codemod.source.tree import Tree


def literal(node: ast.AST | None) -> object:
    """The value of a constant, a signed number included; ``...`` where it is not one."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        value = node.operand.value
        return -value if isinstance(value, int | float) else ...
    return node.value if isinstance(node, ast.Constant) else ...


def string(node: ast.AST | None) -> str:
    """The value of a string constant; nothing where it is not one."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def keyword(call: ast.Call, name: str) -> ast.keyword | None:
    """A keyword argument by name."""
    return next((one for one in call.keywords if one.arg == name), None)


def starred(call: ast.Call) -> bool:
    """Tell whether some arguments are passed as ``*args`` or ``**kwargs``, so that not all are seen."""
    return any(isinstance(one, ast.Starred) for one in call.args) or any(one.arg is None for one in call.keywords)


def plain_name(node: ast.AST | None) -> str:
    """The last part of a name or a dotted name; nothing where it is neither."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def called(node: ast.AST | None) -> str:
    """The plain name of what is called; nothing where it has none."""
    return plain_name(node.func) if isinstance(node, ast.Call) else ""


def is_dict_with(module: Tree, value: ast.expr, name: str) -> bool:
    """Tell whether an expression is a dict that is written out with a key."""
    if isinstance(value, ast.Dict):
        return any(literal(key) == name for key in value.keys)
    return isinstance(value, ast.Call) and module.names.is_builtin(value.func, "dict") and keyword(value, name) is not None
