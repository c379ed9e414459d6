"""Find the text of a name that surely has one: a constant of a module, a variable of a function."""

import ast
import re
import sys

from compat.codemod.files.content import content
from compat.codemod.files.import_graph import halves
from compat.codemod.source import Module, noted, plain_name, string
from compat.codemod.uses import Project

# What may change any name of a module: setattr or patch with a computed name, namespaces, exec.
_CHANGES_ANY = re.compile(
    r"\b(?:(?:set|del)attr|setitem|patch)[\w.]*\(\s*(?!(?:self|cls)\b)"
    r"(?!(?:[\w.]+\s*,\s*)?['\"][\w.]*['\"])"
    r"|(?<![.\w])(?:exec|eval|globals|locals|vars)\((?!(?:args|self)\b)"
    r"|(?<!self)(?<!cls)\.__dict__|__setattr__|\bsetattr\b(?!\()|__globals__|f_globals|\bsys\.modules\b"
)


def text(project: Project, module: Module, node: ast.AST | None) -> str:
    """Return the text that a name has where it is read; an empty string if that is not certain.

    Only one statement of the project assigns it, which has run by then.
    """
    root = node
    while isinstance(root, ast.Attribute):
        root = root.value
    bindings = module.names.bindings(root)
    if node is None or len(bindings) != 1:
        return ""
    if not is_after(module, module.statement_of(bindings[0].node), node):
        return ""
    name = module.names.qualified(node)
    if name is None:
        return _assigned(project, module, node)
    parts = filter(None, (getattr(root, "id", ""), *name.split(".")))
    is_open = any(_is_open(project, module, one) for one in parts)
    return "" if is_open else _imported(project, module, name)


def is_after(module: Module, statement: ast.stmt, node: ast.AST) -> bool:
    """Return whether code is only reached once a statement has run: it is in one that follows."""
    later = module.following(statement)
    return any(above in later for above in (node, *module.names.chain(node)))


def _assigned(project: Project, module: Module, node: ast.AST) -> str:
    value = string(module.only_assigned(node))
    scope = module.names.scope_of[node].home(node.id) if isinstance(node, ast.Name) else None
    kind = scope.kind if scope is not None else ""
    is_open = kind == "module" and _is_open(project, module, plain_name(node))
    return value if kind in ("module", "function") and not is_open else ""


def _is_open(project: Project, module: Module, name: str) -> bool:
    """Return whether a module may give a name of its own something else than its text says."""
    is_own = not (module.interactive or module.names.module.has_star)
    return not is_own or may_change(project, name)


def _imported(project: Project, importer: Module, name: str) -> str:
    """Return the text of a constant by its dotted name, also if packages pass it on."""
    owner, last = halves(name)
    package, own = halves(owner)
    paths = project.files.named(owner, importer.path)
    is_standard = name.partition(".")[0] in sys.stdlib_module_names
    if len(paths) != 1 or is_standard or importer.path in project.imports.reachable(paths[0]):
        return ""
    around = project.files.named(package, importer.path) if package else []
    home, *packages = (
        project.speaking.get(path) or project.quiet_module(path)
        for path in (*paths, *filter(content, around))
    )
    if home is None or any(one is None or own in one.names.module.bindings for one in packages):
        return ""
    found = home.names.module.bindings.get(last, ())
    if len(found) != 1 or home.statement_of(found[0].node) not in home.tree.body:
        return ""
    target = found[0].target
    if target is None:
        return _assigned(project, home, found[0].node)
    return "" if _is_open(project, home, last) else _imported(project, home, target)


@noted
def may_change(project: Project, name: str) -> bool:
    """Return whether any file may change a name of a module by other means than an assignment."""
    word = re.compile(rb"\b" + name.encode() + rb"\b")
    contents = {path: content(path) for path in project.quiet.paths}
    quiet = [project.quiet_module(path) for path, data in contents.items() if word.search(data)]
    texts = [data.decode("utf-8", "replace") for data in contents.values()]
    texts += [one.text.text for one in project.modules]
    return any(map(_CHANGES_ANY.search, texts)) or any(
        one is None or _changes(one, name) for one in (*project.modules, *quiet)
    )


def _changes(module: Module, name: str) -> bool:
    """Return whether a file stores an attribute of this name, or names it in a text or keyword."""
    named = re.compile(rf"(?:\A|[.\s]){name}(?:\Z|\s*=)")
    stored = [one for one in module.names.all(ast.Attribute) if not isinstance(one.ctx, ast.Load)]
    return (
        name in [one.attr for one in stored]
        or name in [one.arg for one in module.names.all(ast.keyword)]
        or any(named.search(str(one.value)) for one in module.strings)
    )
