"""Find an expression's kind within its own function: a path, a path object, an open file, a number.

``uses.passed_values`` finds what callers pass to a function. Without evidence the kind is unknown,
and a rule that needs to know it changes nothing.
"""

import ast
import re

from compat.codemod.source import integers
from compat.codemod.source.calls import called, literal
from compat.codemod.source.module import Module
from compat.codemod.source.scopes import AnyFunction

STRING, PATHLIB, FILE, NUMBER, INTEGERS, UNKNOWN = (
    "string",
    "pathlib",
    "file",
    "number",
    "integers",
    "unknown",
)

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
_PATH_METHODS = {
    "with_suffix",
    "with_name",
    "joinpath",
    "absolute",
    "expanduser",
    "rglob",
    "iterdir",
    "with_stem",
}
_CONTAINERS = ("sorted", "list", "tuple", "set", "reversed", "next", "iter")
_FILE_METHODS = {"open", "extractfile", "makefile"}
_STRING_METHODS = {"as_posix", "as_uri", "format", "strip", "rstrip", "lstrip", "lower", "decode"}
_ATTRIBUTES = {
    "stdout": FILE,
    "stdin": FILE,
    "raw": FILE,
    "buffer": FILE,
    "parent": PATHLIB,
    "name": STRING,
    "stem": STRING,
}
_ANNOTATIONS = (
    (
        FILE,
        re.compile(
            r"\b(BytesIO|BinaryIO|IO|IOBase|BufferedReader|BufferedIOBase|RawIOBase|FileIO)\b"
        ),
    ),
    (PATHLIB, re.compile(r"\b(Path|PurePath|PosixPath|PathLike|StrPath)\b")),
    (STRING, re.compile(r"\A(typing\.)?(Optional\[)?str\]?\Z")),
)


def of_annotation(text: str) -> str:
    """Return the kind an annotation names: an open file before a path object before a string."""
    return next((kind for kind, pattern in _ANNOTATIONS if pattern.search(text)), UNKNOWN)


