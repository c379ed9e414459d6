"""What is to become of the global backend of a whole project: which calls it governed, and whether that can be proved.

A setter may go, and the calls it governed get ``backend=``, only where every such call is known and every one can take the
argument. One doubt anywhere leaves all of it as it is, and says where the doubt is.
"""

from __future__ import annotations

import ast
import dataclasses
import functools
import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePath

from compat.codemod import acceptance, api, forwarding, kinds, reexports, settings
from compat.codemod.changes import AddArgument, Change, DropFinally, Remove, Substitute, Unwrap
from compat.codemod.doubts import DoubtError
from compat.codemod.findings import Draft, Place
from compat.codemod.module import Module, Use, is_test
from compat.codemod.project import Project
from compat.codemod.scopes import all_arguments
from compat.codemod.settings import Setting

# The rules that this plan speaks for; each has its file in `rules`, with its words.
SAME_FILE, PROJECT, FOLD, PLATFORM, VARIABLE, RESTORE, TRIED, VALUE = (
    "TAC101",
    "TAC102",
    "TAC103",
    "TAC104",
    "TAC105",
    "TAC106",
    "TAC109",
    "TAC118",
)


@dataclasses.dataclass(frozen=True, eq=False)
class Site:
    """A call of ``load``, ``save`` or ``info``, or one of them passed on as a value, that names no backend."""

    module: Module
    use: Use

    @property
    def place(self) -> Place:
        return self.module.place(self.use.node)

    @property
    def at_import(self) -> bool:
        """Whether it runs when its module is imported."""
        return self.module.function_of(self.use.node) is None


_NAMESPACES = re.compile(r"modules|\bmods?\b|\b(?:globals|locals|vars)\(|__dict__|namespace", re.I)
_MINDS = re.compile(r"raises|warns|deprecated|suppress|expected", re.I)


def no_such_backend(name: str) -> str:
    """Why a global backend of this name fails."""
    return f"no release since 0.9 has a global backend {name!r}; there were {', '.join(map(repr, api.PER_CALL_NAMES))}"


def instead_of(name: str) -> str:
    """What to write where a name is none of a global backend."""
    return 'Write "sox_io" and run again: it replaced "sox".' if name == "sox" else "Write the one that is meant, and run again."


_BY_HAND = 'Give backend= to the calls that this setting is meant for ("sox_io" is "sox" there), then delete it.'


def drafts(project: Project, rule: str, module: Module) -> Iterator[Draft]:
    """The plan's drafts for one rule in one module."""
    plan: Plan = project.note("plan", lambda: Plan(project))
    return (draft for owner, draft in plan.drafts[rule] if owner is module)


def groups(project: Project) -> list[tuple[str, int]]:
    """The groups of the plan, with each rule that has a part in them, as far as this process has looked."""
    plan: Plan = project.note("plan", lambda: Plan(project))
    return [(rule, draft.group) for rule, own in plan.drafts.items() for _, draft in own if draft.group is not None]


