"""Why something cannot be proved, and is therefore not changed: what rules and the plan raise, and say in a finding."""

from __future__ import annotations

from collections.abc import Iterable

from compat.codemod.findings import Place


class DoubtError(Exception):
    """Why something cannot be proved, where that is seen, and what to do."""

    def __init__(self, reason: str, related: Iterable[Place] = (), advice: str = "") -> None:
        self.reason = reason
        self.related: tuple[Place, ...] = tuple(related)
        self.advice = advice
        super().__init__(reason, self.related, advice)  # all of it, so that another process can be told

    def __str__(self) -> str:
        return self.reason
