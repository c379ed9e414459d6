"""Group what is left by cause: what prevents a change, how many places wait for it, and where."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from compat.codemod.files.other_files import NEW_PINS
from compat.codemod.reporting.refusals import what_to_do
from compat.codemod.rule import Rule
from compat.codemod.rules import rules
from compat.codemod.source import Finding, Place, Result, grouped, old_names

# A finding of these rules about a setter says why the setter stays, and its first related place is
# where. Findings about the setter's own argument are the exception.
_SETTINGS = ("TAC101", "TAC102", "TAC103", "TAC104", "TAC105", "TAC106", "TAC109", "TAC118")
_SAYS_ITSELF = "what is set"
_BECAUSE = "; not changed, because "
_UNREAD = f"{old_names.VARIABLE} is not read"
_Spot = tuple[str, int, int, int]


class Block(NamedTuple):
    """One cause.

    Attributes:
        rule: the rule that reports it; if no rule does, the rule of a finding that waits for it.
        places: where it is.
        waiting: the findings that could be changed without it.
        related: further places that it mentions.
    """

    rule: str
    reason: str
    advice: str
    places: tuple[Place, ...]
    waiting: tuple[Finding, ...]
    related: tuple[Place, ...] = ()


def by_rule(result: Result) -> Iterator[tuple[Rule, int, int]]:
    """Yield each rule with findings, with how many it changed, or would change, and has left."""
    fixed = Counter(finding.rule for file in result.files for finding in file.fixed)
    left = Counter(finding.rule for finding in result.left)
    yield from ((rules()[rule], fixed[rule], left[rule]) for rule in sorted({*fixed, *left}))


def is_pin(finding: Finding) -> bool:
    """Return whether a finding is about a pinned release, which prevents no change."""
    return finding.advice == NEW_PINS


def counts(finding: Finding) -> bool:
    """Return whether a finding keeps the project from the target.

    Pins do not, nor does a variable that nothing reads any more.
    """
    inert = finding.reason.startswith(_UNREAD) and "asked for" not in finding.reason
    return rules()[finding.rule].blocks and not is_pin(finding) and not inert


def blocks(findings: Iterable[Finding]) -> list[Block]:
    """Return the causes of findings, those with most waiting findings first; pins are left out."""
    left = [one for one in findings if not is_pin(one)]
    at = {_spot(one.place): one for one in reversed(left)}
    causes = [(_cause(one, at), one) for one in left]
    waiting = grouped((spot, one) for spot, one in causes if spot != _spot(one.place))
    heads = grouped(
        ((one.rule, one.reason, one.advice), one)
        for spot, one in causes
        if spot == _spot(one.place)
    )
    found = []
    for (rule, reason, advice), own in heads.items():
        places = dict.fromkeys(one.place for one in own)
        others = [one for place in places for one in waiting.pop(_spot(place), ())]
        known = {*places, *(one.place for one in others)}
        related = tuple(
            dict.fromkeys(place for one in own for place in one.related if place not in known)
        )
        found.append(Block(rule, reason, advice, (*places,), (*others,), related))
    # no finding names the cause itself, only findings that wait for it do
    for spot, own in waiting.items():
        first = next(one for one in own if _spot(one.related[0]) == spot)
        reason = first.reason.partition(_BECAUSE)[2] or first.reason
        found.append(
            Block(
                first.rule,
                reason,
                what_to_do(reason) or first.advice,
                first.related[:1],
                tuple(own),
                first.related[1:],
            )
        )
    return sorted(
        found,
        key=lambda block: (-len(block.waiting), str(block.places[0].path), block.places[0].line),
    )


def _spot(place: Place) -> _Spot:
    return place.path, place.cell or 0, place.line, place.column


def _waits(finding: Finding) -> bool:
    refused = _BECAUSE in finding.reason or (
        finding.rule in _SETTINGS and not finding.reason.startswith(_SAYS_ITSELF)
    )
    return bool(finding.related) and refused


def _cause(finding: Finding, at: dict[_Spot, Finding]) -> _Spot:
    """Return where a finding's cause is: its own place, or the end of a chain of related places.

    If findings refer to each other in a circle, the first in order is the cause.
    """
    seen = [_spot(finding.place)]
    while _waits(finding):
        spot = _spot(finding.related[0])
        if spot in seen:
            return min(seen[seen.index(spot) :])
        seen.append(spot)
        if spot not in at:
            break
        finding = at[spot]
    return seen[-1]