class Plan:
    """The plan for a project, made at once; ``drafts`` has what there is to say, by rule."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.drafts: dict[str, list[tuple[Module, Draft]]] = defaultdict(list)
        numbers = itertools.count()
        groups = [[module] for module in project.modules if module.standalone]
        groups.append([module for module in project.modules if not module.standalone])
        for modules in groups:
            _Part(project, modules, self.drafts, numbers).make()


class _Part:
    """The plan for modules that run together."""

    def __init__(self, project: Project, modules: list[Module], out: dict[str, list[tuple[Module, Draft]]], groups: Iterator[int]) -> None:
        self.project, self.modules, self.out, self._groups = project, modules, out, groups
        self.settings = [
            setting for module in modules for setting in settings.of(module) if not project.runs_not(module, module.span(setting.call))
        ]
        self.per_call = project.target in ("2.1", "2.2")

        self._by_module: dict[Module, list[Site]] = {}
        self._settled: set[Site] = set()
        self._early: dict[Setting, _Early] = {}
        self._only: Module | None = None

    @property
    def sites(self) -> list[Site]:
        """The calls that a setting may govern, except those that are settled."""
        return [site for module in self.modules for site in self.sites_in(module)]

    def sites_in(self, module: Module) -> list[Site]:
        """Those of one module."""
        if self._only not in (None, module):
            return []
        if module not in self._by_module:
            runs_not = self.project.runs_not
            self._by_module[module] = [site for site in _sites(module) if not runs_not(module, module.span(site.use.node))]
        return [site for site in self._by_module[module] if site not in self._settled]

    def _has_sites_beside(self, module: Module) -> bool:
        """Whether another module has some; those that are not parsed yet are asked last."""
        return any(self.sites_in(other) for other in sorted(self.modules, key=lambda one: not one.is_parsed) if other is not module)

    def make(self) -> None:
        for module in self.modules:
            for use in module.of("setter"):
                if use.call is None and not use.stored:
                    reason = "the setter is passed on as a value, so what it will set is not seen here"
                    self._say(VARIABLE, module, use.node, DoubtError(reason, advice=_BY_HAND))
        found = [one for module in self.modules for one in restores(module)]
        restored = {setting.call for restore in found for setting in (restore.set, restore.back)}
        rest = [setting for setting in self.settings if setting.call not in restored]
        if not self.per_call:
            for restore in found:
                self._attempt(RESTORE, [restore.set], lambda restore=restore: self._drop(restore))  # type: ignore[misc]
            self._delete(rest)
            return
        if not found and not rest:
            return
        settled = [self._attempt(RESTORE, [restore.set], lambda restore=restore: self._restore(restore)) for restore in found]  # type: ignore[misc]
        self._settled = {site for restore in found for site in self._within(restore)}
        if not all(settled):
            places = [restore.set.module.place(restore.set.call) for restore, done in zip(found, settled, strict=True) if not done]
            for setting in rest:
                doubt = DoubtError("another place sets a backend and restores it, and cannot be settled", places, _BY_HAND)
                self._say(self._rule(setting), setting.module, setting.call, doubt)
        elif rest:
            self._per_call(rest)

    # Saying

    def _say(self, rule: str, module: Module, node: ast.AST, doubt: DoubtError) -> None:
        self.out[rule].append((module, Draft(module.span(node), doubt.reason, doubt.advice, related=doubt.related)))

    def _attempt(self, rule: str, of: list[Setting], do: Callable[[], None]) -> bool:
        try:
            do()
        except DoubtError as doubt:
            for setting in of:
                self._say(rule, setting.module, setting.call, DoubtError(doubt.reason, doubt.related, self._advice(doubt)))
            return False
        return True

    def _advice(self, doubt: DoubtError) -> str:
        if self.per_call:
            return doubt.advice or _BY_HAND
        return doubt.advice or "Delete it by hand: 2.9 has no global backend, and ignores backend= in calls."

    def _propose(self, rule: str, setting: Setting, changes: list[Change], group: int | None, reason: str = "") -> None:
        if not reason:
            reason = "torchaudio 2.9 has no global backend" if not self.per_call else "the global backend is gone: each call names its own"
        self.out[rule].append((setting.module, Draft(setting.module.span(setting.call), reason, changes=tuple(changes), group=group)))

    # 2.9: nothing takes its place

    def _delete(self, rest: list[Setting]) -> None:
        for setting in rest:
            rule = {"platform": PLATFORM, "try": TRIED, "function": FOLD}.get(setting.where, SAME_FILE)
            self._attempt(rule if setting.name is not None else VARIABLE, [setting], lambda s=setting, r=rule: self._delete_one(r, s))  # type: ignore[misc]

    def _drop(self, restore: Restore) -> None:
        self._no_fake("set_audio_backend")
        self._propose(RESTORE, restore.set, list(restore.changes()), None)

    def _delete_one(self, rule: str, setting: Setting) -> None:
        self._no_fake("set_audio_backend")
        if setting.name is None and setting.where != "guarded":
            self._variable(setting)
        self._no_getter()
        region: ast.stmt = setting.region
        if setting.where == "guarded":
            if not (isinstance(region, ast.If) and _asks_lister(setting.module, region.test) and _only_sets_all(setting.module, region)):
                return  # TAC121 speaks of guards
        elif setting.where == "value":
            raise DoubtError("the value of the setter is used")
        elif setting.where != "try":
            self._not_caught(setting)
        if setting.where == "platform":  # an `if` that is left with nothing to decide goes with the last of its arms
            region = setting.statement
        self._propose(rule, setting, [Remove(region)], None)

    # 2.1, 2.2: the calls name it

    def _per_call(self, rest: list[Setting]) -> None:
        guarded = [setting for setting in rest if setting.where == "guarded"]
        rest = [setting for setting in rest if setting.where != "guarded"]
        forced = self.project.backend
        unreadable = [] if forced else [setting for setting in rest if setting.name not in api.PER_CALL_NAMES]
        for setting in unreadable:
            self._attempt(VARIABLE, [setting], lambda s=setting: self._variable(s))  # type: ignore[misc]
        readable = [setting for setting in rest if setting not in unreadable]
        if not readable:
            return
        if unreadable or guarded:
            first = (unreadable or guarded)[0]
            what = (
                "another place sets a backend whose name cannot be read, or that 2.0 does not have"
                if unreadable
                else "another place sets a backend under a condition"
            )
            doubt = DoubtError(what, [first.module.place(first.call)])
            for setting in readable:
                self._say(self._rule(setting), setting.module, setting.call, DoubtError(doubt.reason, doubt.related, _BY_HAND))
            return
        names = {forced or api.PER_CALL_NAMES[setting.name or ""] for setting in readable}
        tried = [setting for setting in readable if setting.where == "try"]
        platform = [setting for setting in readable if setting.where == "platform"]
        if forced:
            self._attempt(PROJECT, readable, lambda: self._everywhere(readable, forced, evidence=False))
        elif len(tried) == len(readable):
            self._attempt(TRIED, tried, lambda: self._forget(tried))
        elif len(platform) == len(readable):
            self._attempt(PLATFORM, platform, lambda: self._choose(platform))
        elif all(setting.where == "function" for setting in readable):
            self._attempt(FOLD, readable, lambda: self._fold(readable))
        elif len(names) == 1:
            rule = SAME_FILE if len({setting.module for setting in readable}) == 1 else PROJECT
            if self._has_sites_beside(readable[0].module) or any(one.where == "main" for one in readable):
                rule = PROJECT
            self._attempt(rule, readable, lambda: self._everywhere(readable, names.pop(), rule=rule))
        else:
            self._apart(readable)

    def _variable(self, setting: Setting) -> None:
        if setting.name is not None:
            advice = instead_of(setting.name)
            if setting.name == "sox" and self.per_call:
                advice += " Or run with --backend sox."
            raise DoubtError(no_such_backend(setting.name), advice=advice)
        value = settings.argument(setting.call)
        words = f"what is set is not a literal: {ast.unparse(value)}" if value is not None else "what is set cannot be read"
        places = [module.place(node) for module in self.modules for node in module.strings if node.value in ("sox_io", "sox-io")]
        if any(isinstance(node, ast.Name | ast.Attribute | ast.Subscript | ast.Call) for node in [value] if node):
            places += self.project.mentions
        advice = 'Pass the value on to each load, save and info as backend= ("sox_io" is "sox" there), or run with --backend NAME.'
        if not self.per_call:
            advice = "Delete it, and the option that the value comes from: 2.9 has no backends."
        raise DoubtError(words, places[:8], advice)

    def _apart(self, readable: list[Setting]) -> None:
        """Several names: fine where each is in a program of its own."""
        by_module: dict[Module, list[Setting]] = defaultdict(list)
        for setting in readable:
            by_module[setting.module].append(setting)
        relevant = {*by_module, *(site.module for site in self.sites)}
        for module, own in by_module.items():
            self._only = None
            rule = self._rule(own[0])

            def alone(module: Module = module, own: list[Setting] = own) -> None:
                names = {api.PER_CALL_NAMES[setting.name or ""] for setting in own}
                others = [setting for setting in readable if setting.name != own[0].name]
                linked = self.project.imports.reachable(module.path) | self.project.imports.importers(module.path)
                touching = [other for other in relevant if other is not module and other.path in linked]
                if len(names) > 1 or touching or any(not setting.hard for setting in own):
                    raise DoubtError("more than one backend is set", [other.module.place(other.call) for other in others[:3]])
                self._only = module
                self._everywhere(own, names.pop(), evidence=False, rule=SAME_FILE)

            self._attempt(rule, own, alone)
        self._only = None

    def _rule(self, setting: Setting) -> str:
        """The rule that speaks of a setting."""
        by_place = {"platform": PLATFORM, "try": TRIED, "function": FOLD}
        if setting.where in by_place:
            return by_place[setting.where]
        return PROJECT if setting.where == "main" or self._has_sites_beside(setting.module) else SAME_FILE

    def _everywhere(self, own: list[Setting], name: str, *, evidence: bool = True, rule: str = PROJECT) -> None:
        """One name for the whole program: every call gets it."""
        self._no_doubts()
        # One in a function that sets again what the program has set at its start adds nothing.
        sure = [setting for setting in own if not evidence or setting.where != "function"]
        homes = {setting.module for setting in sure}
        governed: list[Site] = []  # in the modules that this process looks at

        def ask(module: Module) -> None:
            own = [setting for setting in sure if setting.module is module]
            for site in self.sites_in(module):
                if self._after(site, own) if module in homes else (not evidence or self._runs_after(site, sure)):
                    governed.append(site)

        self._ask_each(ask)
        away = [site for site in governed if site.module not in homes]
        self._import_times(away)
        self._no_early_calls(away, sure)
        group = next(self._groups)
        changes = self._give_all([(site, f'"{name}"', name) for site in governed])
        for setting in own:
            if setting.where == "function":
                self._not_caught(setting)
            if setting.where in ("value", "branch") or (evidence and setting.where == "platform"):
                raise DoubtError("it is set under a condition" if setting.where != "value" else "the value of the setter is used")
            if setting.name is None and not _harmless(settings.argument(setting.call)):
                raise DoubtError("what is set is worked out by a call, which would go with it")
        for setting in own:
            self._propose(rule, setting, [Remove(setting.region)], group)
        self._record(changes, rule, group, name)

    def _forget(self, tried: list[Setting]) -> None:
        """Attempts whose failure nobody minded: the dispatcher chooses by itself."""
        self._no_doubts()
        for setting in tried:
            reason = "an attempt to set a backend that nobody minds failing: from 2.1 on each call finds one by itself"
            self._propose(TRIED, setting, [Remove(setting.region)], None, reason)

    def _choose(self, platform: list[Setting]) -> None:
        """A backend by operating system: one constant."""
        self._no_doubts()
        regions = {id(setting.region): setting.region for setting in platform}
        if len(regions) > 1:
            raise DoubtError("the backend is chosen in more than one place")
        module, region = platform[0].module, next(iter(regions.values()))
        choice = settings.platform_choice(module, region)
        if choice is None:
            raise DoubtError("an arm of this choice does more than set a backend that 2.0 has")
        away = [site for site in self.sites if site.module is not module]
        if away:
            raise DoubtError("calls in other modules depend on this choice", [site.place for site in away[:3]])
        governed = [site for site in self.sites if self._after(site, platform)]
        constant = "AUDIO_BACKEND"
        taken = {node.id for node in module.names.scope_of if isinstance(node, ast.Name)} | set(module.names.module.bindings)
        while constant in taken:
            constant = f"_{constant}"
        names = set(settings.names_set(module, region))
        group = next(self._groups)
        changes = self._give_all([(site, constant, "sox" if "sox_io" in names else "soundfile") for site in governed])
        for site in governed if "soundfile" in names else ():
            acceptance.changes_for(self.project, site.module, site.use, "soundfile")
        new: Change = Substitute(region, f"{constant} = {choice}") if governed else Remove(region)
        self._propose(PLATFORM, platform[0], [new], group)
        self._record(changes, PLATFORM, group, constant)

    def _fold(self, own: list[Setting]) -> None:
        """Settings in functions, each before calls of its own in the same block."""
        self._no_doubts()
        governed: dict[int, tuple[Site, Setting]] = {}
        for setting in own:
            for site in self._dominated(setting, own):
                governed[id(site)] = (site, setting)
        for site in self.sites:
            if id(site) not in governed:
                beside = any(_in_one_function(setting, site) for setting in own)
                if beside:
                    raise DoubtError("a call in the same function runs before it, or also without it", [site.place])
                raise DoubtError("the setting outlives its function, and other calls may depend on it", [site.place])
        for setting in own:
            self._not_caught(setting)
            function = setting.module.function_of(setting.call)
            waits = function is not None and any(isinstance(node, ast.Yield | ast.YieldFrom | ast.Await) for node in ast.walk(function))
            if waits and len({other.name for other in own}) > 1:
                raise DoubtError("its function pauses, and another backend may be set meanwhile")
        group = next(self._groups)
        given = [(site, api.PER_CALL_NAMES[setting.name or ""]) for site, setting in governed.values()]
        changes = self._give_all([(site, f'"{name}"', name) for site, name in given])
        for setting in own:
            self._propose(FOLD, setting, [Remove(setting.statement)], group)
        self._record(changes, FOLD, group, "")

    def _not_caught(self, setting: Setting) -> None:
        """Raise where a handler minds that the setter fails: a call fails with another error."""
        for above in setting.module.names.chain(setting.statement):
            if isinstance(above, ast.FunctionDef | ast.AsyncFunctionDef):
                return
            if isinstance(above, ast.With | ast.AsyncWith) and any(_MINDS.search(ast.unparse(item.context_expr)) for item in above.items):
                raise DoubtError("what it raises or warns is asked for", [setting.module.place(above.items[0].context_expr)])
            if isinstance(above, ast.Try) and any(setting.module.inside(setting.statement, one) for one in above.body):
                for handler in above.handlers:
                    if not settings.catches_import_errors_only(handler):
                        raise DoubtError("it may fail, and something else is done then", [setting.module.place(handler)])

    def _dominated(self, setting: Setting, own: list[Setting]) -> Iterator[Site]:
        """The sites that run after the setting, in its block, before another setting."""
        module, block = setting.module, setting.module.siblings(setting.statement)
        function = module.function_of(setting.statement)
        for statement in block[block.index(setting.statement) + 1 :]:
            if any(other is not setting and other.module is module and module.inside(other.call, statement) for other in own):
                return
            for site in self.sites_in(module):
                if module.inside(site.use.node, statement) and module.function_of(site.use.node) is function:
                    yield site

    # Save and restore

    def _within(self, restore: Restore) -> list[Site]:
        module = restore.set.module
        return [site for site in self.sites_in(module) if any(module.inside(site.use.node, one) for one in restore.region)]

    def _restore(self, restore: Restore) -> None:
        self._no_doubts()
        if restore.set is restore.back:
            self._nobody_sets_inside(restore)
            self._propose(RESTORE, restore.set, list(restore.changes()), None)
            return
        name = api.PER_CALL_NAMES.get(restore.set.name or "")
        if name is None:
            raise DoubtError("what is set in between cannot be read")
        module, inside = restore.set.module, self._within(restore)
        self._not_caught(restore.set)
        function = module.function_of(restore.set.statement)
        saved = restore.saved.targets[0] if isinstance(restore.saved, ast.Assign) else None
        if function is None and isinstance(saved, ast.Name) and self.project.is_exported(module, saved.id):
            raise DoubtError(f"{saved.id} is imported by another file")
        if any(module.function_of(site.use.node) is not function for site in inside):
            raise DoubtError("a call in between runs later")
        if len(inside) < len(self.sites):
            for statement in restore.region:
                for node in ast.walk(statement):
                    if (
                        isinstance(node, ast.Yield | ast.YieldFrom | ast.Await | ast.With)
                        or (isinstance(node, ast.Call) and self._reaches(module, node))
                        or self._may_load(node)
                    ):
                        raise DoubtError("what runs in between may load elsewhere", [module.place(node)])
        group = next(self._groups)
        changes = self._give_all([(site, f'"{name}"', name) for site in inside])
        self._propose(RESTORE, restore.set, list(restore.changes()), group)
        self._record(changes, RESTORE, group, name)

    def _nobody_sets_inside(self, restore: Restore) -> None:
        """Raise where what is put back may have been changed by a function of the project."""
        module = restore.saved_in
        block = module.siblings(restore.saved)
        last = restore.attempt or restore.back.statement
        between = block[block.index(restore.saved) + 1 : block.index(last) + 1]
        others = [one for one in self.settings if one is not restore.back and one.module.function_of(one.call) is not None]
        for statement in between if others else ():
            for node in ast.walk(statement):
                if isinstance(node, ast.Call) and node is not restore.back.call and self._reaches(module, node):
                    raise DoubtError("what runs in between may set a backend", [module.place(node)])

    def _may_load(self, node: ast.AST) -> bool:
        """Whether a node may run one of the project's functions with a site in it, going by its name."""
        loading = self._loading
        hidden = loading & _HIDDEN_CALLS
        if isinstance(node, ast.Name):
            return node.id in loading
        if isinstance(node, ast.Attribute):
            return node.attr in loading and node.attr not in api.FUNCTIONS
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            return bool(hidden) and bool(name) and name not in (*api.FUNCTIONS, *_HARMLESS_METHODS)
        return bool(hidden) and isinstance(node, ast.Subscript | ast.For | ast.comprehension | ast.Starred)

    @functools.cached_property
    def _loading(self) -> frozenset[str]:
        sites = self.sites
        return self._names_that_load(sites, {site.module: None for site in sites})

    def _reaches(self, module: Module, call: ast.Call) -> bool:
        """Whether a call may come to one of the project's own sites; what is known of other packages does not."""
        qualified = module.names.qualified(call.func)
        if qualified is not None:
            return qualified.startswith(".") or qualified.partition(".")[0] not in _STRANGERS
        if isinstance(call.func, ast.Name):
            return bool(module.names.bindings(call.func))
        return not isinstance(call.func, ast.Attribute)

    # Doubts

    def _no_doubts(self) -> None:
        """Raise where not every call is seen, or something else stands for what is called."""
        if self._doubt is not None:
            raise DoubtError(*self._doubt.args)

    @functools.cached_property
    def _doubt(self) -> DoubtError | None:
        """The first reason for that; it is the same for all settings."""
        try:
            self._look_for_doubts()
        except DoubtError as why:
            return why
        return None

    def _look_for_doubts(self) -> None:
        for name in (*api.FUNCTIONS, "set_audio_backend"):
            self._no_fake(name)
        self._no_getter()
        self._ask_each(_seen)
        if self.project.unread and not self.modules[0].standalone:
            raise DoubtError("a file that speaks of torchaudio cannot be read", self.project.unread[:3])
        if self.project.target == "2.1":
            self._ask_each(_no_variable)
        self.project.link_together()
        self._ask_each(self._no_other_name)

    def _ask_each(self, check: Callable[[Module], None], modules: Iterable[Module] | None = None) -> None:
        """Raise the first doubt that a check raises about a module; it must look into no other, and each process asks about its own.

        Args:
            modules: those that there is anything to ask about, where that is not all.
        """
        doubt = None
        for module in self.modules if modules is None else sorted(set(modules), key=self.project.number):
            if self.project.is_mine(module):
                try:
                    check(module)
                except DoubtError as why:
                    doubt = self.project.number(module), why
                    break
        doubts = [one for one in self.project.share.tell(doubt) if one is not None]
        if doubts:
            raise min(doubts, key=lambda one: one[0])[1]

    def _no_other_name(self, module: Module) -> None:
        """Raise where torchaudio, or a function of it, goes from one file to another under a name that is not looked for."""
        for imported in module.imported:
            known = api.KNOWN.get(imported.path)
            passed = imported.path == api.ROOT or (known is not None and known.kind in ("function", "setter"))
            if passed and imported.local != api.ROOT and imported.scope is module.names.module:
                others = self.project.imports.who_imports(module.path, imported.local)
                if others:
                    reason = f"{imported.local} is imported from {module.path} elsewhere, so not every call is seen"
                    raise DoubtError(reason, [Place(others[0], 1, 1, 1, 1)])
        for reached in reexports.of(self.project, module):
            if reached.known.kind in ("function", "setter", "getter"):
                reason = f"torchaudio is reached by way of {reached.through}, so not every call is seen"
                raise DoubtError(reason, [module.place(reached.node)])

    def _no_fake(self, name: str) -> None:
        fakes = self.project.fakes_of(name)
        if fakes:
            reason = f"torchaudio.{fakes[0].name or name} {fakes[0].how}, and what takes its place would receive the new argument"
            if name == "set_audio_backend":
                reason = f"torchaudio.{fakes[0].name or name} {fakes[0].how}"
            raise DoubtError(reason, [fake.place for fake in fakes[:3]])

    def _no_getter(self) -> None:
        for module in self.modules:
            known = {restore.getter for restore in restores(module)}
            for use in module.of("getter"):
                if use not in known and not use.stored:
                    raise DoubtError(
                        "get_audio_backend is used", [module.place(use.node)], "Decide what the code that asks for it should do."
                    )

    def _after(self, site: Site, own: list[Setting]) -> bool:
        """Whether a site of the setter's own module runs after it; ``False`` for one that surely runs before.

        Raises:
            DoubtError: it may run before.
        """
        module = site.module
        imported = [one for one in module.imported if one.local == site.use.root.id and one.path == site.use.path]
        hard = [setting for setting in own if setting.where in ("module", "main", "platform")] or own
        first = min(module.span(setting.route[-1] if setting.route else setting.region)[0] for setting in hard)
        if imported:
            early = all(module.span(one.statement)[1] <= first and one.scope is module.names.module for one in imported)
            if early and all(setting.where == "module" for setting in hard):
                return False  # the name was bound before, to the function of the default backend
            raise DoubtError("the function is bound by `from torchaudio import`, perhaps after the setter", [site.place])
        if site.at_import:
            return module.span(site.use.node)[0] > first
        top = _top(module, site.use.node)
        for setting in hard:
            for place in (setting.region, *setting.route):
                outer = module.function_of(place)
                if outer is not None and module.inside(site.use.node, outer) and module.span(site.use.node)[0] < module.span(place)[0]:
                    raise DoubtError("a call stands before the setter", [site.place])
            if isinstance(top, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                self._not_called(module, top, setting)
        return True

    def _not_called(self, module: Module, function: ast.stmt, setting: Setting) -> None:
        """Raise unless nothing that runs before the setter can call the function."""
        speakers: dict[str, set[str]] = self.project.note(("who speaks of whom", module.path), lambda: _speakers(module))
        if setting not in self._early:
            self._early[setting] = _Early(module, setting)
        early = self._early[setting]
        dangerous: set[str] = set()
        waiting = [getattr(function, "name", "")]
        while waiting:
            name = waiting.pop()
            if name not in dangerous:
                dangerous.add(name)
                waiting += speakers.get(name, ())
        if function in early.statements and any(_calls_what_it_decorates(module, one) for one in getattr(function, "decorator_list", ())):
            raise DoubtError("its decorator calls a function that loads before the setter", [module.place(function)])
        named = dangerous & early.names.keys()
        if named:
            first = min((early.names[name] for name in named), key=lambda statement: statement.lineno)
            raise DoubtError("a function that loads may run before the setter", [module.place(first)])

    def _runs_after(self, site: Site, own: list[Setting]) -> bool:
        """Whether a site of another module runs under the setting; ``False`` where it surely does not.

        Raises:
            DoubtError: it runs with and without it.
        """
        graph, path = self.project.imports, site.module.path
        homes = {setting.module.path for setting in own}
        if any(one.local == site.use.root.id and one.path == site.use.path for one in site.module.imported):
            raise DoubtError("the function is bound by `from torchaudio import`, perhaps before the setter", [site.place])
        if graph.reachable(path) & homes:
            return True
        if site.module.is_test:
            return False
        for root in sorted(graph.importers(path)):
            file = graph.files[root]
            if file.is_main and root not in homes and not is_test(root) and not graph.reachable(root) & homes:
                if root == path and not file.dynamic and not any(path in graph.reachable(home) for home in homes):
                    return False  # a program of its own, which never sees the setting
                raise DoubtError(f"this call also runs under {root}, which sets no backend", [site.place])
        return True

    def _import_times(self, away: list[Site]) -> None:
        """Raise where a site outside of a setter's module runs when its own is imported."""

        def ask(module: Module) -> None:
            for site in away:
                if site.module is module and site.at_import and not module.interactive:
                    raise DoubtError("a call in another module runs while that is imported, perhaps before the setter", [site.place])

        self._ask_each(ask, (site.module for site in away))

    def _no_early_calls(self, away: list[Site], own: list[Setting]) -> None:
        """Raise where a function of another module that loads is called before the setter, or where that never runs."""
        homes = {setting.module: setting for setting in reversed(own)}
        loading = self._names_that_load(away, self.modules)
        if not loading:
            return
        reason = "a function of another module that loads is called before the setter, or where it does not run"
        for module, setting in homes.items():
            for statement in _before(module, setting):
                if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    for node in ast.walk(statement):
                        if isinstance(node, ast.Call) and self._is_one_of(module, node, loading):
                            raise DoubtError(reason, [module.place(node)])
        graph = self.project.imports
        paths = {module.path for module in homes}
        sited = set[str]().union(*self.project.share.tell({site.module.path for site in away}))
        quiet = {path for one in sited for path in graph.importers(one)} & self.project.quiet
        called = re.compile(
            rb"^(?![ \t#])[^\n]*\b(?:" + b"|".join(re.escape(name.encode()) for name in sorted(loading)) + rb")[ \t]*\(", re.M
        )

        def ask(module: Module) -> None:
            outside = module in homes or module.is_test or module.interactive or _under(module.path, paths)
            if not outside and not graph.reachable(module.path) & paths:
                for call in module.calls:
                    guarded = settings.is_main_guard(module, _top(module, call))
                    if module.function_of(call) is None and not guarded and self._is_one_of(module, call, loading):
                        raise DoubtError(reason, [module.place(call)])

        self._ask_each(ask)
        for path in sorted(quiet):
            found = None if is_test(path) else self.project.parsed(path, called)
            if found is not None:
                ask(found)

    def _names_that_load(self, sites: Iterable[Site], modules: Iterable[Module]) -> frozenset[str]:
        """The names of the functions and classes that a site stands in, and of those in some modules that speak of one of them."""
        around = {name for site in sites for name in _definitions_around(site.module, site.use.node)}
        new = set[str]().union(*self.project.share.tell(around)) - {"__init__"}
        own = [module for module in modules if self.project.is_mine(module)]
        names: set[str] = set()
        while new:
            names |= new
            found = {speaker for module in own for name in new for speaker in _who_speaks_of(module, name)}
            new = set[str]().union(*self.project.share.tell(found)) - names - {"__init__"}
        return frozenset(names)

    def _is_one_of(self, module: Module, call: ast.Call, names: frozenset[str]) -> bool:
        """Whether a call may be of one of the project's functions of these names, imported under another name or not."""
        qualified = module.names.qualified(call.func)
        if qualified is not None:
            root = qualified.partition(".")[0]
            return qualified.rpartition(".")[2] in names and root not in _STRANGERS and root not in _OTHER_LOADERS
        return kinds.called(call) in names

    # Giving

    def _give_all(self, wanted: list[tuple[Site, str, str]]) -> list[tuple[Site, list[Change]]]:
        """The sites with the changes that make each name its backend; those that another process looks at, with none.

        Raises:
            DoubtError: one cannot take the argument.
        """
        made: dict[Site, list[Change]] = {}

        def give(module: Module) -> None:
            made.update((site, self._give(site, value, name)) for site, value, name in wanted if site.module is module)

        self._ask_each(give, (site.module for site, _, _ in wanted))
        return [(site, made.get(site, [])) for site, _, _ in wanted]

    def _give(self, site: Site, value: str, name: str) -> list[Change]:
        """The changes that make one site name its backend.

        Raises:
            DoubtError: it cannot take the argument.
        """
        use = site.use
        if use.call is None:
            acceptance.changes_for(self.project, site.module, site.use, name)
            return self._give_value(site, value)
        changes: list[Change] = [AddArgument(use.call, "backend", value)]
        if any(keyword.arg is None for keyword in use.call.keywords):
            self._no_backend_in_dicts(site)
        changes += acceptance.changes_for(self.project, site.module, site.use, name)
        return changes

    def _no_backend_in_dicts(self, site: Site) -> None:
        """Raise where what is passed as ``**kwargs`` may name a backend already."""
        for module in self.modules:
            own = {id(keyword) for use in module.of("function", "setter") if use.call for keyword in use.call.keywords}
            named = [node for node in module.names.all(ast.keyword) if node.arg == "backend" and id(node) not in own]
            quoted = [node for node in module.names.all(ast.Constant) if node.value == "backend"]
            for node in (*named, *quoted):
                reason = "arguments are passed in a dict, which may name a backend already"
                raise DoubtError(reason, [site.place, module.place(node)])

    def _give_value(self, site: Site, value: str) -> list[Change]:
        module, node = site.module, site.use.node
        above = module.names.parents[node]
        if isinstance(above, ast.Call) and self._looked_into(above):
            raise DoubtError("what it is passed to asks for its name or its parameters", [site.place])
        if forwarding.is_kept(module, node) and (places := [*self._asked_of_functions()]):
            raise DoubtError("the function is kept as a value, and functions are asked for their names", [site.place, *places[:2]])
        try:
            return forwarding.with_backend(module, site.use, module.segment(node), value)
        except forwarding.HeldError as why:
            raise DoubtError(str(why), [site.place]) from why

    def _asked_of_functions(self) -> Iterator[Place]:
        """Where the project asks something for its name that is not plainly a class."""
        for module in self.modules:
            for node in module.names.all(ast.Attribute):
                if node.attr in ("__name__", "__qualname__", "__code__") and not isinstance(node.value, ast.Call):
                    owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
                    if owner not in ("__class__", "cls"):
                        yield module.place(node)

    def _looked_into(self, call: ast.Call) -> bool:
        """Whether a function of the project that has this name asks a function for what a partial one lacks."""
        name = kinds.called(call)
        for module in self.modules:
            definitions: list[ast.FunctionDef | ast.AsyncFunctionDef] = [*module.names.all(ast.FunctionDef)]
            definitions += module.names.all(ast.AsyncFunctionDef)
            for definition in definitions:
                if definition.name == name and _mentioned(definition) & {"__name__", "__qualname__", "__code__", "signature"}:
                    return True
        return False

    def _record(self, changes: list[tuple[Site, list[Change]]], rule: str, group: int, name: str) -> None:
        for site, wanted in changes:
            owner = VALUE if site.use.call is None else rule
            reason = f"the global backend that torchaudio.{site.use.name} was to use is gone"
            draft = Draft(site.module.span(site.use.node), reason, changes=tuple(wanted), group=group)
            self.out[owner].append((site.module, draft))


# Methods that run without being named.
_HIDDEN_CALLS = {"__getitem__", "__iter__", "__next__", "__call__", "__len__", "forward"}
_HARMLESS_METHODS = (
    "append", "extend", "mean", "to", "float", "numpy", "size", "squeeze", "unsqueeze", "view", "reshape", "item", "abs", "close",
    "read", "write", "join", "format", "strip", "split", "lower", "keys", "get", "debug", "warning", "error",
)  # fmt: skip


# Packages whose functions are often called like one that loads audio.
_OTHER_LOADERS = {"yaml", "toml", "tomllib", "pickle", "joblib", "argparse", "hydra", "omegaconf", "datasets", "transformers"}


class _Early:
    """What runs in a module before a setter: the statements, and the names that they speak of, each with the first that does."""

    def __init__(self, module: Module, setting: Setting) -> None:
        self.statements = dict.fromkeys(_before(module, setting))
        self.names: dict[str, ast.stmt] = {}
        for statement in self.statements:
            for part in _run_at_once(module, statement):
                for name in _mentioned(part):
                    self.names.setdefault(name, statement)


def _run_at_once(module: Module, statement: ast.stmt) -> Iterable[ast.AST]:
    """The parts of a statement that run where it stands, and not only when something that it defines is called."""
    if settings.is_main_guard(module, statement):
        return ()
    if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return (statement,)
    if isinstance(statement, ast.ClassDef):
        inner = (part for one in statement.body for part in _run_at_once(module, one))
        return (*statement.decorator_list, *statement.bases, *inner)
    defaults = (one for one in (*statement.args.defaults, *statement.args.kw_defaults) if one is not None)
    return (*statement.decorator_list, *defaults)


def _speakers(module: Module) -> dict[str, set[str]]:
    """For each name the functions and classes at the top of a module that speak of it."""
    found: dict[str, set[str]] = defaultdict(set)
    for one in module.tree.body:
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for name in _mentioned(one):
                found[name].add(one.name)
    return found


def _before(module: Module, setting: Setting) -> Iterator[ast.stmt]:
    """The statements that run before a setter in its module: above it, above what it stands in, above the calls that lead to it."""
    for place in (setting.region, *setting.route):
        below: ast.AST = place
        for above in module.names.chain(place):
            if setting.route and place is not setting.route[-1] and isinstance(below, ast.FunctionDef | ast.AsyncFunctionDef):
                break
            for block in (getattr(above, "body", None), getattr(above, "orelse", None), getattr(above, "finalbody", None)):
                if isinstance(block, list) and below in block:
                    yield from block[: block.index(below)]
            below = above


def _under(path: str, packages: Iterable[str]) -> bool:
    """Whether a file lies in the package of one of these ``__init__.py``, which then runs first."""
    return any(PurePath(one).name == "__init__.py" and PurePath(one).parent in PurePath(path).parents for one in packages)


def _definitions_around(module: Module, node: ast.AST) -> Iterator[str]:
    """The names of the functions and classes that a node is part of."""
    for above in module.names.chain(node):
        if isinstance(above, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield above.name


def _who_speaks_of(module: Module, name: str) -> frozenset[str]:
    """The names of the functions and classes of a module in which a name stands, or an attribute that is called so."""

    def sort() -> dict[str, list[ast.AST]]:
        found: dict[str, list[ast.AST]] = defaultdict(list)
        for one in module.names.all(ast.Name):
            found[one.id].append(one)
        for other in module.names.all(ast.Attribute):
            found[other.attr].append(other)
        return dict(found)

    nodes = module.note("by name", sort).get(name, ())
    return frozenset(speaker for node in nodes for speaker in _definitions_around(module, node))


_STRANGERS = {
    "torch", "torchaudio", "numpy", "os", "sys", "math", "pathlib", "json", "random", "time", "logging", "warnings", "re",
    "librosa", "scipy", "pandas", "soundfile", "tqdm", "shutil", "io", "collections", "itertools", "datetime",
}  # fmt: skip


# Save and restore


@dataclasses.dataclass(frozen=True, eq=False)
class Restore:
    """``before = get()``, ``set("x")``, work, ``set(before)``; ``set`` is ``back`` where only others may set it in between."""

    getter: Use
    saved: ast.stmt
    set: Setting
    back: Setting
    region: tuple[ast.stmt, ...]
    attempt: ast.Try | None

    @property
    def saved_in(self) -> Module:
        return self.back.module

    def changes(self) -> Iterator[Change]:
        """Take all three away, and a ``try`` that is left with nothing to do."""
        yield Remove(self.saved)
        if self.set is not self.back:
            yield Remove(self.set.statement)
        if self.attempt is None or len(self.attempt.finalbody) > 1:
            yield Remove(self.back.statement)
        elif self.attempt.handlers:
            yield DropFinally(self.attempt)
        else:
            yield Unwrap(self.attempt, tuple(self.attempt.body))


def restores(module: Module) -> list[Restore]:
    """The places where a module keeps the backend that is set, sets another and puts the first one back."""
    found: list[Restore] = module.note("restores", lambda: list(_restores(module)))
    return found


def _restores(module: Module) -> Iterator[Restore]:
    own = settings.of(module)
    for use in module.of("getter"):
        statement = module.statement_of(use.node)
        if not (isinstance(statement, ast.Assign) and statement.value is use.call and len(statement.targets) == 1):
            continue
        target = statement.targets[0]
        if isinstance(target, ast.Name) and use.call is not None and not use.call.args and not use.call.keywords:
            yield from _restore(module, use, statement, target, own)


def _restore(module: Module, use: Use, saved: ast.Assign, target: ast.Name, own: list[Setting]) -> Iterator[Restore]:
    bindings = module.names.bindings(target)
    reads = [
        node
        for node in module.names.scope_of
        if isinstance(node, ast.Name) and node.id == target.id and node is not target and module.names.bindings(node) == bindings
    ]
    if len(bindings) != 1 or len(reads) != 1:
        return
    backs = [setting for setting in own if settings.argument(setting.call) is reads[0] and setting.where != "value"]
    if not backs:
        return
    back = backs[0]
    block = module.siblings(saved)
    position = block.index(saved)
    sets = [
        s
        for s in own
        if s is not back and s.name is not None and s.where != "value" and module.function_of(s.call) is module.function_of(saved)
    ]
    between = [s for s in sets if module.span(saved)[1] <= module.span(s.call)[0] < module.span(back.call)[0]]
    parent, field = module.block(back.statement)
    if not between and not any(module.span(saved)[1] <= module.span(s.call)[0] < module.span(back.call)[0] for s in own if s is not back):
        attempt = parent if isinstance(parent, ast.Try) and field == "finalbody" and parent in block and not parent.orelse else None
        if attempt is not None or back.statement in block:
            yield Restore(use, saved, back, back, (), attempt)
        return
    if len(between) != 1:
        return
    setting = between[0]
    if isinstance(parent, ast.Try) and field == "finalbody" and parent in block:
        if parent.orelse or not (setting.statement in block or (parent.body and setting.statement is parent.body[0])):
            return
        start = block.index(setting.statement) + 1 if setting.statement in block else position + 1
        if start > block.index(parent) or (setting.statement in parent.body and len(parent.body) == 1):
            return
        region = [*block[start : block.index(parent)], *parent.body, *(one for handler in parent.handlers for one in handler.body)]
        yield Restore(use, saved, setting, back, tuple(one for one in region if one is not setting.statement), parent)
    elif setting.statement in block and back.statement in block:
        region = block[block.index(setting.statement) + 1 : block.index(back.statement)]
        if not any(isinstance(node, ast.Return | ast.Raise | ast.Break | ast.Continue) for one in region for node in ast.walk(one)):
            yield Restore(use, saved, setting, back, tuple(region), None)


# Looking


def _seen(module: Module) -> None:
    """Raise unless every call of torchaudio's in a module is seen, for all that this module shows."""
    for use in module.uses:
        if use.path == api.ROOT and escapes(module, use):
            raise DoubtError(
                "the module torchaudio is passed on or bound to another name, so not every call is seen", [module.place(use.node)]
            )
    if module.ambiguous:
        raise DoubtError("a name is torchaudio in one place and something else in another", [module.place(module.ambiguous[0])])
    for imported in module.imported:
        if imported.alias.name == "*":
            raise DoubtError("everything is imported from torchaudio, so not every call is seen", [module.place(imported.statement)])
    hidden = next((use for use in module.hidden if use.kind in ("function", "setter", "getter")), None)
    if hidden is not None:
        raise DoubtError("torchaudio is used in an f-string, where nothing is changed", [module.place(module.statement_of(hidden.node))])
    for string in module.strings:
        if string.value == api.ROOT and not module.is_test and _is_looked_up(module, string):
            raise DoubtError("torchaudio is looked up by a string, so not every call is seen", [module.place(string)])
    for node in module.names.all(ast.Attribute):
        if node.attr in api.FUNCTIONS and _through_another(module, node):
            raise DoubtError("torchaudio is reached through another module, so not every call is seen", [module.place(node)])


def _no_variable(module: Module) -> None:
    """Raise where a module speaks of the variable that turns the dispatcher on or off."""
    named = [node for node in module.names.all(ast.keyword) if node.arg == api.VARIABLE]
    for mention in (*(string for string in module.strings if api.VARIABLE in str(string.value)), *named):
        raise DoubtError(f"{api.VARIABLE} is used, and may turn the dispatcher off", [module.place(mention)])


def _sites(module: Module) -> Iterator[Site]:
    for use in module.of("function"):
        if not use.stored and not _only_looked_at(module, use) and not (use.call is not None and _names_backend(use, use.call)):
            yield Site(module, use)


def _names_backend(use: Use, call: ast.Call) -> bool:
    """Whether a call gives a backend by name, or in its position among the per-call parameters."""
    return any(keyword.arg == "backend" for keyword in call.keywords) or len(call.args) > api.PER_CALL_POSITION[use.name]


def _only_looked_at(module: Module, use: Use) -> bool:
    above = module.names.parents.get(use.node)
    return isinstance(above, ast.Attribute) or (isinstance(above, ast.Call) and above.func is not use.node and forwarding.only_looks(above))


_SETTERS = ("set_audio_backend", "backend")


def escapes(module: Module, use: Use) -> bool:
    """Whether the bare module is used in a way after which calls through it are no longer seen."""
    above = module.names.parents.get(use.node)
    if isinstance(above, ast.Compare | ast.If | ast.IfExp | ast.UnaryOp | ast.BoolOp | ast.Assert | ast.Expr | ast.Delete | ast.While):
        return False
    if isinstance(above, ast.Call) and above.func is not use.node:
        callee = above.func
        name = callee.id if isinstance(callee, ast.Name) else callee.attr if isinstance(callee, ast.Attribute) else ""
        second = above.args[1] if len(above.args) > 1 else None
        named = isinstance(second, ast.Constant) and second.value not in api.FUNCTIONS
        if name == "getattr" and isinstance(second, ast.Constant) and second.value in _SETTERS:
            outer = module.names.parents.get(above)
            return isinstance(outer, ast.Assign) or (isinstance(outer, ast.Call) and outer.func is above)
        return not (
            name in ("hasattr", "delattr", "print", "reload", "version", "bool") or (name in ("getattr", "setattr", "object") and named)
        )
    return not isinstance(above, ast.Attribute)


def _through_another(module: Module, node: ast.Attribute) -> bool:
    """Whether torchaudio may be reached as an attribute, as a name of another module of the project, or by a star import."""
    owner = node.value
    if isinstance(owner, ast.Attribute):
        return owner.attr == api.ROOT
    if not isinstance(owner, ast.Name) or owner.id != api.ROOT:
        return False
    return not module.names.bindings(owner) or (module.names.qualified(owner) or "").endswith(f".{api.ROOT}")


def _is_looked_up(module: Module, node: ast.Constant) -> bool:
    above = module.names.parents.get(node)
    if isinstance(above, ast.Subscript):
        return _NAMESPACES.search(ast.unparse(above.value)) is not None
    callee = above.func if isinstance(above, ast.Call) else None
    name = callee.id if isinstance(callee, ast.Name) else callee.attr if isinstance(callee, ast.Attribute) else ""
    if name == "get":
        return isinstance(callee, ast.Attribute) and _NAMESPACES.search(ast.unparse(callee.value)) is not None
    return "import" in name


def _top(module: Module, node: ast.AST) -> ast.stmt:
    below = node
    for above in module.names.chain(node):
        if above is module.tree:
            break
        below = above
    assert isinstance(below, ast.stmt)
    return below


def _calls_what_it_decorates(module: Module, decorator: ast.expr) -> bool:
    """Whether a decorator is a function of the module that calls at once what it is given."""
    for definition in module.tree.body:
        if isinstance(definition, ast.FunctionDef) and isinstance(decorator, ast.Name) and definition.name == decorator.id:
            given = {argument.arg for argument in all_arguments(definition.args)}
            for node in ast.walk(definition):
                called = node.func if isinstance(node, ast.Call) else None
                if isinstance(called, ast.Name) and called.id in given and module.function_of(called) is definition:
                    return True
    return False


def _mentioned(node: ast.AST) -> set[str]:
    found = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
    return found | {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)}


def _harmless(node: ast.expr | None) -> bool:
    return node is not None and not any(isinstance(one, ast.Call | ast.Await | ast.Yield | ast.NamedExpr) for one in ast.walk(node))


def _asks_lister(module: Module, test: ast.expr) -> bool:
    return any(use.kind == "lister" and module.inside(use.node, test) for use in module.uses)


def _only_sets_all(module: Module, statement: ast.If) -> bool:
    return settings.only_sets(module, statement.body) and (not statement.orelse or settings.only_sets(module, statement.orelse))


def _in_one_function(setting: Setting, site: Site) -> bool:
    module = setting.module
    return site.module is module and module.function_of(site.use.node) is module.function_of(setting.call)
