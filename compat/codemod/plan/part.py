"""The modules that run together, their setters and sites, and what is said of them: what every way of settling is given."""

import ast
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from compat.codemod.plan import sites
from compat.codemod.plan.sites import Site
from compat.codemod.rewrite import Change, Draft
from compat.codemod.source import Module, Notes, NotProvableError, Use
from compat.codemod.uses import Project, SetterCall, setter_calls

# The rules that the plan speaks for; each has its file in `rules`, with its words.
SAME_FILE, PROJECT, FOLD, PLATFORM = "TAC101", "TAC102", "TAC103", "TAC104"
VARIABLE, RESTORE, TRIED, VALUE = "TAC105", "TAC106", "TAC109", "TAC118"

BY_HAND = 'Give backend= to the calls that this setting is meant for ("sox_io" is "sox" there), then delete it.'

# What there is to say, by rule.
Drafts = defaultdict[str, list[tuple[Module, Draft]]]


class Part(Notes):
    """Modules that run together.

    Attributes:
        setters: the calls of the setter that run under the target.
        per_call: whether the target has backends by call.
        settled: sites that a way has settled; no other way looks at them.
        only: the one module to look at, where each is a program of its own.
    """

    def __init__(self, project: Project, modules: list[Module], drafts: Drafts, groups: Iterator[int]) -> None:
        self.project = project
        self.modules = modules
        self._drafts, self._groups = drafts, groups
        self.setters = [
            setter for module in modules for setter in setter_calls.of(module) if not project.runs_not(module, module.span(setter.call))
        ]
        self.per_call = project.target in ("2.1", "2.2")
        self.settled: set[Site] = set()
        self.only: Module | None = None
        self._by_module: dict[Module, list[Site]] = {}

    # Sites

    @property
    def sites(self) -> list[Site]:
        """The calls that a setter may govern, except those that are settled."""
        return [site for module in self.modules for site in self.sites_in(module)]

    def sites_in(self, module: Module) -> list[Site]:
        """Those of one module."""
        if self.only not in (None, module):
            return []
        if module not in self._by_module:
            runs_not = self.project.runs_not
            self._by_module[module] = [site for site in sites.of(module) if not runs_not(module, module.span(site.use.node))]
        return [site for site in self._by_module[module] if site not in self.settled]

    def has_sites_beside(self, module: Module) -> bool:
        """Tell whether another module has some."""
        return any(self.sites_in(other) for other in self.modules if other is not module)

    # Saying

    def say(self, rule: str, module: Module, node: ast.AST, why: NotProvableError) -> None:
        """Report a place, and change nothing there."""
        self._drafts[rule].append((module, Draft(module.span(node), why.reason, why.advice, related=why.related)))

    def say_of(self, setter: SetterCall, why: NotProvableError, rule: str = "") -> None:
        """Report a setter, under the rule that speaks of its kind."""
        advice = why.advice or (
            BY_HAND if self.per_call else "Delete it by hand: 2.9 has no global backend, and ignores backend= in calls."
        )
        self.say(rule or self.rule_of(setter), setter.module, setter.call, NotProvableError(why.reason, why.related, advice))

    def attempt(self, rule: str, of: Iterable[SetterCall], settle: Callable[[], None]) -> bool:
        """Settle something, or report the setters with the reason why it cannot be proved."""
        try:
            settle()
        except NotProvableError as why:
            for setter in of:
                self.say_of(setter, why, rule)
            return False
        return True

    def propose(
        self, rule: str, setter: SetterCall, changes: Iterable[Change], group: int | None = None, reason: str = "", also: Iterable[Use] = ()
    ) -> None:
        """Propose to take a setter away; ``also`` are the other uses that go with it."""
        span = setter.module.span(setter.call)
        reason = reason or (
            "the global backend is gone: each call names its own" if self.per_call else "torchaudio 2.9 has no global backend"
        )
        draft = Draft(span, reason, changes=tuple(changes), touches=(setter.use, *also), group=group)
        self._drafts[rule].append((setter.module, draft))

    def propose_site(self, rule: str, site: Site, changes: Iterable[Change], group: int) -> None:
        """Propose that a site names its backend."""
        reason = f"the global backend that torchaudio.{site.use.name} was to use is gone"
        draft = Draft(site.module.span(site.use.node), reason, changes=tuple(changes), touches=(site.use,), group=group)
        self._drafts[VALUE if site.use.call is None else rule].append((site.module, draft))

    def rule_of(self, setter: SetterCall) -> str:
        """The rule that speaks of a setter."""
        by_place = {"platform": PLATFORM, "try": TRIED, "function": FOLD}
        if setter.where in by_place:
            return by_place[setter.where]
        return PROJECT if setter.where == "main" or self.has_sites_beside(setter.module) else SAME_FILE

    def new_group(self) -> int:
        """A number for drafts that go together."""
        return next(self._groups)
