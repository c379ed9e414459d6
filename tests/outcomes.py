"""What a call comes to: its value, or its error; and what it warned of."""

import warnings
from collections.abc import Callable
from typing import Any


def outcome(act: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """What it returns, or the name of the built-in class that its error is of."""
    try:
        return act(*arguments, **named)
    except Exception as error:
        return next(c.__name__ for c in type(error).__mro__ if c.__module__ == "builtins")


def observed(act: Callable[..., Any], *arguments: Any, **named: Any) -> tuple[Any, list[Warning]]:
    """What it returns, or the error that it raises, and its warnings."""
    with warnings.catch_warnings(record=True, action="always") as told:
        try:
            found = act(*arguments, **named)
        except Exception as why:
            found = why
    return found, [each.message for each in told]
