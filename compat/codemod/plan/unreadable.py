"""Report a backend that is set from a variable, or that no release since 0.9 has."""

import ast

from compat.codemod.plan.part import BY_HAND, VARIABLE, Part
from compat.codemod.plan.unseen import PASSED_ON
from compat.codemod.source import Kind, NotProvableError, old_names
from compat.codemod.uses import SetterCall, setter_calls


def no_such_backend(name: str) -> str:
    """Return why a global backend of this name fails."""
    return (
        f"no release since 0.9 has a global backend {name!r}; there were "
        f"{', '.join(map(repr, old_names.PER_CALL_NAMES))}"
    )


def instead_of(name: str) -> str:
    """Return what to write instead of a name that no global backend has."""
    return (
        'Write "sox_io" and run again: it replaced "sox".'
        if name == "sox"
        else "Write the right name, and run again."
    )


def passed_on(part: Part) -> None:
    """Report the setter if it is passed on as a value."""
    for module in part.modules:
        for use in module.of(Kind.SETTER):
            if use.call is None:
                part.add(VARIABLE, module, use.node, PASSED_ON, advice=BY_HAND)


def why(part: Part, setter: SetterCall) -> NotProvableError:
    """Return the reason why the backend that is set cannot be read."""
    if setter.name is not None:
        or_run = " Or run with --backend sox." if setter.name == "sox" and part.per_call else ""
        return NotProvableError(
            no_such_backend(setter.name), advice=instead_of(setter.name) + or_run
        )
    value = setter_calls.argument(setter.call)
    words = (
        f"what is set is not a plain text: {ast.unparse(value)}"
        if value is not None
        else "what is set cannot be read"
    )
    places = [
        module.place(node)
        for module in part.modules
        for node in module.strings
        if node.value in ("sox_io", "sox-io")
    ]
    if isinstance(value, ast.Name | ast.Attribute | ast.Subscript | ast.Call):
        places += part.project.mentions
    return NotProvableError(
        words,
        places[:8],
        'Pass the value on to each load, save and info as backend= ("sox_io" is "sox" there), or '
        "run with --backend NAME."
        if part.per_call
        else "Delete it, and the option that the value comes from: 2.9 has no backends.",
    )
