"""What a call comes to: its value, or the built-in class of its error."""

from collections.abc import Callable
from typing import Any


def outcome(act: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """What it returns, or the name of the built-in class that its error is of."""
    try:
        return act(*arguments, **named)
    except Exception as error:
        return next(c.__name__ for c in type(error).__mro__ if c.__module__ == "builtins")
