"""Keep a backend that no trace settles in an attribute of torchaudio, in place of the setters.

``torchaudio.chosen_backend`` is set where the setters were, and read by the calls that never ran
while the trace was recorded. It lives as long as the global backend did, and for the same files.
"""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterable, Mapping

from compat.codemod.plan import giving, marks, removal
from compat.codemod.plan.marks import Site
from compat.codemod.plan.naming import Named
from compat.codemod.plan.part import SAME_FILE, Part
from compat.codemod.plan.removal import Unit
from compat.codemod.plan.restore_pairs import Restore
from compat.codemod.plan.state import Evidence
from compat.codemod.rewrite import Change, Remove, Replace
from compat.codemod.source import Kind, Module, NotProvableError, Use, old_names, string
from compat.codemod.uses import SetterCall, setter_calls
from compat.codemod.uses.observed import Line, kinds, never_failed

NAME = "chosen_backend"
READ = f"torchaudio.{NAME}, which takes the place of the setters"


@dataclasses.dataclass
class Held:
    """What the attribute settles: the calls that read it, and the setters whose place it takes."""

    reading: dict[Site, list[Change]] = dataclasses.field(default_factory=dict)
    setting: dict[SetterCall, list[Change]] = dataclasses.field(default_factory=dict)

    def propose(self, part: Part, groups: Mapping[Site | SetterCall, int]) -> None:
        """Propose all of it; it is one group, since no part may be left out."""
        said = f"; the trace has no call of it: it reads {READ}"
        for site, changes in self.reading.items():
            part.propose_site(SAME_FILE, site, changes, groups[site], recorded=said)
        for one, changes in self.setting.items():
            part.propose(part.rule_of(one), one, changes, groups[one], also=one.asked)


def held(
    part: Part,
    evidence: Evidence,
    staying: set[SetterCall],
    certain: Mapping[Site, Named],
    units: Iterable[Unit],
) -> Held:
    """Return how the attribute takes the place of all setters that would stay.

    Args:
        part: the modules that run together.
        evidence: what their programs show.
        staying: the setters that would stay.
        certain: the calls whose backend is certain.
        units: the setters that are changed together.

    Raises:
        NotProvableError: something besides calls that never ran depends on the setters.
    """
    # the list may decide which of them run; without one, sox_io is the default where it is listed
    listing = (one for one in part.modules if one.of(Kind.LISTER))
    tests = (test for one in listing for test in one.names.all(ast.Compare))
    if {one.name for one in staying} - {"sox_io"} and any(
        string(one.left) == "sox_io" for one in tests
    ):
        raise NotProvableError("code looks for sox_io in a list, which other releases call sox")
    found = Held(_reading(part, evidence, staying, certain) if staying else {})
    served = frozenset(named.backend for named in certain.values())
    for one in staying & evidence.doubts.keys():
        raise evidence.doubts[one]
    for unit in units:
        if staying.isdisjoint(unit.setters):
            continue
        pair = unit.restore
        tried = unit.setters[0].where == "try"
        for one in unit.setters[: 1 if tried else None]:
            if pair is None or one is not pair.back:
                found.setting[one] = [_setter(part, one, served)]
        if pair is not None:
            found.setting[pair.set] = [*found.setting.get(pair.set, ()), *_restored(pair)]
    return found


def _reading(
    part: Part, evidence: Evidence, staying: set[SetterCall], certain: Mapping[Site, Named]
) -> dict[Site, list[Change]]:
    """Return the changes of the calls that read the attribute: those that no trace has."""
    observed = part.project.observed
    assert observed is not None
    left = [
        place
        for place, forces in evidence.force.items()
        if place not in certain and not staying.isdisjoint(forces)
    ]
    # sox last: what its calls need, the others take too
    names = sorted({old_names.PER_CALL_NAMES.get(one.name or "", "sox") for one in staying})
    found = {}
    for place in left:
        if not isinstance(place, Site):
            raise place.why
        if place in evidence.doubts:
            raise evidence.doubts[place]
        if place in marks.of(part.project, place.module).bound_by:
            raise NotProvableError("an import keeps the backend that was set", [place.place])
        call = place.use.call  # a function that is passed on cannot be seen in a trace
        if call and observed.at(place.module, call, place.use.name, part.project.as_read):
            raise NotProvableError("the trace has calls of it", [place.place])
        value = f'getattr({_torchaudio(place.module, place.use)}, "{NAME}", None)'
        for name in names:
            found[place] = giving.changes(part, place, value, name)
    if not observed.has_calls:
        raise NotProvableError("the trace has no call")
    return found


def _setter(part: Part, one: SetterCall, served: frozenset[str]) -> Change:
    """Return the change by which a setter, or the first of an attempt, sets the attribute instead.

    Raises:
        NotProvableError: it may fail, or what it sets cannot be written.
    """
    lines = part.project.recorded(one.module, one.call, "set_audio_backend")
    if lines and not never_failed(lines):
        raise NotProvableError("in the trace the setter failed")
    value = _value(one, lines)
    if not lines and ast.literal_eval(value) not in served:
        if one.where == "try":
            raise NotProvableError("the trace does not show that the backend was there")
        removal.not_caught(one)
    if one.where == "platform":
        raise NotProvableError("a trace is of one operating system")
    around = one.module.names.parents[one.statement]
    if one.where == "try":
        return Remove(one.region, _set(one, value))
    if one.asked and isinstance(around, ast.If):
        return Remove(around, _set(one, value))
    return Replace(*one.module.span(one.call), _set(one, value))


def _restored(pair: Restore) -> list[Change]:
    """Return the changes by which the attribute is kept and restored."""
    module, getter = pair.set.module, pair.getter
    kept = f'getattr({_torchaudio(module, getter)}, "{NAME}", None)'
    value = setter_calls.argument(pair.back.call)
    assert getter.call is not None
    assert value is not None
    return [
        Replace(*module.span(getter.call), kept),
        Replace(*module.span(pair.back.call), _set(pair.back, ast.unparse(value))),
    ]


def _set(one: SetterCall, value: str) -> str:
    if one.where != "value":
        return f"{_torchaudio(one.module, one.use)}.{NAME} = {value}"
    return f'setattr({_torchaudio(one.module, one.use)}, "{NAME}", {value})'


def _value(one: SetterCall, lines: list[Line]) -> str:
    """Return the per-call name of what is set, as an expression."""
    name, given = old_names.PER_CALL_NAMES.get(one.name or ""), setter_calls.argument(one.call)
    if name is not None:
        return f'"{name}"'
    if one.name is None and given is not None and lines and kinds(lines, "backend") == {"str"}:
        text = one.module.segment(given)
        plain = isinstance(given, ast.Name | ast.Attribute | ast.Subscript | ast.Call)
        return f'{text if plain else f"({text})"}.replace("sox_io", "sox")'
    raise NotProvableError("what is set cannot be read")


def _torchaudio(module: Module, use: Use) -> str:
    """Return the name of torchaudio itself at a use."""
    if name := module.torchaudio_at(use):
        return name
    raise NotProvableError("torchaudio itself has no name here", [module.place(use.node)])
