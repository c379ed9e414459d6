"""What a module puts in the place of torchaudio's functions, or of the whole of it: mocks, patches, assignments."""

from __future__ import annotations

import ast
import dataclasses
import re
from collections.abc import Iterator

from compat.codemod import api
from compat.codemod.findings import Place
from compat.codemod.module import Module

_REPLACERS = re.compile(r"patch|setattr|setitem|delattr|\bobject\b|spy|stub|replace|swap_attr", re.I)
_MODULES = re.compile(r"(?:\A|[._])modules\Z|\A_?(?:sys)?mods?\Z", re.I)
_TARGET = re.compile(r"(?:\A|.*\.)torchaudio(?:\.backend\.\w+|\.backend)?(?:\.(\w+))?\Z")


@dataclasses.dataclass(frozen=True)
class Fake:
    """A place that puts something else where a function of torchaudio's was; ``name`` is empty for the whole module."""

    name: str
    place: Place
    how: str


def of(module: Module) -> list[Fake]:
    """Every place in a module that does."""
    found: list[Fake] = module.note("fakes", lambda: list(_fakes(module)))
    return found


def _fakes(module: Module) -> Iterator[Fake]:
    for use in module.uses:
        if use.stored and use.known and use.kind != "flag":
            yield Fake(use.name, module.place(use.node), "is assigned")
        elif use.stored and use.path == f"{api.ROOT}.backend":
            yield Fake("backend", module.place(use.node), "is assigned")
    for node in module.names.all(ast.Attribute):
        stored = node.attr in api.REPLACEABLE and not isinstance(node.ctx, ast.Load)
        if stored and isinstance(node.value, ast.Attribute) and node.value.attr == api.ROOT:
            yield Fake(node.attr, module.place(node), "is assigned")
    for item in module.names.all(ast.Subscript):
        if not isinstance(item.ctx, ast.Load) and _is_torchaudio(item.slice) and _MODULES.search(ast.unparse(item.value)):
            yield Fake("", module.place(item), "is replaced in sys.modules")
    for call in module.calls:
        put = isinstance(call.func, ast.Attribute) and call.func.attr in ("setdefault", "__setitem__") and call.args
        if put and _is_torchaudio(call.args[0]) and _MODULES.search(ast.unparse(call.func.value)):  # type: ignore[attr-defined]
            yield Fake("", module.place(call), "is replaced in sys.modules")
        yield from _fakes_by_call(module, call)
    for table in module.names.all(ast.Dict):
        if any(key is not None and _is_torchaudio(key) for key in table.keys):
            above = module.names.parents.get(table)
            if isinstance(above, ast.Call) and _REPLACERS.search(ast.unparse(above.func)):
                yield Fake("", module.place(table), "is replaced in sys.modules")


def _is_torchaudio(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Constant) and isinstance(node.value, str) and (node.value == api.ROOT or node.value.startswith("torchaudio."))
    )


def _fakes_by_call(module: Module, call: ast.Call) -> Iterator[Fake]:
    arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
    strings = [one.value for one in arguments[:2] if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    if not strings:
        return
    owner = arguments[0]
    owned = module.names.qualified(owner) or ""
    if owned == api.ROOT or owned.startswith(f"{api.ROOT}.backend") or (isinstance(owner, ast.Attribute) and owner.attr == api.ROOT):
        if len(arguments) > 1 and strings[0] in api.REPLACEABLE and _dotted(call.func) not in ("hasattr", "getattr"):
            yield Fake(strings[0], module.place(call), "is replaced")
        return
    for string in strings:
        match = _TARGET.match(string) if api.ROOT in string else None
        name = match.group(1) if match else None
        if match and _REPLACERS.search(_dotted(call.func)) and (name is None or name in api.REPLACEABLE):
            yield Fake(name or "", module.place(call), "is patched")


def _dotted(node: ast.expr) -> str:
    return ast.unparse(node) if isinstance(node, ast.Name | ast.Attribute) else ""
