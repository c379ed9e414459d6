"""Find the backend that a call must name: the one set by every program that reaches it."""

import ast
import dataclasses
import os
from collections.abc import Sequence

from compat.codemod.plan import constants, marks
from compat.codemod.plan.fixtures import is_called
from compat.codemod.plan.marks import Site
from compat.codemod.plan.part import Part, unreadable
from compat.codemod.plan.state import Evidence, Program
from compat.codemod.rewrite import Change
from compat.codemod.source import Module, NotProvableError, is_test, noted, old_names
from compat.codemod.uses import Project, SetterCall, observed, setter_calls
from compat.codemod.uses.observed import Observed

_BESIDE = "a call in the same function runs before it, or may run without it"
_OUTLIVES = "the setting outlives its function, and other calls may depend on it"
_SETUP = "a test may come to this call without the fixture or setup that sets a backend"
_CONDITION = "it is set under a condition"
_EARLY = "a call may run before the setter"
_DOES_MORE = "an `if` chooses the backend, and a branch of it does more than set one that 2.0 has"
_IN_OTHERS = "calls in other modules depend on this choice"
_NOT_ALONE = "other setters decide here too, or the choice is in a function or main block elsewhere"
_BOUND = "the function is bound by `from torchaudio import`, perhaps before the setter"


@dataclasses.dataclass(frozen=True)
class Named:
    """The backend for a site.

    Attributes:
        value: the expression for it.
        backend: the backend to assume when limits are checked.
        setters: those that may be in force there.
        is_guess: whether it holds only if an attempt to set the backend succeeds.
        calls: the number of recorded calls, if only a trace shows the backend.
        changes: those of the site.
    """

    value: str
    backend: str
    setters: list[SetterCall]
    is_guess: bool = False
    calls: int = 0
    changes: Sequence[Change] = ()

    @property
    def is_constant(self) -> bool:
        """Return whether the value is the constant that takes the place of its setters."""
        return not self.value.startswith('"')


def of(part: Part, evidence: Evidence, site: Site, traces: Observed | None = None) -> Named:
    """Return the backend for a site that some setter may govern; what traces show counts last.

    Raises:
        NotProvableError: it is not certain.
    """
    forces = evidence.force[site]
    setters = [force for force in forces if force is not None]
    names = set(map(part.names.get, setters))
    if None not in forces and len(names) == 1 and (name := names.pop()) is not None:
        return Named(f'"{name}"', name, setters)
    if (choice := _choice_at(part, site, setters, also_none=None in forces)) is not None:
        return Named(choice.name, choice.backend, setters)
    said, ran = "", False
    if traces is not None:
        try:
            return _recorded(part, site, setters, traces, also_none=None in forces)
        except NotProvableError as why:
            said = f"; {why.reason}"
            ran = site.use.call is not None and bool(
                part.project.recorded(site.module, site.use.call, site.use.name)
            )
    for one in () if ran else (one for one in setters if one.where == "try"):
        tried, instead = part.names[one], evidence.instead[one]
        if tried is not None and all(other is one or other in instead for other in forces):
            return Named(f'"{tried}"', tried, setters, is_guess=True)
    if part.project.backend is not None:
        return Named(f'"{part.project.backend}"', part.project.backend, setters)
    reason = _why_not(part, evidence, site)
    raise NotProvableError(f"{reason.reason}{said}", reason.related, reason.advice)


def _recorded(
    part: Part, site: Site, setters: list[SetterCall], traces: Observed, *, also_none: bool
) -> Named:
    """Return the backend that served a site in all recorded calls.

    Raises:
        NotProvableError: several did, the site never ran, or the trace is not of this code.
    """
    if site.use.call is None:
        raise NotProvableError("a trace shows nothing of a function that is passed on")
    if any(one.where == "platform" for one in setters):
        raise NotProvableError("a trace is of one operating system, and this choice is for several")
    lines = traces.at(site.module, site.use.call, site.use.name, part.project.as_read)
    name, calls = observed.backend(lines, site.module, site.use)
    readable = {old_names.PER_CALL_NAMES.get(one.name or "") for one in setters}
    if not also_none and None not in readable and name not in readable:
        raise NotProvableError(
            f"the trace is of other code: {name} served this call, and nothing sets it now"
        )
    return Named(f'"{name}"', name, setters, calls=calls)


