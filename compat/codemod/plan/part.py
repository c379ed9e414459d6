"""Hold the modules that run together, their setters, and the drafts about them.

Report a backend that is set from a variable, or that no release since 0.9 has.
"""

import ast
import functools
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from compat.codemod.plan import marks
from compat.codemod.plan.fixtures import is_called
from compat.codemod.plan.marks import Site
from compat.codemod.plan.unseen import PASSED_ON
from compat.codemod.rewrite import Change, Draft
from compat.codemod.source import Kind, Module, NotProvableError, Place, Use, old_names
from compat.codemod.uses import Project, SetterCall, setter_calls

# The rules that the plan speaks for; each has its file in `rules`, with its texts.
SAME_FILE, PROJECT, FOLD, PLATFORM = "TAC101", "TAC102", "TAC103", "TAC104"
VARIABLE, RESTORE, TRIED, VALUE = "TAC105", "TAC106", "TAC109", "TAC118"

BY_HAND = (
    'Write backend= into the calls that this setting is meant for ("sox_io" is "sox" there), '
    "then delete it."
)
_DELETE_BY_HAND = "Delete it by hand: 2.9 has no global backend, and ignores backend= in calls."
_GONE = "the global backend is gone: each call names its own"
_GONE_IN_NINE = "torchaudio 2.9 has no global backend"

# the drafts, by rule and module
Drafts = defaultdict[tuple[str, Module], list[Draft]]


class Part:
    """Modules that run together.

    Attributes:
        setters: the calls of the setter that run under the target.
        names: the name that replaces each in calls, if it is one; the user may give it.
        in_setup: those in functions that a runner of tests may call for another reason.
        sites: the calls that one of them may govern.
        groups: numbers for drafts that belong together.
        per_call: whether the target takes backends per call.
    """

    def __init__(
        self, project: Project, modules: list[Module], drafts: Drafts, groups: Iterator[int]
    ) -> None:
        self.project = project
        self.modules = modules
        self._drafts = drafts
        self.groups: Iterator[int] = groups
        own = [marks.of(project, module) for module in modules]
        self.setters: list[SetterCall] = [setter for one in own for setter in one.setters.values()]
        names = {setter_calls.CHOSEN: None, **old_names.PER_CALL_NAMES}
        self.names: dict[SetterCall, str | None] = {
            one: names.get(one.name or "", project.backend) for one in self.setters
        }
        self.in_setup: set[SetterCall] = {
            one for one in self.setters if is_called(one.module.function_of(one.call))
        }
        self.sites: list[Site] = [site for one in own for site in one.sites.values()]
        self.per_call: bool = project.target in ("2.1", "2.2")

    @functools.cached_property
    def named(self) -> list[Place]:
        """Return the places of the old name of a backend."""
        several = ((module, node) for module in self.modules for node in module.telling)
        return [one.place(node) for one, node in several if node.value in ("sox_io", "sox-io")]

    def add(self, rule: str, module: Module, node: ast.AST, reason: str, **draft: Any) -> None:
        """Add a draft about a node; the arguments are those of ``Draft``."""
        self._drafts[rule, module].append(Draft(module.span(node), reason, **draft))

    def say_of(self, setter: SetterCall, why: NotProvableError, rule: str = "") -> None:
        """Report a setter, under the rule for its kind."""
        rule, advice = rule or self.rule_of(setter), BY_HAND if self.per_call else _DELETE_BY_HAND
        advice, related = why.advice or advice, why.related
        self.add(rule, setter.module, setter.call, why.reason, advice=advice, related=related)

    def propose(
        self,
        rule: str,
        setter: SetterCall,
        changes: Iterable[Change],
        group: int | None = None,
        also: Iterable[Use] = (),
        *,
        unsafe: bool = False,
    ) -> None:
        """Propose to remove a setter; ``also`` are the other uses removed with it."""
        more = {"changes": (*changes,), "touches": (setter.use, *also)}
        reason = _GONE if self.per_call else _GONE_IN_NINE
        self.add(rule, setter.module, setter.call, reason, group=group, unsafe=unsafe, **more)

    def propose_site(
        self,
        rule: str,
        site: Site,
        changes: Iterable[Change],
        group: int | None,
        *,
        unsafe: bool = False,
        recorded: str = "",
    ) -> None:
        """Propose that a site names its backend; ``recorded`` is set if only a trace shows it."""
        use, rule = site.use, VALUE if site.use.call is None else rule
        more = {"changes": (*changes,), "touches": (use,)}
        reason = f"torchaudio.{use.name} uses the global backend, which is gone{recorded}"
        self.add(rule, site.module, use.node, reason, group=group, unsafe=unsafe, **more)

    def rule_of(self, setter: SetterCall) -> str:
        """Return the rule that reports a setter."""
        beside = self.per_call and any(one.module is not setter.module for one in self.sites)
        in_project = beside or (self.per_call and setter.where == "main")
        by_place = {"platform": PLATFORM, "try": TRIED, "function": FOLD}
        return by_place.get(setter.where, PROJECT if in_project else SAME_FILE)


def no_such_backend(name: str) -> str:
    """Return why a global backend of this name fails."""
    return (
        f"no release since 0.9 has a global backend {name!r}; there were "
        f"{', '.join(map(repr, old_names.PER_CALL_NAMES))}"
    )


def instead_of(name: str) -> str:
    """Return what to write instead of a name that no global backend has."""
    return (
        'Write "sox_io" and run again: it replaced "sox".'
        if name == "sox"
        else "Write the right name, and run again."
    )


def passed_on(part: Part) -> None:
    """Report the setter if it is passed on as a value."""
    for module in part.modules:
        for use in module.of(Kind.SETTER):
            if use.call is None:
                part.add(VARIABLE, module, use.node, PASSED_ON, advice=BY_HAND)


def unreadable(part: Part, setter: SetterCall) -> NotProvableError:
    """Return the reason why the backend that is set cannot be read."""
    if setter.name is not None:
        or_run = " Or run with --backend sox." if setter.name == "sox" and part.per_call else ""
        return NotProvableError(
            no_such_backend(setter.name), advice=instead_of(setter.name) + or_run
        )
    value = setter_calls.argument(setter.call)
    words = (
        f"what is set is not a plain text: {ast.unparse(value)}"
        if value is not None
        else "what is set cannot be read"
    )
    places = part.named[:8]
    if isinstance(value, ast.Name | ast.Attribute | ast.Subscript | ast.Call):
        places += part.project.mentions
    return NotProvableError(
        words,
        places[:8],
        'Pass the value on to each load, save and info as backend= ("sox_io" is "sox" there), or '
        "run with --backend NAME."
        if part.per_call
        else "Delete it, and the option that the value comes from: 2.9 has no backends.",
    )
