"""Why something cannot be proved, and is therefore left: raised by rules and the plan, and told in a finding."""

from collections.abc import Iterable

from compat.codemod.source.findings import Place


class NotProvableError(Exception):
    """Why something cannot be proved, where that is seen, and what to do."""

    def __init__(self, reason: str, related: Iterable[Place] = (), advice: str = "") -> None:
        self.reason = reason
        self.related: tuple[Place, ...] = tuple(related)
        self.advice = advice
        super().__init__(reason, self.related, advice)

    def __str__(self) -> str:
        return self.reason
