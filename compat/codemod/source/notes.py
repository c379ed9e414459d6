"""What is found out once and kept: of a text, of a project, of a part of it."""

import functools
from collections.abc import Callable
from typing import Any, TypeVar

Noted = TypeVar("Noted")


class Notes:
    """A thing of which others keep what they found out."""

    @functools.cached_property
    def _notes(self) -> dict[Any, Any]:
        return {}

    def note(self, key: Any, make: Callable[[], Noted]) -> Noted:
        """Return what ``make`` gives, made once for a key."""
        if key not in self._notes:
            self._notes[key] = make()
        return self._notes[key]  # type: ignore[no-any-return]

    def forget(self) -> None:
        """Let go of the notes: they may hold trees that hold each other, which are freed late and slowly."""
        self._notes.clear()
