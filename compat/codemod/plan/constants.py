"""Find the text of a name that surely has one: a constant of a module, a variable of a function."""

import ast
import re
import sys

from compat.codemod.files.import_graph import halves
from compat.codemod.source import Module, noted, plain_name, string
from compat.codemod.uses import Project

_ENUMS = {"enum.Enum", "enum.StrEnum"}
# What may give an object other attributes than its class has.
_SETS_OBJECTS = re.compile(
    r"setattr\(\s*(?:self|cls)\b|\b(?:self|cls)\.__dict__|\bvars\(|__getattribute__|__setstate__"
)
# What may change any name of a module: setattr or patch with a computed name, namespaces, exec.
_CHANGES_ANY = re.compile(
    r"\b(?:(?:set|del)attr|setitem|patch)[\w.]*\(\s*(?!(?:self|cls)\b)"
    r"(?!(?:[\w.]+\s*,\s*)?['\"][\w.]*['\"]\s*[,)])"
    r"|(?<![.\w])(?:exec|eval|globals|locals|vars)\((?!(?:args|self)\b)"
    r"|(?<!self)(?<!cls)\.__dict__|__setattr__|\bsetattr\b(?!\()|__globals__|f_globals|\bsys\.modules\b"
)


def text(project: Project, module: Module, node: ast.AST | None) -> str:
    """Return the text that a name has where it is read; an empty string if that is not certain.

    Only one statement of the project assigns it, which has run by then. It may be an attribute of a
    class, also as an object of the class has it, or a member of an enum.
    """
    found = _bound(project, module, node)
    if found is None and isinstance(node, ast.Attribute):
        found = _of_class(project, module, node)
    if found is None:
        return ""
    home, binding = found
    value = home.only_assigned(binding)
    is_name = isinstance(value, ast.Name | ast.Attribute)
    return text(project, home, value) if is_name else string(value)


def _bound(project: Project, module: Module, node: ast.AST | None) -> tuple[Module, ast.AST] | None:
    """Return what alone binds a name, and has by then; with its module."""
    root = node
    while isinstance(root, ast.Attribute):
        root = root.value
    bindings = module.names.bindings(root)
    if node is None or len(bindings) != 1:
        return None
    if not is_after(module, module.statement_of(bindings[0].node), node):
        return None
    name = module.names.qualified(node)
    if name is not None:
        parts = filter(None, (getattr(root, "id", ""), *name.split(".")))
        is_open = any(_is_open(project, module, one) for one in parts)
        return None if is_open else _imported(project, module, name)
    scope = module.names.scope_of[node].home(node.id) if isinstance(node, ast.Name) else None
    if scope is None or scope.kind not in ("module", "function"):
        return None
    is_open = scope.kind == "module" and _is_open(project, module, plain_name(node))
    return None if is_open else (module, bindings[0].node)


def is_after(module: Module, statement: ast.stmt, node: ast.AST) -> bool:
    """Return whether code is only reached once a statement has run: it is in one that follows."""
    later = module.following(statement)
    return any(above in later for above in (node, *module.names.chain(node)))


def _is_open(project: Project, module: Module, name: str) -> bool:
    """Return whether a module may give a name of its own something else than its text says."""
    is_own = not (module.interactive or module.names.module.has_star)
    return not is_own or may_change(project, name)


def _imported(project: Project, importer: Module, name: str) -> tuple[Module, ast.AST] | None:
    """Return what binds a dotted name, also if packages pass it on."""
    owner, last = halves(name)
    package, own = halves(owner)
    paths = project.files.named(owner, importer.path)
    is_standard = name.partition(".")[0] in sys.stdlib_module_names
    if len(paths) != 1 or is_standard or importer.path in project.imports.reachable(paths[0]):
        return None
    around = project.files.named(package, importer.path) if package else []
    home, *packages = (
        project.speaking.get(path) or project.quiet_module(path)
        for path in (*paths, *filter(project.text, around))
    )
    if home is None or any(one is None or own in one.names.module.bindings for one in packages):
        return None
    found = home.names.module.bindings.get(last, ())
    if len(found) != 1 or home.statement_of(found[0].node) not in home.tree.body:
        return None
    if _is_open(project, home, last) or project.files.named(name, importer.path):
        return None
    target = found[0].target
    return (home, found[0].node) if target is None else _imported(project, home, target)