def is_unread(part: Part, setter: SetterCall) -> bool:
    """Return whether a setter's backend cannot be read and the user gave none."""
    return setter.where != "platform" and part.names[setter] is None


def _by_no_import(part: Part, program: Program, setter: SetterCall) -> str:
    """Return how a program comes to a setter that it does not import; nothing if it does."""
    path, own = program.module.path, setter.module.path
    if setter.module.standalone or own in part.project.loaded(path):
        return ""
    name = os.path.basename(own)
    if not is_test(path):
        return f"{path} may load {name}, which sets a backend, by a name or path that it computes"
    is_near = not is_test(own) and is_called(setter.module.function_of(setter.call))
    left = f"tests that run before in the same process may leave the backend that {name} sets"
    return "" if is_near or name == "conftest.py" else left


def _why_not(part: Part, evidence: Evidence, site: Site) -> NotProvableError:
    forces = evidence.force[site]
    setters = [force for force in forces if force is not None]
    for one in setters if None in map(part.names.get, setters) else ():
        if is_unread(part, one):
            return unreadable(part, one)
    first, is_open, other = setters[0], None in forces, forces.get(None)
    function = site.module.function_of(site.use.node)
    is_beside = site.module is first.module and first.module.function_of(first.call) is function
    choosing = [one for one in setters if one.where == "platform"]
    in_setup = is_open and not part.in_setup.isdisjoint(setters)
    unseen = next(filter(None, (_by_no_import(part, forces[one], one) for one in setters)), "")
    rows = (
        (unseen, unseen),
        (is_open and site in marks.of(part.project, site.module).bound_by, _BOUND),
        (
            other and all(forces[one] != other for one in setters),
            f"this call also runs under {other and other.module.path}, which sets no backend",
        ),
        (in_setup, _SETUP),
        (is_open and first.where in ("branch", "guarded", "platform", "try"), _CONDITION),
        (is_open and first.where == "function", _BESIDE if is_beside else _OUTLIVES),
        (is_open, _EARLY),
        (any(choice_of(part.project, one) is None for one in choosing), _DOES_MORE),
        (any(one.module is not site.module for one in choosing), _IN_OTHERS),
        (choosing, _NOT_ALONE),
    )
    for holds, reason in rows:
        if holds:
            return NotProvableError(reason, [site.place])
    places = [one.module.place(one.call) for one in setters[:3]]
    return NotProvableError("more than one backend is set", [site.place, *places])


# A backend chosen by operating system, as one constant that the calls of its module pass.


@dataclasses.dataclass(frozen=True)
class Choice:
    """A choice of backend as a constant.

    Attributes:
        name: of the constant.
        value: the expression that chooses.
        backend: one of those it chooses from, the one that accepts less.
        is_open: whether it may choose none.
    """

    name: str
    value: str
    backend: str
    is_open: bool


@noted
def choice_of(project: Project, setter: SetterCall) -> Choice | None:
    """Return the choice that a setter is an arm of.

    Return ``None`` if it is not an arm of one, or if an arm does more than set a backend.
    """
    if setter.where != "platform":
        return None
    module, region = setter.module, setter.region
    value = setter_calls.platform_choice(module, region)
    own = marks.of(project, module).setters.values()
    if value is None or len({id(one.region) for one in own if one.where == "platform"}) > 1:
        return None
    backend = "sox" if '"sox"' in value else "soundfile"
    return Choice(_free_name(module), value, backend, value.endswith(" else None"))


def _choice_at(
    part: Part, site: Site, setters: list[SetterCall], *, also_none: bool
) -> Choice | None:
    """Return the choice that governs a site in its module, if its arms are the site's setters.

    Its constant must be there: a site that may run where none is set must follow the choice, and so
    must one below a function or main block, which a process that is spawned does not run.
    """
    choice, region = choice_of(part.project, setters[0]), setters[0].region
    if choice is None or site.module is not setters[0].module or choice.is_open is not also_none:
        return None
    own = marks.of(part.project, site.module).setters.values()
    arms = {one for one in own if one.region is region}
    is_everywhere = region in site.module.tree.body and not also_none
    is_there = is_everywhere or constants.is_after(site.module, region, site.use.node)
    return choice if arms == set(setters) and is_there else None


def _free_name(module: Module) -> str:
    taken = {node.id for node in module.names.all(ast.Name)} | set(module.names.module.bindings)
    name = "AUDIO_BACKEND"
    while name in taken:
        name = f"_{name}"
    return name
