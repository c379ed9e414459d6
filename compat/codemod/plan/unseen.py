"""Find uses of torchaudio that the text hides, by which a program may set or use a backend."""

import ast
import itertools
import os
import re
import sys
import textwrap
from collections.abc import Iterator

from compat.codemod.files.import_graph import is_main
from compat.codemod.plan.code import Definition
from compat.codemod.source import (
    Kind,
    Module,
    NotProvableError,
    Place,
    called,
    is_test,
    literal,
    noted,
    old_names,
    parse,
    plain_name,
    string,
)
from compat.codemod.uses import Project, reexports

_NAMESPACES = re.compile(r"modules|\bmods?\b|\b(?:globals|locals|vars)\(|__dict__|namespace", re.I)
# what loads or runs files in another way than by an import
_LOADING = re.compile(
    r"import(?:lib|_module)|__import__|runpy|spec_from_file_location|SourceFileLoader|load_source|pkgutil"
    r"|pydoc|logging\.config|exec\(|__path__|pytest_plugins"
)
# importlib.import_module, pkgutil.resolve_name, pydoc.locate, hydra.utils.get_method
_LOOKERS = re.compile(r"(?:import|resolve|locate|get_(?:method|object|class))[^.]*\Z|lazy", re.I)
_SETTERS = ("set_audio_backend", "backend")
_LOOKS = ("hasattr", "delattr", "print", "version", "bool")
# attributes of a module that lead to each of its names
_ANY_NAME = re.compile(r"\.__(?:dict|(?:[gs]et|del)attr|getattribute)__\b")
_ASKED = ast.Compare | ast.If | ast.UnaryOp | ast.Assert | ast.Expr | ast.Delete | ast.While
_CODE = re.compile(
    r"\btorchaudio\s*\.\s*(?:load|save|info|backend|[sg]et_)|\b[sg]et_audio_backend\s*\(|\bimport\s+torchaudio\b"
)
_EXAMPLE = re.compile(r">>>[^\n]*\btorchaudio\s*\.\s*(?:load|save|info|backend|[sg]et_)")
# calls that take the name of a module and do not give the module
_ONLY_NAME = (
    "find_spec",
    "version",
    "distribution",
    "metadata",
    "getLogger",
    "print",
    "warn",
    "add_argument",
    "setup",
    "hasattr",
    "RequirementCache",
)
# decorators that refuse a call without a package; where the value is kept, it may be the module
_REFUSING = ("requires", "requires_backends")
_SETUP = {"setuptools.setup", "distutils.core.setup"}
_OF_SPHINX = {"autodoc_mock_imports", "intersphinx_mapping"}
_AT_START = ("sitecustomize.py", "usercustomize.py")  # Python itself imports them
_HOOKS = ("meta_path", "path_hooks")
AMBIGUOUS = "a name is torchaudio in one place and something else in another"
_FUNCTIONS = {f"{old_names.ROOT}.{name}" for name in old_names.FUNCTIONS}
# what uses the backend in force
_USES = (*old_names.FUNCTIONS, "get_audio_backend")
IN_FSTRING = "torchaudio is used in an f-string that cannot be changed"
PASSED_ON = "the setter is passed on as a value, so it is unknown what it will set"
_MAY_BE_OFF = f"{old_names.VARIABLE} is used, and may turn the dispatcher off"
# reasons after which it goes without saying that not every call is seen
_WHOLE = (AMBIGUOUS, IN_FSTRING, PASSED_ON, _MAY_BE_OFF)


def doubt(project: Project, module: Module) -> NotProvableError | None:
    """Return why some calls of torchaudio are hidden once a module has run, or ``None``."""
    unread = [place for place in project.unread if place.cell is None or place.path == module.path]
    if unread and not module.standalone:
        return NotProvableError("code that may load is not read as Python", unread[:3])
    if module.standalone and (later := _later_block(project, module)):
        return NotProvableError("another block of this document goes on with it", [later])
    hidden = itertools.chain(
        _by_uses(module),
        _by_texts(project, module),
        _by_others(project, module),
        _by_imports(project, module),
    )
    for words, node in hidden:
        whole = words if words in _WHOLE else f"{words}, so not every call is seen"
        return NotProvableError(whole, [module.place(node)])
    return None


