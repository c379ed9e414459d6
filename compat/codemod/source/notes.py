"""Keep results that are found once: about a text, a project, or a part of it."""

import functools
from collections.abc import Callable
from typing import Any, TypeVar

Noted = TypeVar("Noted")


class Notes:
    """An object on which others store what they found out about it."""

    @functools.cached_property
    def _notes(self) -> dict[Any, Any]:
        return {}

    def note(self, key: Any, make: Callable[[], Noted]) -> Noted:
        """Return what ``make`` returns; it is called once per key."""
        if key not in self._notes:
            self._notes[key] = make()
        return self._notes[key]  # type: ignore[no-any-return]

    def forget(self) -> None:
        """Drop the notes; they may hold trees that refer to each other and would be freed late."""
        self._notes.clear()
