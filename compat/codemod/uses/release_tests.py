"""Find code that a version check or ``hasattr()`` makes unreachable for the target.

Code for old and new releases checks which one is there. The arm for other releases than the target
is right as it is, and nothing in it is changed or reported. A check with an unknown outcome
excludes no code.
"""

import ast
import contextlib
import copy
import operator
from collections.abc import Callable, Iterator
from typing import Any

from compat.codemod.source import (
    Kind,
    Module,
    called,
    conditions,
    given,
    literal,
    noted,
    old_names,
    string,
)

_VERSIONS = {
    f"{old_names.ROOT}.__version__",
    f"{old_names.ROOT}.version.__version__",
    "torch.__version__",
    "torch.version.__version__",
}
_READERS = {"importlib.metadata.version", "importlib_metadata.version"}
_PARSERS = {"parse", "Version", "LooseVersion", "StrictVersion", "parse_version", "V"}
_ORDER: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
# an expression is evaluated if it has only these nodes, attributes, and no names but the builtins
_FORMS = (
    ast.Attribute, ast.Call, ast.Constant, ast.GeneratorExp, ast.List, ast.ListComp, ast.Name,
    ast.Slice, ast.Subscript, ast.Tuple, ast.comprehension, ast.expr_context,
)  # fmt: skip
_ATTRIBUTES = {"split", "strip", "startswith", "release", "major", "minor"}
_INSTALLED = "__installed__"
_NAMES = {"__builtins__": {}, "tuple": tuple, "list": list, "map": map, "int": int, "str": str}
# a text without any of these has no check of the release
_ASKING = ("ersion", "hasattr", "TypeError")
_ENDS = (ast.Return, ast.Continue, ast.Break)
_OLD_ARGUMENTS = {"filepath", "offset", "normalization", "out", "precision"}
_OLD_KINDS = {Kind.SETTER, Kind.GETTER, Kind.BACKEND_FUNCTION, Kind.OLD_METADATA, Kind.LOAD_WAV}


@noted
def dead(module: Module, target: str) -> list[tuple[int, int]]:
    """Return the start and end of each part of a module that does not run under a target."""
    if target not in old_names.RELEASES or not any(word in module.text.text for word in _ASKING):
        return []
    return [
        (module.span(block[0])[0], module.span(block[-1])[1])
        for block in _dead_blocks(module, target)
        if block
    ]


def _dead_blocks(module: Module, target: str) -> Iterator[list[ast.stmt] | list[ast.expr]]:
    for decision in module.names.all(ast.If):
        truth = _truth(module, decision.test, target)
        live = decision.body if truth else decision.orelse
        if truth is None or (live and isinstance(live[-1], ast.Raise)):
            continue  # the program refuses the target now, and is to be moved to it all the same
        yield decision.orelse if truth else decision.body
        if live and isinstance(live[-1], _ENDS):
            yield module.following(decision)
    for choice in module.names.all(ast.IfExp):
        truth = _truth(module, choice.test, target)
        if truth is not None:
            yield [choice.orelse if truth else choice.body]
    for several in module.names.all(ast.BoolOp):
        for index, value in enumerate(several.values[:-1]):
            if _truth(module, value, target) is isinstance(several.op, ast.Or):
                yield several.values[index + 1 :]
                break
    for attempt in module.names.all(ast.Try):
        yield from _old_arms(module, attempt)


def _old_arms(module: Module, attempt: ast.Try) -> Iterator[list[ast.stmt]]:
    """Yield the arm that calls as old releases do, if the other one calls as new ones do.

    The arms are the body of a ``try`` and its ``except TypeError`` or ``except AttributeError``.
    """
    for handler in attempt.handlers:
        arms = [attempt.body, handler.body]
        caught = conditions.caught(handler) & {"TypeError", "AttributeError"}
        olds = [_calls(module, arm) for arm in arms] if caught else []
        if sorted(olds, key=str) == [False, True]:
            yield arms[olds.index(True)]


