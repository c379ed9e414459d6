"""Find the text of a name that surely has one: a constant of a module, a variable of a function."""

import ast
import re

from compat.codemod.source import Module, string
from compat.codemod.uses import Project

# What may change any name of a module: setattr or patch with a computed name, namespaces, exec.
_CHANGES_ANY = re.compile(
    r"\b(?:(?:set|del)attr|setitem|patch)[\w.]*\(\s*(?!(?:self|cls)\b)"
    r"(?!(?:[\w.]+\s*,\s*)?['\"][\w.]*['\"]\s*[,)])"
    r"|(?<![.\w])(?:exec|eval|globals|locals|vars)\((?!(?:args|self)\b)"
    r"|(?<!self)(?<!cls)\.__dict__|__setattr__|\bsetattr\b(?!\()|__globals__|f_globals|\bsys\.modules\b"
)


def text(project: Project, module: Module, node: ast.AST | None) -> str:
    """Return the text that a name has where it is read; an empty string if that is not certain.

    Only one statement of its module assigns it, which has run by then. If that is a constant of the
    module, nothing else in the project may have its name.
    """
    bindings = module.names.bindings(node)
    if not isinstance(node, ast.Name) or len(bindings) != 1:
        return ""
    scope = module.names.scope_of[node].home(node.id)
    assert scope is not None  # it has a binding
    is_own = scope.kind == "function" or (scope.kind == "module" and _is_own(project, module, node))
    if not is_own or not is_after(module, module.statement_of(bindings[0].node), node):
        return ""
    return string(module.only_assigned(node))


def is_after(module: Module, statement: ast.stmt, node: ast.AST) -> bool:
    """Return whether code is only reached once a statement has run: it is in one that follows."""
    later = module.following(statement)
    return any(above in later for above in (node, *module.names.chain(node)))


def _is_own(project: Project, module: Module, name: ast.Name) -> bool:
    """Return whether only the names in a module's own code can mean one of its constants."""
    word, own = re.compile(rf"\b{name.id}\b"), module.names.named(ast.Name, name.id)
    others = (one for one in (*project.speaking, *project.quiet.paths) if one != module.path)
    return not (
        module.interactive
        or module.names.module.has_star
        or project.says(_CHANGES_ANY)
        or any(word.search(project.text(one)) for one in others)
        or len(word.findall(module.text.text)) > len(own)
    )
