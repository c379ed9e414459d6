"""Which sites run after a setter: in its own module, in those that import it, in programs that never see it."""

import ast
import re
from pathlib import PurePath

from compat.codemod.plan.before import nothing_calls, statements_before
from compat.codemod.plan.loading_names import is_one_of, names_that_load
from compat.codemod.plan.part import Part
from compat.codemod.plan.sites import Site
from compat.codemod.source import Module, NotProvableError, conditions, is_test
from compat.codemod.uses import SetterCall

_EARLY = "a function of another module that loads is called before the setter, or where it does not run"


def runs_after(part: Part, site: Site, setters: list[SetterCall]) -> bool:
    """Tell whether a site of the setters' own module runs after them; ``False`` for one that surely runs before.

    Raises:
        NotProvableError: it may run before.
    """
    module = site.module
    hard = [setter for setter in setters if setter.where in ("module", "main", "platform")] or setters
    first = min(module.span(setter.route[-1] if setter.route else setter.region)[0] for setter in hard)
    imported = [one for one in module.imported if _binds(one.local, one.path, site)]
    if imported:
        early = all(module.span(one.statement)[1] <= first and one.scope is module.names.module for one in imported)
        if early and all(setter.where == "module" for setter in hard):
            return False  # the name was bound before, to the function of the default backend
        raise NotProvableError("the function is bound by `from torchaudio import`, perhaps after the setter", [site.place])
    if site.at_import:
        return module.span(site.use.node)[0] > first
    top = _top(module, site.use.node)
    for setter in hard:
        for place in (setter.region, *setter.route):
            outer = module.function_of(place)
            if outer is not None and module.inside(site.use.node, outer) and module.span(site.use.node)[0] < module.span(place)[0]:
                raise NotProvableError("a call stands before the setter", [site.place])
        if isinstance(top, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            nothing_calls(part, module, top, setter)
    return True


def runs_under(part: Part, site: Site, setters: list[SetterCall]) -> bool:
    """Tell whether a site of another module runs under the setters; ``False`` where it surely does not.

    Raises:
        NotProvableError: it runs with and without them.
    """
    graph, path = part.project.imports, site.module.path
    homes = {setter.module.path for setter in setters}
    if any(_binds(one.local, one.path, site) for one in site.module.imported):
        raise NotProvableError("the function is bound by `from torchaudio import`, perhaps before the setter", [site.place])
    if graph.reachable(path) & homes:
        return True
    if is_test(site.module.path):
        return False
    for root in sorted(graph.importers(path)):
        file = graph.files[root]
        if file.is_main and root not in homes and not is_test(root) and not graph.reachable(root) & homes:
            if root == path and not file.dynamic and not any(path in graph.reachable(home) for home in homes):
                return False  # a program of its own, which never sees the setting
            raise NotProvableError(f"this call also runs under {root}, which sets no backend", [site.place])
    return True


def _binds(local: str, path: str, site: Site) -> bool:
    return local == site.use.root.id and path == site.use.path


def not_called_early(part: Part, away: list[Site], setters: list[SetterCall]) -> None:
    """Raise where what loads in another module runs before the setter, at import or by a call, or where the setter never runs."""
    for site in away:
        if site.at_import and not site.module.interactive:
            raise NotProvableError("a call in another module runs while that is imported, perhaps before the setter", [site.place])
    homes = {setter.module: setter for setter in reversed(setters)}
    loading = names_that_load(away, part.modules)
    if not loading:
        return
    for module, setter in homes.items():
        for statement in statements_before(module, setter):
            if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                for node in ast.walk(statement):
                    if isinstance(node, ast.Call) and is_one_of(module, node, loading):
                        raise NotProvableError(_EARLY, [module.place(node)])
    paths = {module.path for module in homes}
    for module in part.modules:
        if module not in homes:
            _not_called_outside(part, module, loading, paths)
    graph, quiet = part.project.imports, part.project.quiet.all
    names = b"|".join(re.escape(name.encode()) for name in sorted(loading))
    called = re.compile(rb"^(?![ \t#])[^\n]*\b(?:" + names + rb")[ \t]*\(", re.M)
    for path in sorted({path for site in away for path in graph.importers(site.module.path)} & quiet):
        found = None if is_test(path) else part.project.parsed(path, called)
        if found is not None:
            _not_called_outside(part, found, loading, paths)


def _not_called_outside(part: Part, module: Module, loading: frozenset[str], homes: set[str]) -> None:
    """Raise where a module that no setter governs calls one of these functions while it is imported."""
    packages = {PurePath(home).parent for home in homes if PurePath(home).name == "__init__.py"}  # these run first
    governed = not packages.isdisjoint(PurePath(module.path).parents) or part.project.imports.reachable(module.path) & homes
    if is_test(module.path) or module.interactive or governed:
        return
    for call in module.calls:
        guarded = conditions.is_main_guard(module, _top(module, call))
        if module.function_of(call) is None and not guarded and is_one_of(module, call, loading):
            raise NotProvableError(_EARLY, [module.place(call)])


def _top(module: Module, node: ast.AST) -> ast.stmt:
    below = node
    for above in module.names.chain(node):
        if above is module.tree:
            break
        below = above
    assert isinstance(below, ast.stmt)
    return below
