"""Find the functions that set or use a backend, load a module, or reach a function that does."""

import ast
import functools
import re
from collections.abc import Iterator

from compat.codemod.files.import_graph import content
from compat.codemod.plan import code, marks
from compat.codemod.plan.code import Code, Function, Meaning
from compat.codemod.plan.facts import DEFINITIONS, Definition, Facts
from compat.codemod.plan.state import Force
from compat.codemod.source import Module
from compat.codemod.uses import Project

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
        known, waiting, seen = self._matter, [definition], {definition[1]}
        while waiting and definition[1] not in known:
            module, node = waiting.pop()
            facts = self.facts(module)
            if known.get(node) or node in facts.do:
                known[definition[1]] = True
            named = facts.named.get(node, ())
            for one in (one for meaning in named for one in self.functions_of(meaning)):
                if one[1] not in seen and known.get(one[1], True):
                    seen.add(one[1])
                    waiting.append(one)
        if definition[1] not in known:
            known.update(dict.fromkeys(seen, False))
        return known[definition[1]]

    def pauses(self, module: Module, function: Function) -> bool:
        """Return whether a function is async or a generator: other code may run in between."""
        return isinstance(function, ast.AsyncFunctionDef) or function in self.facts(module).pause

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
    def setters(self) -> frozenset[Force]:
        """Return what any setter may put in force; ``None`` if one restores an earlier backend."""
        own = [marks.of(self.project, module) for module in self.code.speaking.values()]
        return frozenset(
            None if call in one.restored else setter
            for one in own
            for call, setter in one.setters.items()
        )

    @functools.cached_property
    def names(self) -> frozenset[str]:
        """Return the names of all functions; files without torchaudio are not parsed."""
        texts = [module.text.text for module in self.code.speaking.values()]
        texts += [content(path).decode("utf-8", "replace") for path in self.code.quiet_paths]
        return frozenset(name for text in texts for name in _DEFINED.findall(text))
