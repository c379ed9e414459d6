"""Keep the functions that a program has given to code that is not followed, which may call them."""

import ast

from compat.codemod.plan.code import Meaning
from compat.codemod.plan.effects import Definition, Effects
from compat.codemod.source import Module, noted

# Methods with special names that are called where the code shows it.
_CALLED = {"__new__", "__init__", "__post_init__", "__call__", "__enter__", "__exit__"}
# Names of the same form that hold no methods.
_DATA = {
    "__all__", "__doc__", "__match_args__", "__module__", "__name__", "__qualname__", "__slots__",
    "__version__", "__wrapped__",
}  # fmt: skip


class Handed:
    """What other code may call.

    Args:
        effects: what the functions of the project do.
        all_run: any function of the project may run in any case, so that none is kept.

    Attributes:
        functions: those that matter, each with its module.
        special: the names of those that Python may call by itself.
        sets_unseen: whether one of them may set a backend where the code shows no call.
    """

    def __init__(self, effects: Effects, *, all_run: bool) -> None:
        self._effects, self._all_run = effects, all_run
        self._meanings: set[Meaning | Definition] = set()
        self.functions: dict[ast.AST, Module] = {}
        self.special: set[str] = {*_every(effects)} if all_run else set()
        self.sets_unseen: bool = False

    @property
    def count(self) -> tuple[int, int, bool]:
        """Return what tells whether anything was added."""
        return len(self.functions), len(self.special), self.sets_unseen

    def add(self, meaning: Meaning | Definition) -> None:
        """Note that unfollowed code may call a function, or a class's methods, from now on."""
        if self._all_run or meaning in self._meanings:
            return
        self._meanings.add(meaning)
        for module, node in self._effects.functions_of(meaning):
            if self._effects.matters((module, node)):
                self.functions[node] = module
                self.special |= special(getattr(node, "name", "")) - _CALLED

    def add_callback(self, meaning: Meaning | Definition) -> None:
        """Note that a function given to a call, or a generator, may run at any later moment.

        A thread runs it, or it ends as the last name of the generator goes: the code shows no call.
        """
        self.add(meaning)
        module, node = meaning
        if node is not None and (self._all_run or node in self.functions):
            self.sets_unseen |= self._effects.sets((module, node))


@noted
def _every(effects: Effects) -> set[str]:
    """Return the names of all that Python may call by itself."""
    return set().union(*map(special, effects.defined)) - _CALLED


def special(name: str) -> set[str]:
    """Return a name if it is one by which Python calls methods where no call is to be seen."""
    is_special = name.startswith("__") and name.endswith("__") and name not in _DATA
    return {name} if is_special or name == "keys" else set()