def _later_block(project: Project, module: Module) -> Place | None:
    """Return where another block of a document uses torchaudio as this one imports it."""
    names, document = {one.local for one in module.imported}, module.path.partition("\0")[0]
    for other in project.modules:
        if other is not module and other.path.partition("\0")[0] == document:
            for node in other.names.all(ast.Name):
                if node.id in names and not other.names.bindings(node):
                    return other.place(node)
    return None


def reached(project: Project, module: Module) -> Iterator[tuple[ast.AST, str]]:
    """Yield the functions and getters that a module reaches through another, with a reason."""
    several = reexports.of(project, module)
    known = {one.node: one.through for one in several if one.kind in (Kind.FUNCTION, Kind.GETTER)}
    for node, through in known.items():
        yield node, f"torchaudio is reached by way of {through}"
    for node in module.names.named(ast.Attribute, *old_names.FUNCTIONS):
        if node not in known and _is_of_another(module, node.value):
            yield node, "torchaudio is reached through another module"


def _by_uses(module: Module) -> Iterator[tuple[str, ast.AST]]:
    """Yield uses of torchaudio after which not all calls are visible."""
    for use in module.uses:
        escapes = use.path in old_names.HOMES and _escapes(module, use.node)
        if escapes or _ANY_NAME.search(use.path):
            yield "the module torchaudio is passed on or bound to another name", use.node
    yield from ((AMBIGUOUS, node) for node, name in module.ambiguous if name not in _USES)
    for imported in module.imported:
        if imported.alias.name == "*" or imported.scope.kind == "class":
            yield (
                "everything is imported from torchaudio, or something into a class",
                imported.statement,
            )
    for use in module.hidden:
        if use.kind == Kind.SETTER:
            yield IN_FSTRING, module.statement_of(use.node)
    yield from ((PASSED_ON, use.node) for use in module.of(Kind.SETTER) if use.call is None)


def _by_imports(project: Project, module: Module) -> Iterator[tuple[str, ast.AST]]:
    """Yield what may load other code than the text says, and what makes a script run twice."""
    for node in module.names.named(ast.Attribute, *_HOOKS):
        yield f"sys.{node.attr} decides what an import loads", node
    is_script = "__main__" in module.text.text
    for one in module.names.imported:
        top = one.path.partition(".")[0]
        if one.path.removeprefix("sys.") in _HOOKS:
            yield f"{one.path} decides what an import loads", one.statement
        elif _is_unread_link(project, module, one.path):
            yield "this imports a link, whose file is not read under this name", one.statement
        elif is_script and top and top not in sys.stdlib_module_names:
            names = (one.path, one.path.rpartition(".")[0])
            if any(module.path in project.files.named(name, "") for name in names):
                yield "the script imports itself by its name, and runs twice", one.statement


def _is_unread_link(project: Project, module: Module, name: str) -> bool:
    """Return whether an import comes by a link to a file with another name, or outside."""
    plain = name.lstrip(".")
    around = project.imports.packages(module.path)
    folder = os.path.dirname(os.path.dirname(around[0]) if around else module.path)
    if plain != name:
        folder = os.path.join(os.path.dirname(module.path), *[".."] * (len(name) - len(plain) - 1))
    stems = itertools.accumulate([folder, *plain.split(".")], os.path.join)
    paths = (path for stem in [*stems][1:] for path in (stem, f"{stem}.py"))
    links = [*filter(os.path.islink, paths)]
    read = [project.files.named(one, module.path) for one in (name, name.rpartition(".")[0])]
    return bool(links) and not (
        any(read)
        and all(os.path.basename(os.path.realpath(one)) == os.path.basename(one) for one in links)
    )


