"""Find the text of a name that surely has one: a constant of a module, a variable of a function."""

import ast
import re
import sys

from compat.codemod.files.content import content
from compat.codemod.files.import_graph import halves
from compat.codemod.source import Binding, Module, noted, string
from compat.codemod.uses import Project

# What may change any name of a module, or load it twice: setattr or patch with a computed name,
# namespaces, exec.
_CHANGES_ANY = re.compile(
    r"\b(?:(?:set|del)attr|setitem|patch)[\w.]*\(\s*(?!(?:self|cls)\b)"
    r"(?!(?:[\w.]+\s*,\s*)?['\"][\w.]*['\"])"
    r"|(?<![.\w])(?:exec|eval|globals|locals|vars)\((?!(?:args|self)\b)"
    r"|(?<!self)(?<!cls)\.__dict__|__setattr__|\bsetattr\b(?!\()|__globals__|f_globals|\bsys\.modules\b"
    r"|\b(?:spec_from_file_location|run_path|run_module|load_source|SourceFileLoader)\b"
)


def text(project: Project, module: Module, node: ast.AST | None) -> str:
    """Return the text that a name has where it is read; an empty string if that is not certain.

    Only one statement of the project assigns it, which has run by then.
    """
    root = node
    while isinstance(root, ast.Attribute):
        root = root.value
    bindings = module.names.bindings(root) if isinstance(root, ast.Name) else []
    if len(bindings) != 1 or node is None:
        return ""
    if not is_after(module, module.statement_of(bindings[0].node), node):
        return ""
    if bindings[0].target is not None:
        name = module.names.qualified(node) or ""
        parts = filter(None, (getattr(root, "id", ""), *name.split(".")))
        is_open = module.interactive or module.names.module.has_star
        is_open = is_open or any(may_change(project, one) for one in parts)
        return "" if is_open else _imported(project, module, name)
    return _assigned(project, module, bindings[0]) if root is node else ""


def is_after(module: Module, statement: ast.stmt, node: ast.AST) -> bool:
    """Return whether code is only reached once a statement has run: it is in one that follows."""
    later = module.following(statement)
    return any(above in later for above in (node, *module.names.chain(node)))


def _assigned(project: Project, module: Module, binding: Binding) -> str:
    name, above = binding.node, module.names.parents.get(binding.node)
    if not isinstance(name, ast.Name) or not isinstance(above, ast.Assign | ast.AnnAssign):
        return ""
    scope = module.names.scope_of[name].home(name.id)
    is_plain = isinstance(above, ast.AnnAssign) or name in above.targets
    if not is_plain or scope is None or scope.kind not in ("module", "function"):
        return ""
    is_open = scope.kind == "module" and (
        scope.has_star or module.interactive or may_change(project, name.id)
    )
    return "" if is_open else string(above.value)


def _imported(project: Project, importer: Module, name: str) -> str:
    """Return the text of a constant by its dotted name, also if packages pass it on."""
    owner, last = halves(name)
    package, own = halves(owner)
    paths = project.files.named(owner, importer.path)
    is_standard = name.partition(".")[0] in sys.stdlib_module_names
    if len(paths) != 1 or is_standard or importer.path in project.imports.reachable(paths[0]):
        return ""
    around = project.files.named(package, importer.path) if package else []
    home, *packages = (_module(project, path) for path in (*paths, *filter(content, around)))
    if home is None or any(one is None or own in one.names.module.bindings for one in packages):
        return ""
    found = home.names.module.bindings.get(last, ())
    if len(found) != 1 or home.statement_of(found[0].node) not in home.tree.body:
        return ""
    if home.names.module.has_star or may_change(project, last):
        return ""
    target = found[0].target
    return _imported(project, home, target) if target else _assigned(project, home, found[0])


def _module(project: Project, path: str) -> Module | None:
    speaking = (one for one in project.modules if one.path == path)
    return next(speaking, None) or project.quiet_module(path)


@noted
def may_change(project: Project, name: str) -> bool:
    """Return whether any file may change a name of a module by other means than an assignment."""
    word = re.compile(rb"\b" + name.encode() + rb"\b")
    quiet = [project.quiet_module(one) for one in project.quiet.paths if word.search(content(one))]
    texts = (content(one).decode("utf-8", "replace") for one in project.quiet.paths)
    return (
        None in quiet
        or any(_changes(one, name) for one in (*project.modules, *quiet) if one is not None)
        or any(_CHANGES_ANY.search(one.text.text) for one in project.modules)
        or any(map(_CHANGES_ANY.search, texts))
    )


def _changes(module: Module, name: str) -> bool:
    """Return whether a file stores an attribute of this name, or names it in a text or keyword."""
    named = re.compile(rf"(?:\A|[.\s]){name}(?:\Z|\s*=)")
    return (
        any(
            one.attr == name and not isinstance(one.ctx, ast.Load)
            for one in module.names.all(ast.Attribute)
        )
        or any(one.arg == name for one in module.names.all(ast.keyword))
        or any(named.search(str(one.value)) for one in module.strings)
    )
