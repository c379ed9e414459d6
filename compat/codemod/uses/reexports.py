"""Find torchaudio reached through other modules, as by ``from deps import torchaudio``.

A module that binds torchaudio, or something of it, at its top passes it on: ``deps.ta.load``,
``from deps import *``. Such uses are never changed, since the other module may bind something else
tomorrow, but they must be reported.
"""

import ast
import dataclasses
import re
from collections.abc import Iterator

from compat.codemod.source import Known, Module, listed, noted, old_names, only_import
from compat.codemod.uses.project import Project

_ROOT = re.compile(old_names.ROOT.encode())


@dataclasses.dataclass(frozen=True, eq=False)
class Reached:
    """A use of an old name through another module: the name, its node, its call, and that file."""

    known: Known
    node: ast.Name | ast.Attribute
    call: ast.Call | None
    through: str


@listed
def of(project: Project, module: Module) -> Iterator[Reached]:
    """Return what a module reaches through others."""
    if module.standalone:
        return
    sources = _sources(project, module)
    if not sources:
        return
    stars = [source for source in sources if source.endswith(".*")]
    for root in module.names.scope_of:
        if not (isinstance(root, ast.Name) and isinstance(root.ctx, ast.Load)):
            continue
        bindings = module.names.bindings(root)
        target = only_import(bindings)
        starts = (
            [target] if target else [] if bindings else [f"{star[:-1]}{root.id}" for star in stars]
        )
        node: ast.Name | ast.Attribute = root
        tail = []
        while isinstance(above := module.names.parents.get(node), ast.Attribute):
            node = above
            tail.append(above.attr)
        for start in starts:
            found = _resolved(project, module, start, tail)
            if found is not None:
                known, through, depth = found
                here: ast.AST = root
                for _ in range(depth):
                    here = module.names.parents[here]
                assert isinstance(here, ast.Name | ast.Attribute)
                yield Reached(known, here, module.call_of(here), through)
                break


def _sources(project: Project, module: Module) -> list[str]:
    """Return the full paths of imports from files that pass something of torchaudio on."""
    return [
        one.path
        for one in module.names.imported
        if any(
            _exports(project, path)
            for name in (one.path, one.path.rpartition(".")[0])
            for path in (project.files.named(name, module.path) if name.strip(".") else ())
        )
    ]


def _resolved(
    project: Project, module: Module, start: str, tail: list[str]
) -> tuple[Known, str, int] | None:
    """Resolve a dotted name and the attributes after it.

    Return the old name, the file it comes through, and the number of attributes that belong to it.
    """
    dots = len(start) - len(start.lstrip("."))
    head = start[dots:].split(".")
    parts = [*head, *tail]
    for length in range(1, len(parts)):
        for path in project.files.named("." * dots + ".".join(parts[:length]), module.path):
            target = _exports(project, path).get(parts[length])
            if target is None:
                continue
            rest = parts[length + 1 :]
            for used in range(len(rest) + 1):
                known = old_names.KNOWN.get(".".join([target, *rest[:used]]))
                if known is not None:
                    return known, path, max(length + 1 + used - len(head), 0)
    return None


@noted
def _exports(project: Project, path: str) -> dict[str, str]:
    """Return the names that a file binds at its top to torchaudio, with their full paths."""
    module = next((one for one in project.modules if one.path == path), None) or project.parsed(
        path, _ROOT
    )
    targets = (
        {name: only_import(bindings) for name, bindings in module.names.module.bindings.items()}
        if module
        else {}
    )
    return {
        name: target for name, target in targets.items() if target and old_names.is_ours(target)
    }