def _of_class(
    project: Project, module: Module, node: ast.Attribute
) -> tuple[Module, ast.AST] | None:
    """Return what alone binds an attribute of a class, or a member of an enum."""
    of_member = node.attr == "value" and isinstance(node.value, ast.Attribute)
    if of_member and isinstance(node.value, ast.Attribute):
        node = node.value
    name = node.attr
    home, definition, of_object = _class(project, module, node.value)
    if home is None or definition is None or home.names.module.has_star:
        return None
    bound = home.names.scope_made_by[definition].bindings.get(name, ())
    if len(bound) != 1 or home.statement_of(bound[0].node) not in definition.body:
        return None
    is_enum = _is_enum(home, definition)
    if is_enum:  # a member is no text itself, but in an enum of texts
        is_certain = of_member or any("str" in ast.unparse(one).lower() for one in definition.bases)
    else:
        is_certain = not of_member and {ast.unparse(one) for one in definition.bases} <= {"object"}
    is_certain = is_certain and not (definition.keywords or may_change(project, name))
    is_sole = not of_object or (not is_enum and _is_for_objects(project, name))
    return (home, bound[0].node) if is_certain and is_sole else None


def _is_enum(module: Module, definition: ast.ClassDef) -> bool:
    """Return whether a class is an enum without methods, which may say what its members are."""
    bases = {module.names.qualified(one) or ast.unparse(one) for one in definition.bases}
    plain = all(isinstance(one, ast.Assign | ast.Expr) for one in definition.body)
    return plain and bool(bases & _ENUMS) and bases <= _ENUMS | {"str"}


def _class(
    project: Project, module: Module, node: ast.AST
) -> tuple[Module | None, ast.ClassDef | None, bool]:
    """Return the class that a name means, or of which it is an object, and whether it is one."""
    found, is_made = _bound(project, module, node), False
    if found is not None and isinstance(made := found[0].only_assigned(found[1]), ast.Call):
        is_made = not (made.args or made.keywords)
        found = _bound(project, found[0], made.func) if is_made else None
    home, definition = found or _around(module, node)
    of_object = is_made or found is None
    if home is None or not isinstance(definition, ast.ClassDef):
        return None, None, False
    decorators = {ast.unparse(one) for one in definition.decorator_list}
    # what is made may have been given another value for a field
    allowed = {"dataclass", "dataclasses.dataclass"} if is_made or not of_object else set()
    return (home, definition, of_object) if decorators <= allowed else (None, None, False)


def _around(module: Module, node: ast.AST) -> tuple[Module | None, ast.AST | None]:
    """Return the class of the method that has a name as its first parameter."""
    bindings = module.names.bindings(node)
    parameter = bindings[0].node if len(bindings) == 1 else None
    method = next((one for one in module.functions if parameter in one.args.args[:1]), None)
    above = module.names.parents[method] if method is not None else None
    is_static = method is not None and any(
        plain_name(one) == "staticmethod" for one in method.decorator_list
    )
    return (module, above) if isinstance(above, ast.ClassDef) and not is_static else (None, None)


@noted
def _is_for_objects(project: Project, name: str) -> bool:
    """Return whether objects have an attribute as their class does, and so do subclasses."""
    several = [one for one in _naming(project, name) if one is not None]
    classes = [
        scope
        for one in several
        for scope in one.names.scope_made_by.values()
        if scope.kind == "class" and name in scope.bindings
    ]
    is_set = project.says(_SETS_OBJECTS) or any(one.stored(name) for one in several)
    return len(classes) == 1 and not is_set


@noted
def may_change(project: Project, name: str) -> bool:
    """Return whether any file may change a name of a module by other means than an assignment."""
    return project.says(_CHANGES_ANY) or any(
        one is None or _changes(one, name) for one in _naming(project, name)
    )


@noted
def _naming(project: Project, name: str) -> list[Module | None]:
    """Return the files that have a word; ``None`` stands for one that cannot be parsed."""
    word = re.compile(rf"\b{name}\b")
    quiet = [path for path in project.quiet.paths if word.search(project.text(path))]
    return [*project.modules, *map(project.quiet_module, quiet)]


def _changes(module: Module, name: str) -> bool:
    """Return whether a file stores an attribute of this name, or names it in a text or keyword."""
    named = re.compile(rf"(?:\A|[.\s]){name}(?:\Z|\s*=)")
    ours = {keyword for use in module.uses if use.call for keyword in use.call.keywords}
    return (
        any(plain_name(one.value) != "self" for one in module.stored(name))
        or any(one not in ours for one in module.names.named(ast.keyword, name))
        or any(named.search(str(one.value)) for one in module.strings)
    )