def _calls(module: Module, block: list[ast.stmt]) -> bool | None:
    """Return whether a block calls torchaudio as only old releases allow; ``None`` if never."""
    uses = [
        use
        for use in module.uses
        if use.kind and any(module.inside(use.node, one) for one in block)
    ]
    if not uses:
        return None
    given = {keyword.arg for use in uses if use.call for keyword in use.call.keywords}
    return bool(given & _OLD_ARGUMENTS) or any(use.kind in _OLD_KINDS for use in uses)


# Tests


def _truth(module: Module, test: ast.expr, target: str, depth: int = 3) -> bool | None:
    """Return the result of a test under a target; ``None`` if it is unknown."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        truth = _truth(module, test.operand, target, depth)
        return None if truth is None else not truth
    if isinstance(test, ast.BoolOp):
        found = [_truth(module, value, target, depth) for value in test.values]
        decisive = isinstance(test.op, ast.Or)
        return decisive if decisive in found else None if None in found else not decisive
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return _compared(module, test, target)
    if isinstance(test, ast.Name) and depth:
        value = module.only_assigned(test)
        return None if value is None else _truth(module, value, target, depth - 1)
    if isinstance(test, ast.Call):
        return _asked(module, test, target)
    return None


def _asked(module: Module, call: ast.Call, target: str) -> bool | None:
    """Evaluate ``hasattr(torchaudio, "info")`` or ``torchaudio.__version__.startswith("0.7")``."""
    if module.names.is_builtin(call.func, "hasattr") and len(call.args) == 2:
        ours = module.names.qualified(call.args[0]) == old_names.ROOT
        return old_names.has(str(literal(call.args[1])), target) if ours else None
    found = _values(module, call, target) if called(call) == "startswith" else []
    return False if found and not any(found) else None


def _compared(module: Module, test: ast.Compare, target: str) -> bool | None:
    order = _ORDER.get(type(test.ops[0]))
    if order is None:
        return None
    pair = ast.Tuple([test.left, test.comparators[0]], ast.Load())
    found = set()
    for pair_of_values in _values(module, pair, target):
        sides = [_version(one) if isinstance(one, str) else one for one in pair_of_values]
        with contextlib.suppress(TypeError):
            found.add(order(*sides))
    return found.pop() if len(found) == 1 else None


def _values(module: Module, node: ast.expr, target: str) -> list[Any]:
    """Return an expression's values in the releases of a target; none if it has no version.

    The latest target stands for all later releases too.
    """
    form = _form(module, node)
    parts = [*ast.walk(form)]
    if not any(isinstance(one, ast.Name) and one.id == _INSTALLED for one in parts) or not all(
        isinstance(one, _FORMS) and getattr(one, "attr", "split") in _ATTRIBUTES for one in parts
    ):
        return []
    code = compile(ast.fix_missing_locations(ast.Expression(form)), "<test>", "eval")
    later = ("2.99.0", "3.0.0") if target == max(old_names.RELEASES) else ()
    found: list[Any] = []
    for build in ("+cpu", ""):  # some tests can read only a version without it
        for release in (f"{target}.0", f"{target}.9", *later) if not found else ():
            names = {**_NAMES, "parse": _version, _INSTALLED: release + build}
            with contextlib.suppress(Exception):  # it fails there, or has an unknown name
                found.append(eval(code, names))
    return found


def _form(module: Module, node: ast.expr, depth: int = 3) -> ast.expr:
    """Return an expression with a plain name for the version, and with values for other names.

    The version of torch counts too, since it has the same number.
    """
    put: dict[int, Any] = {}
    for one in ast.walk(node):
        if module.names.qualified(one) in _VERSIONS or _reads(module, one):
            put[id(one)] = ast.Name(_INSTALLED, ast.Load())
        elif isinstance(one, ast.Call) and called(one) in _PARSERS:
            put[id(one.func)] = ast.Name("parse", ast.Load())
        elif depth and (value := module.only_assigned(one)):
            put[id(one)] = _form(module, value, depth - 1)
    return copy.deepcopy(node, put) if put else node


def _reads(module: Module, node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and module.names.qualified(node.func) in _READERS
        and string(given(node, "distribution_name", 0)) in (old_names.ROOT, "torch")
    )


def _version(text: str) -> object:
    from packaging.version import Version

    return Version(text)