def _by_texts(project: Project, module: Module) -> Iterator[tuple[str, ast.AST]]:
    """Yield texts that may give torchaudio, and texts that may be run as code with it."""
    for text in module.telling:
        path = str(text.value).replace(":", ".")
        is_ours = path in old_names.HOMES or path in _FUNCTIONS
        if is_ours and not is_test(module.path) and _is_looked_up(module, text):
            yield "torchaudio is looked up by a string", text
    for one in (*module.names.named(ast.Name, "exec"), *module.names.named(ast.Attribute, "exec")):
        code = next(iter(getattr(module.call_of(one), "args", ())), None)
        is_own = (
            module.names.is_builtin(one, "exec") or module.names.qualified(one) == "builtins.exec"
        )
        if is_own and (code is None or literal(code) is ...):
            yield "code that is made when the program runs may call torchaudio", one
    for node in (*module.telling, *module.names.all(ast.JoinedStr)):
        if _is_code(module, node):
            yield "torchaudio is called by code in a string", node
    for text in module.telling:
        if _EXAMPLE.search(str(text.value)) and project.runs_examples:
            yield "an example in a docstring calls torchaudio", text
    for name in _given_by_name(project, module):
        yield "torchaudio may be imported by this name", name


def _by_others(project: Project, module: Module) -> Iterator[tuple[str, ast.AST]]:
    """Yield setters reached through other modules, and the variable that affects all."""
    through = (one for one in reexports.of(project, module) if one.kind == Kind.SETTER)
    yield from ((f"torchaudio is reached by way of {one.through}", one.node) for one in through)
    for node in module.names.named(ast.Attribute, "set_audio_backend"):
        if _is_of_another(module, node.value) or may_be_torchaudio(project, module, node.value):
            yield f"torchaudio is reached by way of {ast.unparse(node.value)}", node
    if project.target == "2.1":
        named = module.names.named(ast.keyword, old_names.VARIABLE)
        texts = [one for one in module.telling if old_names.VARIABLE in str(one.value)]
        yield from ((_MAY_BE_OFF, mention) for mention in (*texts, *named))


def _given_by_name(project: Project, module: Module) -> Iterator[ast.AST]:
    """Yield where a module has torchaudio's name as a value.

    That matters in a project that imports modules by names it computes.
    """
    parts = [
        one
        for one in module.names.all(ast.BinOp)
        if string(one.left) + string(one.right) in old_names.HOMES
    ]
    whole = [text for text in module.telling if text.value in old_names.HOMES]
    computed = bool(whole) and any(file.computed for file in project.imports.files.values())
    for name in (*parts, *(whole if computed else ())) if not is_test(module.path) else ():
        if not _only_tells(module, name):
            yield name


def _only_tells(module: Module, name: ast.AST) -> bool:
    """Return whether a name of a package stands where it is required, asked for or compared."""
    above = module.names.parents.get(name)
    if isinstance(above, ast.Subscript):
        return not _NAMESPACES.search(ast.unparse(above.value))
    while isinstance(above, ast.List | ast.Tuple | ast.Set | ast.Dict | ast.keyword):
        above = module.names.parents.get(above)
    if isinstance(above, ast.Assign):
        return {plain_name(one) for one in above.targets} <= _OF_SPHINX or any(
            module.names.qualified(call.func) in _SETUP for call in module.calls
        )
    asked = called(above)
    if above is not None and asked in _REFUSING:
        return isinstance(module.names.parents.get(above), ast.Expr | Definition)
    tells = asked in _ONLY_NAME or asked.strip("_").startswith("is_")
    return tells or isinstance(above, ast.Compare | ast.Expr)


