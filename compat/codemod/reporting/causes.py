"""What is left, by cause: what stands in the way, how many wait for it, and where."""

import dataclasses
from collections.abc import Iterable

from compat.codemod.files.other_files import NEW_PINS
from compat.codemod.source import Finding, Place, grouped

# These name the places that they keep from a change, or where a name is written; what they wait for is themselves.
_NAMES_OTHERS = ("TAC123",)
_SAYS_ITSELF = "what is set"
_BECAUSE = "; not changed, because "


@dataclasses.dataclass(frozen=True)
class Block:
    """One cause.

    Attributes:
        rule: that speaks of it; of what waits, where no rule speaks of the cause itself.
        places: where it is.
        waiting: what could be changed but for it.
        related: other places that it speaks of.
    """

    rule: str
    reason: str
    advice: str
    places: tuple[Place, ...]
    waiting: tuple[Finding, ...]
    related: tuple[Place, ...] = ()


def is_pin(finding: Finding) -> bool:
    """Tell whether a finding is of a pinned release, which stands in no change's way."""
    return finding.advice == NEW_PINS


def without_twins(findings: Iterable[Finding]) -> list[Finding]:
    """The findings, each once."""
    return list({(one.rule, one.place, one.reason): one for one in findings}.values())


def blocks(findings: Iterable[Finding]) -> list[Block]:
    """The causes of findings, those that most wait for first; pins are left out."""
    left = [one for one in without_twins(findings) if not is_pin(one)]
    at = {_spot(one.place): one for one in reversed(left)}
    waiting = grouped((_cause(one, at), one) for one in left)
    heads = grouped(((one.rule, one.reason, one.advice), one) for one in left if _cause(one, at) == _spot(one.place))
    found = []
    for (rule, reason, advice), own in heads.items():
        places = tuple(one.place for one in own)
        others = [one for place in places for one in waiting.pop(_spot(place), ()) if one not in own]
        related = tuple(dict.fromkeys(place for one in own for place in one.related if place not in places))
        found.append(Block(rule, reason, advice, places, tuple(others), related))
    for own in waiting.values():  # nothing is said of the cause but that they wait for it
        first = own[0]
        reason = first.reason.partition(_BECAUSE)[2] or first.reason
        found.append(Block(first.rule, reason, first.advice, first.related[:1], tuple(own), first.related[1:]))
    return sorted(found, key=lambda block: (-len(block.waiting), str(block.places[0].path), block.places[0].line))


def _spot(place: Place) -> tuple[str, int | None, int, int]:
    return place.path, place.cell, place.line, place.column


def _cause(finding: Finding, at: dict[tuple[str, int | None, int, int], Finding]) -> tuple[str, int | None, int, int]:
    """Where the cause of a finding is: where it is itself, or at the end of the places that one finding names after another."""
    seen = []
    while finding.related and finding.rule not in _NAMES_OTHERS and not finding.reason.startswith(_SAYS_ITSELF):
        spot = _spot(finding.related[0])
        if spot in seen or spot not in at or at[spot] is finding:
            return spot
        seen.append(spot)
        finding = at[spot]
    return _spot(finding.place)
