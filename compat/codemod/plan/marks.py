"""Mark what matters when a module runs: sites, setters, getters, and hidden uses of a backend."""

import ast
import dataclasses
from collections.abc import Iterator

from compat.codemod.plan import constants, unseen
from compat.codemod.plan.restore_pairs import Restore, restores
from compat.codemod.source import (
    Imported,
    Kind,
    Module,
    NotProvableError,
    Place,
    Use,
    keyword,
    noted,
    old_names,
)
from compat.codemod.uses import Project, SetterCall, forwarding, setter_calls


@dataclasses.dataclass(frozen=True, eq=False)
class Site:
    """A call of ``load``, ``save`` or ``info`` without a backend, or one of them as a value."""

    module: Module
    use: Use

    @property
    def place(self) -> Place:
        """Return where it is."""
        return self.module.place(self.use.node)


@dataclasses.dataclass(frozen=True, eq=False)
class Pin:
    """A place that uses the backend in force and cannot name one: a getter, a dataset, an f-string.

    Attributes:
        lasts: whether it may use the backend again at any later time.
    """

    module: Module
    node: ast.AST
    why: NotProvableError
    lasts: bool = False
    is_getter: bool = False


class Marks:
    """What matters in one module, by node, without code that cannot run under the target.

    Attributes:
        sites: the sites, by the name or dotted name.
        bound_by: for a site whose function an import statement bound, that import.
        setters: the setters, by the call.
        pairs: the pairs of keeping and restoring a backend, by the calls of the getter and of the
            setter that restores.
        pins: the pins, by the node.
        doubt: why nothing is known once this module has run.
    """

    def __init__(self, project: Project, module: Module) -> None:
        def runs(node: ast.AST) -> bool:
            return not project.runs_not(module, module.span(node))

        self.sites: dict[ast.AST, Site] = {
            site.use.node: site for site in _sites(module) if runs(site.use.node)
        }
        self.setters: dict[ast.AST, SetterCall] = {
            one.call: _read(project, one) for one in setter_calls.of(module) if runs(one.call)
        }
        pairs = [one for one in restores(module) if one.back.call in self.setters]
        self.pairs: dict[ast.AST, Restore] = {
            call: one for one in pairs for call in (one.getter.call, one.back.call) if call
        }
        self.pins: dict[ast.AST, Pin] = {
            pin.node: pin for pin in _pins(project, module, self) if runs(pin.node)
        }
        self.bound_by: dict[Site | Pin, Imported] = {}
        places: list[Site | Pin] = [*self.sites.values(), *self.pins.values()]
        for place in places:
            root = place.use.root if isinstance(place, Site) else place.node
            for one in module.imported if isinstance(root, ast.Name) else ():
                is_it = isinstance(place, Pin) or one.path == place.use.path
                if is_it and one.local == getattr(root, "id", ""):
                    self.bound_by[place] = one
        self.doubt: NotProvableError | None = unseen.doubt(project, module)

    def may_fail(self, statement: ast.stmt) -> tuple[bool, bool]:
        """Return whether a statement may fail before what it does, and after it.

        A setter does not fail once it has set; one that restores a backend does not fail at all.
        """
        setter = self.setters.get(statement.value) if isinstance(statement, ast.Expr) else None
        if setter is not None:
            return setter.call not in self.pairs, False
        return not isinstance(statement, ast.Try | ast.TryStar), True


@noted
def of(project: Project, module: Module) -> Marks:
    """Return what matters in a module."""
    return Marks(project, module)


def _read(project: Project, setter: SetterCall) -> SetterCall:
    """Return a setter with its backend, if that is a constant."""
    value = setter_calls.argument(setter.call) if setter.name is None else None
    name = constants.text(project, setter.module, value)
    return dataclasses.replace(setter, name=name) if name else setter


def _pins(project: Project, module: Module, marks: Marks) -> Iterator[Pin]:
    harmless: set[Use] = {one.getter for one in marks.pairs.values()}
    harmless |= {getter for one in marks.setters.values() for getter in one.asked}
    for use in module.of(Kind.GETTER):
        if use not in harmless and not use.stored:
            advice = "Decide what the code that calls it should do."
            yield Pin(
                module,
                use.node,
                NotProvableError("get_audio_backend is used", [module.place(use.node)], advice),
                is_getter=True,
            )
    for use in module.hidden:
        if use.kind in (Kind.FUNCTION, Kind.GETTER):
            place = module.place(module.statement_of(use.node))
            yield Pin(module, use.node, NotProvableError(unseen.IN_FSTRING, [place]))
    for use in module.uses:
        if f"{use.path}.".startswith(("torchaudio.datasets.", "torchaudio.prototype.datasets.")):
            reason = f"{use.path} loads with the backend that is set"
            yield Pin(
                module, use.node, NotProvableError(reason, [module.place(use.node)]), lasts=True
            )
    for name, _ in module.ambiguous:
        why = NotProvableError(unseen.AMBIGUOUS, [module.place(name)])
        yield Pin(module, name, why, lasts=module.call_of(name) is None)
    for node, words in unseen.reached(project, module):
        why = NotProvableError(f"{words}, and this call is not changed", [module.place(node)])
        yield Pin(module, node, why, lasts=module.call_of(node) is None)


def _sites(module: Module) -> Iterator[Site]:
    """Yield the sites of a module."""
    given = {use: call for use, call, _ in forwarding.calls_of(module, *old_names.FUNCTIONS)}
    for use in module.of(Kind.FUNCTION):
        above, call = module.names.parents.get(use.node), use.call
        looked_at = isinstance(above, ast.Attribute) or (
            call is None and forwarding.only_looks(above)
        )
        takes = given.get(use, call)  # the call that gives it its arguments
        names_backend = (takes and keyword(takes, "backend")) or (
            call and len(call.args) > old_names.PER_CALL_POSITION[use.name]
        )
        if not (looked_at or names_backend):
            yield Site(module, use)
