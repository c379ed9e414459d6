"""What an expression gives, as far as its own function shows: a path in a string, a path object, an open file, a number.

What the callers of a function pass is in ``project``. Where nothing speaks for anything the kind is unknown, and a rule
that needs to know leaves its hands off.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from compat.codemod.scopes import AnyFunction, all_arguments

if TYPE_CHECKING:
    from compat.codemod.module import Module

STRING, PATHLIB, FILE, NUMBER, INTEGERS, UNKNOWN = "string", "pathlib", "file", "number", "integers", "unknown"

_MAKERS = {
    "io.BytesIO": FILE,
    "io.BufferedReader": FILE,
    "io.open": FILE,
    "tempfile.TemporaryFile": FILE,
    "tempfile.NamedTemporaryFile": FILE,
    "tempfile.SpooledTemporaryFile": FILE,
    "urllib.request.urlopen": FILE,
    "fsspec.open": FILE,
    "gzip.open": FILE,
    "pathlib.Path": PATHLIB,
    "pathlib.PurePath": PATHLIB,
    "pathlib.PosixPath": PATHLIB,
    "os.path.join": STRING,
    "os.path.abspath": STRING,
    "os.path.expanduser": STRING,
    "os.fspath": STRING,
    "glob.glob": STRING,
}
_PATH_METHODS = {"with_suffix", "with_name", "joinpath", "absolute", "expanduser", "rglob", "iterdir", "with_stem"}
_ANNOTATIONS = (
    (FILE, re.compile(r"\b(BytesIO|BinaryIO|IO|IOBase|BufferedReader|BufferedIOBase|RawIOBase|FileIO)\b")),
    (PATHLIB, re.compile(r"\b(Path|PurePath|PosixPath|PathLike|StrPath)\b")),
    (STRING, re.compile(r"\A(typing\.)?(Optional\[)?str\]?\Z")),
)
_INTEGER_DTYPES = {"int8", "int16", "int32", "int64", "uint8", "short", "int", "long"}
_INTEGER_METHODS = {"short", "int", "long", "byte", "char"}


def of_annotation(text: str) -> str:
    """The kind that an annotation speaks of; an open file weighs more than a path object, that more than a string."""
    return next((kind for kind, pattern in _ANNOTATIONS if pattern.search(text)), UNKNOWN)


def of(module: Module, node: ast.AST, depth: int = 4) -> str:
    """The kind of an expression."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str | bytes):
            return STRING
        return NUMBER if isinstance(node.value, int | float) and not isinstance(node.value, bool) else UNKNOWN
    if isinstance(node, ast.JoinedStr):
        return STRING
    if isinstance(node, ast.UnaryOp):
        return NUMBER if of(module, node.operand, depth) == NUMBER else UNKNOWN
    if isinstance(node, ast.Call):
        return _of_call(module, node, depth)
    if isinstance(node, ast.BinOp):
        sides = {of(module, node.left, depth), of(module, node.right, depth)}
        if isinstance(node.op, ast.Div) and PATHLIB in sides:
            return PATHLIB
        return STRING if isinstance(node.op, ast.Add | ast.Mod) and STRING in sides else UNKNOWN
    if isinstance(node, ast.IfExp):
        return strongest([of(module, node.body, depth), of(module, node.orelse, depth)])
    if isinstance(node, ast.NamedExpr):
        return of(module, node.value, depth)
    if isinstance(node, ast.Name) and depth:
        return _of_name(module, node, depth - 1)
    return UNKNOWN


def _of_call(module: Module, node: ast.Call, depth: int) -> str:
    qualified = module.names.qualified(node.func)
    if qualified in _MAKERS:
        return _MAKERS[qualified]
    if module.names.is_builtin(node.func, "open"):
        return FILE
    if module.names.is_builtin(node.func, "str"):
        return STRING
    if module.names.is_builtin(node.func, "sorted") and node.args:
        return of(module, node.args[0], depth)
    if isinstance(node.func, ast.Attribute):
        method, owner = node.func.attr, node.func.value
        if method in _INTEGER_METHODS and not node.args:
            return INTEGERS
        if method in ("to", "type", "astype") and any(_is_integer_dtype(argument) for argument in node.args):
            return INTEGERS
        if method in _PATH_METHODS:
            return PATHLIB
        kind = of(module, owner, depth)
        if method == "open" and kind == PATHLIB:
            return FILE
        if method in ("resolve", "glob") and kind == PATHLIB:
            return PATHLIB
        if method == "extractfile":
            return FILE
    if any(keyword.arg == "dtype" and _is_integer_dtype(keyword.value) for keyword in node.keywords):
        return INTEGERS
    return UNKNOWN


def _is_integer_dtype(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in _INTEGER_DTYPES


def _of_name(module: Module, node: ast.Name, depth: int) -> str:
    kinds = []
    for binding in module.names.bindings(node):
        at = binding.node
        parent = module.names.parents.get(at)
        if isinstance(at, ast.arg):
            kinds.append(of_annotation(module.segment(at.annotation)) if at.annotation else UNKNOWN)
        elif isinstance(parent, ast.Assign) and at in parent.targets:
            kinds.append(of(module, parent.value, depth))
        elif isinstance(parent, ast.AnnAssign):
            kinds.append(of_annotation(module.segment(parent.annotation)))
            if parent.value:
                kinds.append(of(module, parent.value, depth))
        elif isinstance(parent, ast.withitem | ast.NamedExpr):
            kinds.append(of(module, parent.context_expr if isinstance(parent, ast.withitem) else parent.value, depth))
        elif isinstance(parent, ast.For | ast.AsyncFor | ast.comprehension) and at is parent.target:
            kinds.append(of(module, parent.iter, depth))
        else:
            kinds.append(UNKNOWN)
    return strongest(kinds)


def strongest(kinds: list[str]) -> str:
    """The kind to reckon with, of all that may come: what a rule must know of wins over what is harmless."""
    for kind in (FILE, PATHLIB, INTEGERS):
        if kind in kinds:
            return kind
    return kinds[0] if kinds and len(set(kinds)) == 1 else UNKNOWN


def parameter(module: Module, node: ast.AST) -> tuple[AnyFunction, int | None, str] | None:
    """The function, position and name of the parameter that an expression is, where it is one."""
    if not isinstance(node, ast.Name):
        return None
    for binding in module.names.bindings(node):
        if isinstance(binding.node, ast.arg):
            arguments = module.names.parents[binding.node]
            function = module.names.parents[arguments]
            if isinstance(arguments, ast.arguments) and isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                positional = [*arguments.posonlyargs, *arguments.args]
                index = positional.index(binding.node) if binding.node in positional else None
                if binding.node in all_arguments(arguments):
                    return function, index, binding.node.arg
    return None
