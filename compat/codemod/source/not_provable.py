"""Define the error for changes that cannot be proved right, and are therefore left.

Rules and the plan raise it; a finding reports it.
"""

from collections.abc import Iterable

from compat.codemod.source.findings import Place


class NotProvableError(Exception):
    """The reason why something cannot be proved, the places that show it, and what to do."""

    def __init__(self, reason: str, related: Iterable[Place] = (), advice: str = "") -> None:
        self.reason = reason
        self.related: tuple[Place, ...] = tuple(related)
        self.advice = advice
        super().__init__(reason, self.related, advice)

    def __str__(self) -> str:
        return self.reason
