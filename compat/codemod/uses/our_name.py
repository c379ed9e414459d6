"""Name this package, or torchaudio itself, in a module, and import it there."""

import ast

from compat.codemod.rewrite import AddStatement, Change
from compat.codemod.source import Module, NotProvableError, Use, conditions, old_names
from compat.codemod.uses.project import Project

_OURS = ("compat", "torchaudio_compat")


def our_name(
    module: Module, project: Project, use: Use | None = None
) -> tuple[str, tuple[Change, ...]]:
    """Return this package's name in a module and the changes that bind it.

    The import goes after the first top-level import of torchaudio. Without one, it goes after the
    imports in functions that a use refers to.

    Raises:
        NotProvableError: it has no name there.
    """
    if project.hides_us:
        raise NotProvableError(
            f"the project has a module of its own called `{project.hides_us}`, which "
            "would be imported instead of this package's"
        )
    first = min((module.span(one.node)[0] for one in module.uses), default=0)
    for name, found in module.names.module.bindings.items():
        if {binding.target for binding in found} == {"compat"} and any(
            one.node in module.tree.body and module.span(one.node)[0] < first for one in found
        ):
            return name, ()
    anchor = module.anchor(optional=True)
    own = module.names.bindings(use.root) if use else []
    imports = [one.node for one in own if isinstance(one.node, ast.Import | ast.ImportFrom)]
    anchors: list[ast.stmt] = [anchor] if anchor else [*imports]
    if not anchors:
        raise NotProvableError("torchaudio is not imported at the top of this module")
    bound = [(one.id, module.names.bindings(one)) for one in module.names.named(ast.Name, *_OURS)]
    bound += [pair for one in module.names.scope_made_by.values() for pair in one.bindings.items()]
    # what means something else than this package anywhere in the module
    taken = {name for name, several in bound if {one.target for one in several} != {"compat"}}
    name = next((one for one in _OURS if one not in taken), "")
    if not name:
        raise NotProvableError("both `compat` and `torchaudio_compat` are taken here")
    new = "import compat" if name == "compat" else f"import compat as {name}"
    wanted: list[tuple[ast.stmt, str]] = [(one, new) for one in anchors]
    wanted += [(one, f"global {name}") for each in anchors for one in _made_global(module, each)]
    return name, tuple(
        AddStatement(one, line)
        for one, line in wanted
        if line not in map(module.segment, module.following(one)[:1])
    )


def _made_global(module: Module, anchor: ast.stmt) -> list[ast.Global]:
    """Return the statement that makes global the name bound by an import in a function."""
    function = module.function_of(anchor)
    bound = {one.local for one in module.imported if one.statement is anchor}
    return [
        one
        for one in module.names.all(ast.Global)
        if function and module.function_of(one) is function and bound & set(one.names)
    ]


def torchaudio_name(module: Module, use: Use) -> tuple[str, list[Change]]:
    """Return torchaudio's name at a use, and the change that binds it.

    Raises:
        NotProvableError: the name is taken.
    """
    changes: list[Change] = []
    name = module.torchaudio_at(use)
    if name is None:
        bound = [
            binding
            for scope in module.names.scope_made_by.values()
            for binding in scope.bindings.get(old_names.ROOT, ())
        ]
        scope = module.names.scope_of[use.root]
        here, home = scope.home(use.root.id), scope.home(old_names.ROOT)
        own = [one for one in module.imported if one.local == use.root.id and one.scope is here]
        others = any(binding.target != old_names.ROOT for binding in bound)
        is_tried = any(conditions.in_import_ladder(module, one.statement) for one in own)
        if len(own) != 1 or others or is_tried or home not in (None, here):
            raise NotProvableError("torchaudio itself has no name here")
        name = old_names.ROOT
        changes.append(AddStatement(own[0].statement, f"import {old_names.ROOT}"))
    return name, changes
