"""Tell which functions a test runner calls besides tests: fixtures, setups, hooks."""

from __future__ import annotations

import ast

from compat.codemod.plan.code import Function
from compat.codemod.source import AnyFunction, Module, plain_name

_MAKERS = {"pytest.fixture", "pytest.yield_fixture", "pytest_asyncio.fixture"}
_SETUPS = ("setup", "setUp", "asyncSetUp", "teardown", "tearDown", "asyncTearDown")
_HOOKS = ("pytest_", "load_tests")


def is_of_runner(module: Module, decorator: ast.expr) -> bool:
    """Return whether a decorator leaves it to a test runner alone to call a function."""
    name = module.names.qualified(_made_by(decorator)) or ""
    return name in _MAKERS or name.startswith(("pytest.mark.", "unittest.skip"))


def is_called(function: AnyFunction | None) -> bool:
    """Return whether a runner may call a function for another reason: it is a setup, or a hook."""
    if not isinstance(function, Function):
        return False
    makers = (plain_name(_made_by(one)) for one in function.decorator_list)
    return function.name.startswith((*_SETUPS, *_HOOKS)) or any("fixture" in one for one in makers)


def _made_by(decorator: ast.expr) -> ast.expr:
    """Return a decorator without what it is given."""
    return decorator.func if isinstance(decorator, ast.Call) else decorator
