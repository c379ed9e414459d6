"""Find code that a version check or ``hasattr()`` makes unreachable for the target.

Code for old and new releases checks which one is there. The arm for other releases than the target
is right as it is, and nothing in it is changed or reported. A check with an unknown outcome
excludes no code.
"""

import ast
import re
from collections.abc import Callable, Iterator

from compat.codemod.source import Kind, Module, called, literal, noted, old_names

_VERSIONS = {
    f"{old_names.ROOT}.__version__",
    f"{old_names.ROOT}.version.__version__",
    "torch.__version__",
    "torch.version.__version__",
}
_READERS = {"importlib.metadata.version", "importlib_metadata.version"}
# functions that a version passes through before it is compared, by the last part of the name
_WRAPPERS = {
    "parse",
    "Version",
    "LooseVersion",
    "StrictVersion",
    "parse_version",
    "V",
    "tuple",
    "list",
    "map",
    "int",
    "str",
    "split",
    "strip",
}
_ORDER: dict[type[ast.cmpop], Callable[[int], bool]] = {
    ast.Lt: lambda side: side < 0,
    ast.LtE: lambda side: side < 0,
    ast.Gt: lambda side: side > 0,
    ast.GtE: lambda side: side >= 0,
}
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
            block = module.siblings(decision)
            yield block[block.index(decision) + 1 :]
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
        kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        if not any(
            isinstance(kind, ast.Name) and kind.id in ("TypeError", "AttributeError")
            for kind in kinds
        ):
            continue
        arms = [attempt.body, handler.body]
        olds = [_calls(module, arm) for arm in arms]
        if sorted(olds, key=str) == [False, True]:
            yield arms[olds.index(True)]


def _calls(module: Module, block: list[ast.stmt]) -> bool | None:
    """Return whether a block calls torchaudio as only old releases allow; ``None`` if never."""
    uses = [
        use
        for use in module.uses
        if use.known and any(module.inside(use.node, one) for one in block)
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
        value = _value(module, test)
        return None if value is None else _truth(module, value, target, depth - 1)
    if isinstance(test, ast.Call):
        return _asked(module, test, target)
    return None


def _asked(module: Module, call: ast.Call, target: str) -> bool | None:
    """Evaluate ``hasattr(torchaudio, "info")`` or ``torchaudio.__version__.startswith("0.7")``."""
    given = [one.value if isinstance(one, ast.Constant) else None for one in call.args]
    if (
        module.names.is_builtin(call.func, "hasattr")
        and len(given) == 2
        and module.names.qualified(call.args[0]) == old_names.ROOT
    ):
        return old_names.has(str(given[1]), target)
    if (
        isinstance(call.func, ast.Attribute)
        and call.func.attr == "startswith"
        and _is_version(module, call.func.value)
    ):
        prefix = given[0] if len(given) == 1 else None
        return False if isinstance(prefix, str) and re.fullmatch(r"[01]\.[\d.]*", prefix) else None
    return None


def _compared(module: Module, test: ast.Compare, target: str) -> bool | None:
    sides = test.left, test.comparators[0]
    order = _ORDER.get(type(test.ops[0]))
    if order is None:
        return None
    versions = [_is_version(module, side) for side in sides]
    literals = [_literal(side) for side in sides]
    for index, turned in ((0, 1), (1, -1)):
        literal = literals[1 - index]
        if versions[index] and literal is not None:
            side = _side(
                old_names.RELEASES[target], literal, is_latest=target == max(old_names.RELEASES)
            )
            return None if side is None else order(side * turned)
    return None


def _side(release: tuple[int, ...], literal: tuple[int, ...], *, is_latest: bool) -> int | None:
    """Return whether a release, with all its patches, is before (-1) or after (1) a version.

    The latest target stands for all later releases too; return ``None`` if the answer varies.
    """
    padded = (*literal, 0, 0)[: max(len(literal), 2)]
    if len(literal) == 1:
        return 1 if release[0] >= literal[0] else -1
    if release != padded[:2]:
        return 1 if release > padded[:2] else None if is_latest else -1
    return None if any(padded[2:]) else 1


def _is_version(module: Module, node: ast.expr, depth: int = 3) -> bool:
    """Return whether an expression is the version of torchaudio in some form.

    torch counts too, since it has the same number.
    """
    if module.names.qualified(node) in _VERSIONS:
        return True
    if isinstance(node, ast.Name):
        value = _value(module, node) if depth else None
        return value is not None and _is_version(module, value, depth - 1)
    if isinstance(node, ast.Call):
        if module.names.qualified(node.func) in _READERS:
            return (
                len(node.args) == 1
                and isinstance(node.args[0], ast.Constant)
                and node.args[0].value in (old_names.ROOT, "torch")
            )
        parts = [*node.args, *([node.func.value] if isinstance(node.func, ast.Attribute) else [])]
        return called(node) in _WRAPPERS and any(_is_version(module, part, depth) for part in parts)
    if isinstance(node, ast.Subscript):
        return (isinstance(node.slice, ast.Slice) or literal(node.slice) == 0) and _is_version(
            module, node.value, depth
        )
    if isinstance(node, ast.Attribute):
        return node.attr in ("release", "version", "major") and _is_version(
            module, node.value, depth
        )
    if isinstance(node, ast.GeneratorExp | ast.ListComp):
        return len(node.generators) == 1 and _is_version(module, node.generators[0].iter, depth)
    return False


def _value(module: Module, name: ast.Name) -> ast.expr | None:
    values = module.assigned(name)
    return values[0] if len(values) == 1 else None


def _literal(node: ast.expr) -> tuple[int, ...] | None:
    if isinstance(node, ast.Call) and len(node.args) == 1:
        return _literal(node.args[0])
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        match = re.match(r"v?(\d+(?:\.\d+)*)", node.value)
        return tuple(int(part) for part in match.group(1).split(".")) if match else None
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return (node.value,)
    if isinstance(node, ast.Tuple | ast.List):
        values = [
            one.value
            for one in node.elts
            if isinstance(one, ast.Constant) and isinstance(one.value, int)
        ]
        return tuple(values) if values and len(values) == len(node.elts) else None
    return None