def of(module: Module, node: ast.AST, depth: int = 4) -> str:
    """Return the kind of an expression."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str | bytes):
            return STRING
        return (
            NUMBER
            if isinstance(node.value, int | float) and not isinstance(node.value, bool)
            else UNKNOWN
        )
    if isinstance(node, ast.JoinedStr):
        return STRING
    if isinstance(node, ast.UnaryOp):
        return NUMBER if of(module, node.operand, depth) == NUMBER else UNKNOWN
    if isinstance(node, ast.Call):
        return _of_call(module, node, depth)
    if isinstance(node, ast.BinOp):
        return _of_operation(node.op, {of(module, node.left, depth), of(module, node.right, depth)})
    if isinstance(node, ast.IfExp):
        return strongest([of(module, node.body, depth), of(module, node.orelse, depth)])
    if isinstance(node, ast.NamedExpr):
        return of(module, node.value, depth)
    if isinstance(node, ast.Name) and depth:
        return strongest(
            [
                _of_binding(module, binding.node, depth - 1)
                for binding in module.names.bindings(node)
            ]
        )
    if isinstance(node, ast.Attribute) and depth:
        return _of_attribute(module, node, depth - 1)
    if isinstance(node, ast.Subscript) and depth:
        return _of_item(module, node, depth - 1)
    if isinstance(node, ast.List | ast.Tuple | ast.Set) and depth:
        return strongest([of(module, one, depth - 1) for one in node.elts])
    if isinstance(node, ast.ListComp | ast.GeneratorExp | ast.SetComp) and depth:
        return of(module, node.elt, depth - 1)
    return UNKNOWN


def _of_operation(operator: ast.operator, sides: set[str]) -> str:
    divides = isinstance(operator, ast.Div)
    if divides and PATHLIB in sides:
        return PATHLIB
    if INTEGERS in sides and not divides and sides <= {INTEGERS, NUMBER}:
        return INTEGERS
    return STRING if isinstance(operator, ast.Add | ast.Mod) and STRING in sides else UNKNOWN


def _of_item(module: Module, node: ast.Subscript, depth: int) -> str:
    loaded = integers.loaded(module, node.value)
    if loaded is None:
        return of(module, node.value, depth)
    return INTEGERS if loaded == literal(node.slice) else UNKNOWN


def _of_attribute(module: Module, node: ast.Attribute, depth: int) -> str:
    """Return an attribute's kind, by the module's assignments to that name and class bodies."""
    if node.attr in ("T", "mT", "data"):
        return of(module, node.value, depth)
    if node.attr in _ATTRIBUTES:
        return _ATTRIBUTES[node.attr]
    found = []
    stored = [
        one
        for one in module.names.all(ast.Attribute)
        if one.attr == node.attr and not isinstance(one.ctx, ast.Load)
    ]
    for parent in map(module.names.parents.get, stored):
        if isinstance(parent, ast.Assign):
            found.append(of(module, parent.value, depth))
        elif isinstance(parent, ast.AnnAssign):
            found.append(of_annotation(module.segment(parent.annotation)))
    for scope in module.names.scope_made_by.values():
        if scope.kind == "class" and node.attr in scope.bindings:
            found += [
                _of_binding(module, binding.node, depth) for binding in scope.bindings[node.attr]
            ]
    return strongest(found)


def returned(module: Module, function: str, depth: int = 3) -> list[str]:
    """Return the kinds that functions of this name in a module return."""
    found = []
    given: list[ast.Return | ast.Yield] = [
        *module.names.all(ast.Return),
        *module.names.all(ast.Yield),
    ]
    for node in module.functions:
        if node.name == function:
            if node.returns is not None:
                found.append(of_annotation(module.segment(node.returns)))
            found += [
                of(module, one.value, depth)
                for one in given
                if one.value is not None and module.function_of(one) is node
            ]
    return found


def _of_call(module: Module, node: ast.Call, depth: int) -> str:
    qualified = module.names.qualified(node.func)
    if qualified in _MAKERS:
        return _MAKERS[qualified]
    if module.names.is_builtin(node.func, "open"):
        return FILE
    if module.names.is_builtin(node.func, "str"):
        return STRING
    if node.args and any(module.names.is_builtin(node.func, name) for name in _CONTAINERS):
        return of(module, node.args[0], depth)
    if integers.makes(module, node) or INTEGERS in [
        of(module, one, depth) for one in integers.same_as(node)
    ]:
        return INTEGERS
    if isinstance(node.func, ast.Attribute):
        method, owner = node.func.attr, node.func.value
        if method in _PATH_METHODS:
            return PATHLIB
        if method in _FILE_METHODS:
            return FILE
        if method in _STRING_METHODS:
            return STRING
        kind = of(module, owner, depth)
        if method in ("resolve", "glob") and kind == PATHLIB:
            return PATHLIB
    name = called(node)
    return strongest(returned(module, name, depth - 1)) if name and depth else UNKNOWN


def _of_binding(module: Module, at: ast.AST, depth: int) -> str:
    parent = module.names.parents.get(at)
    if isinstance(at, ast.arg):
        return of_annotation(module.segment(at.annotation)) if at.annotation else UNKNOWN
    if isinstance(parent, ast.Assign) and at in parent.targets:
        return of(module, parent.value, depth)
    above = module.names.parents.get(parent) if isinstance(parent, ast.Tuple) else None
    if isinstance(above, ast.Assign) and isinstance(parent, ast.Tuple):
        return (
            INTEGERS if integers.loaded(module, above.value) == parent.elts.index(at) else UNKNOWN  # type: ignore[arg-type]
        )
    if isinstance(parent, ast.AnnAssign):
        said = [of_annotation(module.segment(parent.annotation))]
        return strongest([*said, of(module, parent.value, depth)] if parent.value else said)
    if isinstance(parent, ast.withitem):
        return of(module, parent.context_expr, depth)
    if isinstance(at, ast.NamedExpr) or isinstance(parent, ast.NamedExpr):
        return of(module, at.value if isinstance(at, ast.NamedExpr) else parent.value, depth)  # type: ignore[union-attr]
    if isinstance(parent, ast.For | ast.AsyncFor | ast.comprehension) and at is parent.target:
        return of(module, parent.iter, depth)
    return UNKNOWN


def strongest(kinds: list[str]) -> str:
    """Return the kind to assume for several: one that a rule must know about wins."""
    for kind in (FILE, PATHLIB, INTEGERS):
        if kind in kinds:
            return kind
    return kinds[0] if kinds and len(set(kinds)) == 1 else UNKNOWN


def parameter(module: Module, node: ast.AST) -> tuple[AnyFunction, int | None, str] | None:
    """Return function, position and name of the parameter that an expression is, or ``None``."""
    for binding in module.names.bindings(node):
        arguments = module.names.parents[binding.node]
        if isinstance(binding.node, ast.arg) and isinstance(arguments, ast.arguments):
            function: AnyFunction = module.names.parents[arguments]  # type: ignore[assignment]
            positional = [*arguments.posonlyargs, *arguments.args]
            index = positional.index(binding.node) if binding.node in positional else None
            return function, index, binding.node.arg
    return None
