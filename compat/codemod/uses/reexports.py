"""Find torchaudio reached through other modules, as by ``from deps import torchaudio``.

A module that binds torchaudio, or something of it, at its top passes it on: ``deps.ta.load``,
``from deps import *``. Such uses are never changed, since the other module may bind something else
tomorrow, but they must be reported.
"""

import ast
import itertools
import re
from collections.abc import Iterator

from compat.codemod.files.import_graph import halves
from compat.codemod.source import Module, Use, listed, noted, old_names, only_import, plain_name
from compat.codemod.uses.project import Project


@listed
def of(project: Project, module: Module) -> Iterator[Use]:
    """Return what a module reaches through others."""
    if module.standalone:
        return
    sources = _sources(project, module)
    if not sources:
        return
    stars = [source for source in sources if source.endswith(".*")]
    for root in module.names.scope_of:
        bindings = module.names.bindings(root)
        target = only_import(bindings)
        starts = [target] if target else [f"{star[:-1]}{root.id}" for star in stars]
        if not isinstance(root.ctx, ast.Load) or (bindings and not target):
            continue
        chain: list[ast.Name | ast.Attribute] = [root]
        while isinstance(above := module.names.parents.get(chain[-1]), ast.Attribute):
            chain.append(above)
        tail = [plain_name(one) for one in chain[1:]]
        for start in starts:
            if found := _resolved(project, module, start, tail):
                path, through, depth = found
                node, known = chain[depth], old_names.KNOWN[path]
                yield Use(path, *known, node, root, module.call_of(node), through=through)
                break


def _sources(project: Project, module: Module) -> list[str]:
    """Return the full paths of imports from files that pass something of torchaudio on."""
    return [
        one.path
        for one in module.names.imported
        if any(
            exports(project, path)
            for name in (one.path, one.path.rpartition(".")[0])
            for path in (project.files.named(name, module.path) if name.strip(".") else ())
        )
    ]


def _resolved(
    project: Project, module: Module, start: str, tail: list[str]
) -> tuple[str, str, int] | None:
    """Resolve a dotted name and the attributes after it.

    Return the old path, the file it comes through, and the number of attributes that belong to it.
    """
    dots = len(start) - len(start.lstrip("."))
    head = start[dots:].split(".")
    parts = [*head, *tail]
    for length in range(1, len(parts)):
        for path in project.files.named("." * dots + ".".join(parts[:length]), module.path):
            target = exports(project, path).get(parts[length], "")
            rest = parts[length + 1 :]
            for used, whole in enumerate(
                itertools.accumulate(rest, "{}.{}".format, initial=target)
            ):
                if whole in old_names.KNOWN:
                    return whole, path, max(length + 1 + used - len(head), 0)
    return None


@noted
def exports(project: Project, path: str, hops: int = 2) -> dict[str, str]:
    """Return the names that a file binds at its top to torchaudio, with their full paths.

    It may take them from other files that do.
    """
    module = project.speaking.get(path) or project.parsed(path, _passed_names(project))
    bound = module.names.module.bindings if module else {}
    targets = {name: only_import(bindings) or "" for name, bindings in bound.items()}
    for name, target in targets.items():
        base, last = halves(target)
        for other in project.files.named(base, path) if base and hops else ():
            targets[name] = exports(project, other, hops - 1).get(last, target)
    return {name: target for name, target in targets.items() if old_names.is_ours(target)}


@noted
def _passed_names(project: Project) -> re.Pattern[bytes]:
    """Return what a file has in its text if it may pass on something of torchaudio."""
    own = [one for module in project.modules for one in module.imported]
    names = {one.local for one in own if one.scope.kind == "module"} - {"*"} | {old_names.ROOT}
    return re.compile(rf"\bimport\b[^\n]*\b(?:{'|'.join(sorted(names))})\b|torchaudio".encode())
