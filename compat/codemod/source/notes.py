"""Keep results that are found once: about a text, a project, or a part of it."""

import functools
from collections.abc import Callable, Iterator
from typing import Any, Concatenate, ParamSpec, TypeVar

Found = TypeVar("Found")
Holder = TypeVar("Holder", bound="Notes")
About = ParamSpec("About")


class Notes:
    """An object on which ``noted`` functions store what they found out about it."""

    @functools.cached_property
    def notes(self) -> dict[Any, Any]:
        """The results, by function and further arguments."""
        return {}


def noted(
    find: Callable[Concatenate[Holder, About], Found],
) -> Callable[Concatenate[Holder, About], Found]:
    """Let a function run once for each object and each of its further arguments."""

    @functools.wraps(find)
    def once(holder: Holder, /, *about: About.args, **more: About.kwargs) -> Found:
        key = (find, *about, *more.values())
        if key not in holder.notes:
            holder.notes[key] = find(holder, *about, **more)
        return holder.notes[key]  # type: ignore[no-any-return]

    return once


def listed(
    find: Callable[Concatenate[Holder, About], Iterator[Found]],
) -> Callable[Concatenate[Holder, About], list[Found]]:
    """Let a generator run once, as ``noted`` does; return its items as a list."""
    return noted(lambda holder, *about, **more: list(find(holder, *about, **more)))