def may_be_loaded(project: Project, module: Module) -> bool:
    """Return whether a file that nothing imports or runs may be loaded in another way."""
    graph, path = project.imports, module.path
    if os.path.basename(path) in _AT_START:
        return True
    is_named = is_main(module.text.text) or is_test(path) or "__" in os.path.basename(path)
    return not (is_named or graph.direct_importers(path) or _loading(project) <= {path})


@noted
def _loading(project: Project) -> set[str]:
    """Return which files may load others; two of them tell of each file whether another may."""
    every = (*project.speaking, *project.quiet.paths)
    return set(itertools.islice((path for path in every if may_load_others(project, path)), 2))


@noted
def may_load_others(project: Project, path: str) -> bool:
    """Return whether a file may load or run others in another way than by an import."""
    return _LOADING.search(project.text(path)) is not None


def _is_code(module: Module, node: ast.AST) -> bool:
    """Return whether a text is code that uses torchaudio, and no message or documentation."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    text = "".join(string(one) if isinstance(one, ast.Constant) else "x" for one in parts)
    if not _CODE.search(text) or isinstance(
        module.names.parents.get(node), ast.Expr | ast.JoinedStr
    ):
        return False
    try:
        body = parse(textwrap.dedent(text)).body
    except SyntaxError:
        return False
    return any(
        not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Name | ast.Attribute))
        for one in body
    )


def may_be_torchaudio(project: Project, module: Module, owner: ast.expr) -> bool:
    """Return whether an unknown value may be torchaudio, which some file passes on."""
    name = module.names.qualified(owner)
    if name is not None and not project.files.named(name.partition(".")[0], module.path):
        return False
    return any(_passes_on(project, one) for one in project.modules)


@noted
def _passes_on(project: Project, module: Module) -> bool:
    whole = (use.node for use in module.uses if use.path in old_names.HOMES)
    return any(_escapes(module, node) for node in whole) or any(_given_by_name(project, module))


def _escapes(module: Module, node: ast.AST) -> bool:
    """Return whether the bare module is used so that later calls through it are hidden."""
    above = module.names.parents.get(node)
    while isinstance(above, ast.BoolOp) or (
        isinstance(above, ast.IfExp) and above.test is not node
    ):
        node, above = above, module.names.parents.get(above)
    if isinstance(above, _ASKED | ast.IfExp):
        return False
    if not isinstance(above, ast.Call) or above.func is node:
        return not isinstance(above, ast.Attribute) or not isinstance(node, ast.Name)
    name, second = called(above), above.args[1] if len(above.args) > 1 else None
    if name == "getattr" and isinstance(second, ast.Constant) and second.value in _SETTERS:
        return (
            isinstance(module.names.parents.get(above), ast.Assign)
            or module.call_of(above) is not None
        )
    asked = literal(second)
    replaced = name in ("setattr", "object") and asked is not ...  # the engine knows about this
    return not (
        name in _LOOKS
        or replaced
        or (name == "getattr" and asked is not ... and asked not in old_names.FUNCTIONS)
    )


def _is_of_another(module: Module, owner: ast.expr) -> bool:
    """Return whether torchaudio may be reached through another module's name or a star import."""
    if isinstance(owner, ast.Attribute):
        return owner.attr == old_names.ROOT
    if not isinstance(owner, ast.Name) or owner.id != old_names.ROOT:
        return False
    return not module.names.bindings(owner) or (module.names.qualified(owner) or "").endswith(
        f".{old_names.ROOT}"
    )


def _is_looked_up(module: Module, node: ast.Constant) -> bool:
    above = module.names.parents.get(node)
    owner = above.value if isinstance(above, ast.Subscript) else getattr(above, "func", None)
    if owner is not None and (isinstance(above, ast.Subscript) or called(above) == "get"):
        return _NAMESPACES.search(ast.unparse(owner)) is not None
    name = owner and (module.names.qualified(owner) or ast.unparse(owner))
    of_hydra = "_target_" in ast.unparse(module.statement_of(node))
    return of_hydra or _LOOKERS.search(name or "") is not None
