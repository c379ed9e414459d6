"""Read the flags of a release from their class: defaults, values, documentation."""

import ast
import dataclasses
import functools
import inspect
import itertools
import typing
from typing import Any, NamedTuple


class Flag(NamedTuple):
    """A flag of a release.

    Attributes:
        name: its name.
        default: its value, unless a release sets another.
        values: the values it may take; ``None`` if they are not listed.
        owner: the class of flags that it belongs to.
    """

    name: str
    default: Any
    values: tuple[Any, ...] | None
    owner: type

    @property
    def doc(self) -> str:
        """Return its text in the source, as Markdown; empty if the source is not available."""
        return _docs(self.owner).get(self.name, "")


def of(settings: type) -> dict[str, Flag]:
    """Return the flags of a dataclass by name, those of its base classes first."""
    kinds = typing.get_type_hints(settings)
    return {
        field.name: Flag(field.name, field.default, _values(kinds[field.name]), settings)
        for field in dataclasses.fields(settings)
    }


def _values(kind: Any) -> tuple[Any, ...] | None:
    if kind is bool:
        return False, True
    return typing.get_args(kind) if typing.get_origin(kind) is typing.Literal else None


@functools.cache
def _docs(settings: type) -> dict[str, str]:
    """Return the text below each field, by name."""
    found = {}
    for one in settings.__mro__[:-1]:
        try:
            (definition,) = ast.parse(inspect.getsource(one)).body
        except OSError:
            continue
        body: list[ast.stmt] = getattr(definition, "body", [])
        for field, below in itertools.pairwise(body):
            match field, below:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(
                    value=ast.Constant(value=str(text))
                ):
                    found[name] = " ".join(text.split())
    return found
