"""Follow calls that may lead to themselves, in rounds, until a round adds nothing."""

from collections.abc import Callable

from compat.codemod.plan.state import State, joined

# The state in which a call or a moment ends, and what may be so where it fails.
Outcome = tuple[State | None, State | None]


class Rounds:
    """What calls, and moments at which foreign code runs, come to.

    Attributes:
        sure: what is known for sure, by what identifies a call and the state before it.
    """

    def __init__(self) -> None:
        self.sure: dict[object, Outcome] = {}
        self._so_far: dict[object, Outcome] = {}
        # Those on their way, those that this round has come to, and whether it is to be the last.
        self._open: set[object] = set()
        self._round: set[object] = set()
        self._met_open = self._grown = False

    def outcome(self, key: object, least: Outcome, follow: Callable[[], Outcome]) -> Outcome:
        """Return the outcome of a call; of one on its way, what it has come to so far."""
        is_outermost = not self._open
        while key not in self.sure and (is_outermost or key not in self._round):
            if is_outermost:
                self._round.clear()
                self._met_open = self._grown = False
            self._round.add(key)
            self._open.add(key)
            before = self._so_far.setdefault(key, least)
            after, failed = follow()
            self._open.discard(key)
            self._so_far[key] = joined(before[0], after), joined(before[1], failed)
            self._grown |= self._so_far[key] != before
            if is_outermost and not (self._met_open and self._grown):
                self.sure.update((one, self._so_far[one]) for one in self._round)
        self._met_open |= key in self._open
        return self.sure.get(key) or self._so_far[key]
