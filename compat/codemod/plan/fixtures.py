"""Read which functions a test runner calls before tests: fixtures, and setups by their names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from compat.codemod.plan import code
from compat.codemod.plan.code import Definition, Function
from compat.codemod.source import (
    AnyFunction,
    Module,
    Scope,
    called,
    given,
    literal,
    plain_name,
    string,
)
from compat.codemod.source.scopes import defaults

# Each runs before those after it; `setUp` after all fixtures.
SCOPES = ("session", "package", "module", "class", "function", "setUp")
_MAKERS = {"pytest.fixture", "pytest.yield_fixture", "pytest_asyncio.fixture"}
BY_NAME = {
    "setUpModule": "module", "setup_module": "module", "setup_function": "function",
    "setUpClass": "class", "setup_class": "class", "setup_method": "function",
    "setUp": "setUp", "asyncSetUp": "setUp",
}  # fmt: skip
_BEFORE = ("setup", "setUp", "asyncSetUp")
_AFTER = ("teardown", "tearDown", "asyncTearDown")
# a runner may call functions with these names at any time
HOOKS = ("pytest_", "load_tests")


class Setup(NamedTuple):
    """A function that runs before tests.

    Attributes:
        name: by which tests ask for it.
        scope: one of ``SCOPES``.
        is_auto: whether it runs before each test in its place.
        is_sure: whether that is certain.
        level: where it is: the farthest from a test first.
        waits: whether it waits for the test, and goes on after it.
        asks: the fixtures that it asks for.
    """

    module: Module
    function: Function
    name: str
    scope: str
    is_auto: bool
    is_sure: bool
    level: int
    waits: bool
    asks: frozenset[str]

    def definition(self) -> tuple[Module, Function]:
        """Return the function with its module."""
        return self.module, self.function

    @property
    def is_shared(self) -> bool:
        """Return whether it runs once for several tests."""
        return SCOPES.index(self.scope) < SCOPES.index("function")


def of(module: Module, scope: Scope, level: int) -> Iterator[Setup]:
    """Yield the setups in a module or class."""
    for function in functions(scope):
        is_sole = len(scope.bindings[function.name]) == 1 and function in scope.node.body  # type: ignore[attr-defined]
        makers = [one for one in function.decorator_list if _is_maker(one)]
        if makers:
            is_sole = is_sole and len(function.decorator_list) == 1
            yield _told(module, function, makers[0], level, is_sole=is_sole)
        elif function.name in BY_NAME:
            is_sole = is_sole and {*map(plain_name, function.decorator_list)} <= {"classmethod"}
            name, more = function.name, _does(module, function)
            yield Setup(module, function, name, BY_NAME[name], True, is_sole, level, *more)


def near(modules: Sequence[Module], *, of_unittest: bool) -> list[Setup]:
    """Return the setups of modules, of which the later ones are nearer to the tests.

    unittest does not know ``setup_module``.
    """
    found = []
    for level, module in enumerate(modules):
        nearer = [one.names.module for one in modules[level + 1 :]]
        for one in of(module, module.names.module, level):
            is_other = any(scope.has_star or one.name in scope.bindings for scope in nearer)
            is_plain = not (of_unittest and one.name == "setup_module")
            found.append(one._replace(is_sure=one.is_sure and is_plain and not is_other))
    return found


def hidden(files: Iterable[Module], taken: Iterable[tuple[Module, Definition]]) -> set[str] | None:
    """Return the names of fixtures for which tests may be given something else.

    Return ``None`` if that may be any: names are computed, or a hook gives them.
    """
    found: set[str] = set()
    for module in files:
        if any(word in module.text.text for word in ("getfixturevalue", "metafunc")):
            return None
        for call in (one for one in module.calls if called(one) == "parametrize"):
            first = call.args[0] if call.args else given(call, "argnames")
            several = first.elts if isinstance(first, ast.List | ast.Tuple) else [first]
            if not all(map(string, several)):
                return None
            found.update(name for one in several for name in re.findall(r"\w+", string(one)))
    for module, node in taken:
        own = of(module, module.names.module, 0) if isinstance(node, Function) else ()
        found.update(one.name for one in own if one.function is node)
    return found


def _told(
    module: Module, function: Function, maker: ast.expr, level: int, *, is_sole: bool
) -> Setup:
    """Return a fixture as its decorator tells; if that cannot be read, it may run at any time."""
    more = _does(module, function)
    call = maker if isinstance(maker, ast.Call) else ast.Call(maker, [], [])
    name, scope, auto = (literal(given(call, key)) for key in ("name", "scope", "autouse"))
    given_keys = {one.arg for one in call.keywords}
    name = name if "name" in given_keys else function.name
    scope = scope if "scope" in given_keys else "function"
    auto = auto if "autouse" in given_keys else False
    is_read = module.names.qualified(call.func) in _MAKERS and not call.args
    if not is_read or ... in (name, auto) or scope not in SCOPES or None in given_keys:
        return Setup(module, function, function.name, "session", False, False, level, *more)
    return Setup(module, function, str(name), str(scope), bool(auto), is_sole, level, *more)


def functions(scope: Scope) -> Iterator[Function]:
    """Yield the functions that a module or class binds."""
    for several in scope.bindings.values():
        yield from (one.node for one in several if isinstance(one.node, Function))


def _is_maker(decorator: ast.expr) -> bool:
    return "fixture" in plain_name(made_by(decorator))


def made_by(decorator: ast.expr) -> ast.expr:
    """Return a decorator without what it is given."""
    return decorator.func if isinstance(decorator, ast.Call) else decorator


def is_of_runner(module: Module, decorator: ast.expr) -> bool:
    """Return whether a decorator leaves it to a test runner alone to call a function."""
    name = module.names.qualified(made_by(decorator)) or ""
    return name in _MAKERS or name.startswith(("pytest.mark.", "unittest.skip"))


def is_test(function: Function) -> bool:
    """Return whether a runner may take a function for a test."""
    return function.name.startswith("test")


def is_called(function: AnyFunction | None) -> bool:
    """Return whether a runner may call a function for another reason: it is a setup, or a hook."""
    if not isinstance(function, Function):
        return False
    is_named = function.name.startswith((*_BEFORE, *_AFTER, *HOOKS))
    return is_named or any(map(_is_maker, function.decorator_list))


def is_last(function: Function) -> bool:
    """Return whether a function runs after all tests of a class or module."""
    name = function.name
    return name.startswith(_AFTER) and name.lower().endswith(("class", "module"))


def is_after(function: Function) -> bool:
    """Return whether a function runs after a test."""
    return function.name.startswith(_AFTER) and not is_last(function)


def asked(function: Function) -> set[str]:
    """Return the names of the fixtures that a function asks for by its parameters."""
    given = function.args
    every = {one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs)}
    return every - {one.arg for one, default in defaults(given) if default is not None}


def _does(module: Module, function: Function) -> tuple[bool, frozenset[str]]:
    """Return whether a setup waits for the test, and the names of the fixtures it asks for."""
    return function in code.generators(module), frozenset(asked(function))


def asked_by(names: set[str], visible: list[Setup]) -> set[str]:
    """Return the names that fixtures ask for, if some of them are asked for, and those in turn."""
    found = set(names)
    while True:
        several = (one for one in visible if one.is_auto or one.name in found)
        more = set().union(*(one.asks for one in several)) - found
        if not more:
            return found
        found |= more


def marked(module: Module, function: Function) -> set[str]:
    """Return the names of the fixtures that marks of a test ask for, or of what is around it."""
    owners = [one for one in module.names.chain(function) if isinstance(one, ast.ClassDef)]
    nodes = [one for owner in (function, *owners) for one in owner.decorator_list]
    bodies = [module.tree.body, *(one.body for one in owners)]
    nodes += [one.value for body in bodies for one in body if isinstance(one, ast.Assign)]
    found = (one for node in nodes for one in ast.walk(node) if isinstance(one, ast.Call))
    marks = [one for one in found if called(one) == "usefixtures"]
    return {string(name) for mark in marks for name in mark.args}
