"""Find the functions that set or use a backend, load a module, or reach a function that does."""

import ast
import functools
import re
from collections.abc import Callable, Iterator

from compat.codemod.files.content import content
from compat.codemod.plan import code, marks
from compat.codemod.plan.code import Code, Function, Meaning
from compat.codemod.plan.facts import DEFINITIONS, Definition, Facts
from compat.codemod.source import Module
from compat.codemod.uses import Project, SetterCall

# It begins with plain letters, which the regex engine finds fastest.
_DEFINED = re.compile(r"def(?<!\wdef)[ \t]+(\w+)")


class Effects:
    """What functions do, as far as their text shows; computed once for all programs."""

    project: Project
    code: Code

    def __init__(self, project: Project, code: Code) -> None:
        self.project, self.code = project, code
        # Steps taken so far, summed over all programs.
        self.steps: int = 0
        self._matter: dict[ast.AST, bool] = {}
        self._facts: dict[Module, Facts] = {}

    def facts(self, module: Module) -> Facts:
        """Return what the functions of a module do themselves."""
        if module not in self._facts:
            self._facts[module] = Facts(self.project, self.code, module)
        return self._facts[module]

    def matters(self, definition: Definition) -> bool:
        """Return whether a function affects a backend, or names a function that does."""
        node = definition[1]
        if node not in self._matter:
            led_by: dict[ast.AST, ast.AST] = {}
            for module, one in self.reached(
                definition, lambda one: self._matter.get(one) is False, led_by
            ):
                if self._matter.get(one) or one in self.facts(module).do:
                    self._matter.update(dict.fromkeys(_way(one, led_by), True))
                    break
            else:
                self._matter.update(dict.fromkeys((node, *led_by), False))
        return self._matter[node]

    def pauses(self, module: Module, function: Function) -> bool:
        """Return whether a function is async or a generator: other code may run in between."""
        return isinstance(function, ast.AsyncFunctionDef) or function in self.facts(module).pause

    def reached(
        self,
        definition: Definition,
        known: Callable[[ast.AST], bool],
        led_by: dict[ast.AST, ast.AST] | None = None,
    ) -> Iterator[Definition]:
        """Yield a function and all that its names lead to; do not enter known functions.

        In ``led_by``, note for each other function the one whose names led to it.
        """
        waiting, seen = [definition], {definition[1]}
        led_by = {} if led_by is None else led_by
        while waiting:
            module, node = one = waiting.pop()
            yield one
            named = [
                inner
                for meaning in self.facts(module).named.get(node, ())
                for inner in self.functions_of(meaning)
            ]
            new = [one for one in named if one[1] not in seen and not known(one[1])]
            seen |= {one for _, one in new}
            led_by.update((one, node) for _, one in new)
            waiting += new

    def functions_of(self, meaning: Meaning | Definition) -> Iterator[Definition]:
        """Yield the functions that code can call if it is given this function, class or module."""
        module, node = meaning
        if node is None:
            for one in module.tree.body:
                if isinstance(one, DEFINITIONS):
                    yield from self.functions_of((module, one))
        elif isinstance(node, ast.ClassDef):
            for home, owner in code.line(self.code, (module, node)):
                yield from (
                    (home, one)
                    for one in owner.body
                    if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
                )
        else:
            yield module, node

    @functools.cached_property
    def setters(self) -> frozenset[SetterCall]:
        """Return the setters of all modules, except those that only restore an earlier backend."""
        own = [marks.of(self.project, module) for module in self.code.speaking.values()]
        return frozenset(
            setter
            for one in own
            for call, setter in one.setters.items()
            if call not in one.restored
        )

    @functools.cached_property
    def names(self) -> frozenset[str]:
        """Return the names of all functions; files without torchaudio are not parsed."""
        texts = [module.text.text for module in self.code.speaking.values()]
        texts += [content(path).decode("utf-8", "replace") for path in self.code.quiet_paths]
        return frozenset(name for text in texts for name in _DEFINED.findall(text))


def _way(node: ast.AST, led_by: dict[ast.AST, ast.AST]) -> Iterator[ast.AST]:
    """Yield a function, and those whose names have led to it."""
    yield node
    while node in led_by:
        node = led_by[node]
        yield node
