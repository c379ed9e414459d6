"""Find where a project replaces torchaudio or its functions: mocks, patches, assignments.

A mock sees every change of a call that reaches it. The engine checks this for every change of every
rule.
"""

import ast
import dataclasses
import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath

from compat.codemod.files.replaced_names import (
    BINDS,
    FIRST_OF,
    OF_WHOLE_OWNERS,
    STORED,
    unread_names,
)
from compat.codemod.source import (
    ROOT,
    Kind,
    Module,
    Place,
    called,
    grouped,
    is_test,
    listed,
    noted,
    old_names,
    plain_name,
    string,
)
from compat.codemod.uses.project import Project

_REPLACERS = re.compile(
    r"patch|setattr|setitem|delattr|\bobject\b|spy|stub|replace|swap_attr|wrap", re.I
)
# what runs code among names that it is given
_RUNS = ("exec", "eval", "run_path", "run_module", "FunctionType")
# what changes a namespace: vars(audio).update(load=fake), audio.__setattr__("load", fake)
_PUTS = ("update", "setdefault", "__setitem__", "__ior__", "__setattr__")
_MODULES = re.compile(r"(?:\A|[._])modules\Z|\A_?(?:sys)?mods?\Z", re.I)
_PATH = re.compile(r"(?:\A|.*\.)(torchaudio(?:\.\w+)*)\Z")
# f"torchaudio.{name}"
_BEFORE_A_NAME = re.compile(r"\btorchaudio\.(?:\w+\.)*\Z")
_TESTS = re.compile(r"patch|mock", re.I)
# a test that replaces what another text names: patch(names.LOAD), setattr(*one), setattr(path, x)
_UNREAD = re.compile(r"patch\(\s*(?!['\"])|attr\(\s*(?:\*|[^'\",()]+,[^,()]*\))")
# what takes a module or a name, and replaces nothing
_READS = re.compile(
    r"(?:(?:get|has)attr|(?:is|assert|get|import|skip)\w*|print|repr|str|id|type|len|dir|vars|reload"
    r"|signature|append|raises|warns|find_spec|version|\w*_level|\w*warnings|\w*Mock|create_autospec)\Z"
)
# the modules that have old names
_OWNERS = {path.rpartition(".")[0] for path in old_names.KNOWN}
# what gives a module, or its namespace
_GIVES = ("vars", "import_module", "__import__")
_KEEPING = (
    *(ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.Return, ast.Yield, ast.For),
    *(ast.List, ast.Set, ast.Dict, ast.comprehension),
)
# what may replace a function that is named elsewhere in the file
_BY_NAME = re.compile(
    r"patch|wrap|attr(?<=(?:set|del)attr)|setitem|vars\(|__dict__|__globals__|globals\(|exec\("
)
# setattr(module, NAME, fake)
_COMPUTED = re.compile(r"(?:attr|object)\([^\n,]+,[ \t\n]*[a-zA-Z_]")


@dataclasses.dataclass(frozen=True)
class Replacement:
    """A place that replaces something of torchaudio.

    Attributes:
        path: the full name of what is replaced; ``torchaudio`` for all of it.
    """

    path: str
    place: Place
    how: str

    @property
    def name(self) -> str:
        """Return the plain name; empty for all of torchaudio."""
        return "" if self.path == ROOT else self.path.rpartition(".")[2]

    def stands_for(self, path: str) -> bool:
        """Return whether this replaces a path; all old names of a function count as one."""
        return (
            path == self.path
            or path.startswith(f"{self.path}.")
            or path.rpartition(".")[2] == self.name
        )


@noted
def everywhere(project: Project) -> list[Replacement]:
    """Return every replacement in a project."""
    found = [one for module in project.modules for one in of(module)]
    others = [module for module in project.modules if not _is_test(module)]
    named = [one for module in others for one in _by_a_constant(module)]
    return found + named if named and _names_elsewhere(project) else found


def _names_elsewhere(project: Project) -> bool:
    """Return whether a test may replace what a text in another file names."""
    tests = [path for path, module in project.speaking.items() if _is_test(module)]
    paths = (*tests, *project.quiet.replacing)
    return any(map(_UNREAD.search, map(project.text, paths)))


@noted
def refused(project: Project) -> dict[Replacement, list[Place]]:
    """Return the changes refused because of each replacement, as the engine noted them."""
    return {}


@listed
def of(module: Module) -> Iterator[Replacement]:
    """Return every replacement in a module."""
    in_tests, seeds = _is_test(module), [*_mentions(module)]
    for node in dict.fromkeys(above for seed in seeds for above in _within_statement(module, seed)):
        if isinstance(node, ast.Call):
            yield from _by_call(module, node, in_tests)
        elif isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
            yield from _by_target(module, node)
        elif isinstance(node, ast.Tuple):
            yield from _by_items(module, node, node.elts, in_tests)
        if in_tests and _is_kept(module, node):
            yield Replacement(ROOT, module.place(node), "may be replaced")
    if in_tests:
        yield from _by_a_constant(module)


def _is_test(module: Module) -> bool:
    return is_test(module.path) or _TESTS.search(module.text.text) is not None


def _mentions(module: Module) -> Iterator[ast.AST]:
    """Yield where a module mentions torchaudio: a name, an attribute, a keyword, a string."""
    yield from (use.root for use in module.uses)
    yield from module.names.named(ast.Attribute, ROOT)
    yield from module.names.named(ast.keyword, ROOT)
    yield from (node for node in module.telling if ROOT in str(node.value))
    for node in module.names.all(ast.JoinedStr):
        if any(_BEFORE_A_NAME.search(string(part)) for part in node.values):
            yield node


def _within_statement(module: Module, node: ast.AST) -> Iterator[ast.AST]:
    while not isinstance(node, ast.stmt):
        yield node
        node = module.names.parents[node]


def _by_target(module: Module, target: ast.AST) -> Iterator[Replacement]:
    """Find what an assignment replaces.

    - ``torchaudio.load = fake``, ``data.torchaudio.load = fake``
    - ``vars(torchaudio)["load"] = fake``, ``torchaudio.__dict__["load"] = fake``
    - ``sys.modules["torchaudio"] = fake``
    """
    place = module.place(target)
    match target:
        case ast.Attribute():
            path = _path_of(module, target)
        case ast.Subscript(space, index):
            owner, name = _owner(space), string(index)
            path = "" if owner is space else _path_of(module, owner, *filter(None, [name]))
            if name and old_names.is_ours(name) and _MODULES.search(ast.unparse(space)):
                yield Replacement(ROOT, place, "is replaced in sys.modules")
        case _:
            return
    known = old_names.KNOWN.get(path, old_names.UNKNOWN)
    if path and known.kind != Kind.FLAG:
        yield Replacement(path, place, "is assigned")


def _by_call(module: Module, call: ast.Call, in_tests: bool) -> Iterator[Replacement]:
    """Find what a call replaces.

    - ``patch("torchaudio.load")``, ``patch.object(torchaudio, "load")``
    - ``setattr(torchaudio, name, fake)``, ``patch.multiple(torchaudio, load=fake)``
    - ``patch.dict(sys.modules, {"torchaudio": fake})``, ``sys.modules.setdefault("torchaudio", x)``
    """
    given = [*call.args, *(one.value for one in call.keywords)]
    method, place = called(call), module.place(call)
    callee = ast.unparse(call.func) if method else ""
    replaces = _REPLACERS.search(callee) is not None
    puts = method in _PUTS and _MODULES.search(callee.rpartition(".")[0]) is not None
    space = getattr(call.func, "value", call)
    if method in _PUTS and (method == "__setattr__" or _owner(space) is not space):
        given, replaces = [space, *given] if _path_of(module, _owner(space)) else given, True
    elif given and _REPLACERS.search(plain_name(given[0])):  # partial(setattr, audio)
        given, replaces = given[1:], True
    keys = [string(key) for one in given if isinstance(one, ast.Dict) for key in one.keys]
    keys += [str(one.arg) for one in call.keywords if method in ("dict", "update")]
    put = keys if replaces or puts or method in _RUNS else []
    if any(map(old_names.is_ours, [*put, *(map(string, given[:1]) if puts else ())])):
        yield Replacement(ROOT, place, "is replaced in sys.modules")
    if not _READS.match(method):
        of_any = method in OF_WHOLE_OWNERS
        names = [
            one.arg
            for one in call.keywords
            if method == "multiple" or one.arg in old_names.REPLACEABLE
        ]
        given = given[:1] if of_any else given
        yield from _by_items(module, call, given, in_tests, names, whole=replaces or of_any)


def _by_items(
    module: Module,
    node: ast.AST,
    given: list[ast.expr],
    in_tests: bool,
    names: Sequence[str | None] = (),
    *,
    whole: bool = False,
) -> Iterator[Replacement]:
    """Find what a call or tuple replaces that is given a module and a name, or their path.

    In a test, each may replace something; elsewhere it must be one that surely does (``whole``), or
    have a name that is worth it.
    """
    place, strings = module.place(node), [string(one) for one in given]
    owner = _path_of(module, _owner(given[0])) if given else ""
    names = [*names] or [name for name in strings[1:2] if name]
    if not owner:
        for text in strings[:2] if whole else ():
            if match := _PATH.match(text):
                yield Replacement(match.group(1), place, "is patched")
        parts = ast.walk(given[0]) if whole and given and not strings[0] else ()
        named = (string(one) or _path_of(module, one).rpartition("__name__")[0] for one in parts)
        owner = ROOT if any(ROOT in one for one in named) else ""
    if in_tests and not owner and not _OWNERS.isdisjoint(strings):
        owner, names = ROOT, [name for name in strings if name in old_names.REPLACEABLE]
        whole = False
    if not (owner and (whole or owner in _OWNERS)):
        return
    for name in names:
        if name and (whole or name in old_names.REPLACEABLE):
            yield Replacement(f"{owner}.{name}", place, "is replaced")
    if None in names or (not names and (whole or in_tests)):
        yield Replacement(owner, place, "may be replaced")


def _is_kept(module: Module, node: ast.AST) -> bool:
    """Return whether a module, or its namespace, is given a name, or stored: ``lib = torchaudio``.

    What a test does with it by that name is not followed.
    """
    is_value = isinstance(node, ast.Name | ast.Attribute) or called(node) in _GIVES
    above = module.names.parents[node]
    # doctest_namespace["torchaudio"] = torchaudio
    is_shared = any(isinstance(one, ast.Subscript) for one in getattr(above, "targets", ()))
    return (
        (is_value and not is_shared)
        and (isinstance(above, _KEEPING) or node in getattr(above, "defaults", ()))
        and isinstance(getattr(node, "ctx", None) or ast.Load(), ast.Load)
        and _path_of(module, _owner(node)) in _OWNERS
    )


def _owner(space: ast.AST) -> ast.AST:
    """Return what has a namespace: ``audio`` for ``vars(audio)`` and ``audio.__dict__``."""
    match space:
        case ast.Attribute(owner, "__dict__"):
            return owner
        case ast.Call(ast.Name("vars"), [owner]):
            return owner
    return space


def _by_a_constant(module: Module) -> Iterator[Replacement]:
    """Find ``TARGET = "torchaudio.load"``, a constant with an old path."""
    for node in module.telling:
        match = _PATH.match(string(node))
        path = match.group(1) if match else ""
        by = called(module.names.parents.get(node))
        if (path in old_names.KNOWN or old_names.earlier(path)) and not (
            _READS.match(by) or _REPLACERS.search(by)
        ):
            yield Replacement(path, module.place(node), "is named for a mock")


def _path_of(module: Module, node: ast.AST, *tail: str) -> str:
    """Return the path in torchaudio that an expression leads to, or an empty string.

    Examples: ``data.torchaudio.load``, ``sys.modules["torchaudio"]``.
    """
    while isinstance(node, ast.Attribute):
        if node.attr == ROOT:
            return ".".join([ROOT, *tail])
        tail = (node.attr, *tail)
        node = node.value
    root = module.names.qualified(node)
    looked_up = node.slice if isinstance(node, ast.Subscript) else None
    if isinstance(node, ast.Call) and "import" in called(node) and node.args:
        looked_up = node.args[0]
    if looked_up is not None:
        root = string(looked_up) or _path_of(module, looked_up).removesuffix(".__name__")
    return ".".join([root, *tail]) if root and old_names.is_ours(root) else ""


# Replacements where a module imported the name


@listed
def where_imported(project: Project, module: Module, written: str) -> Iterator[Replacement]:
    """Yield the places that replace a name where it was imported: ``patch("package.audio.load")``.

    Args:
        project: the project.
        module: the module that imported the name.
        written: the name as the module writes it: ``load``, ``ta.load``.
    """
    file = PurePath(module.path)
    home = file.parent.name if file.stem == "__init__" else file.stem
    parts = written.split(".")
    path = f"{ROOT}.{parts[-1]}"
    targets = [
        f"{home}.{written[:end]}" for end, letter in enumerate(f"{written}.") if letter == "."
    ]
    for other, target in _stored(project).get(parts[0], ()):
        if plain_name(target.value) not in ("self", "cls") and home in other.text.text:
            yield Replacement(path, other.place(target), "is assigned where it is imported,")
    importing = _importing(project, module)
    for owner, word in zip((home, *parts), parts, strict=False):
        if owner != ROOT:  # `of` finds what replaces a name of torchaudio itself
            texts = _replacing(project, word) | importing
            yield from _in_texts(texts, (home, owner), word, targets, path)


@noted
def _stored(project: Project) -> dict[str, list[tuple[Module, ast.Attribute]]]:
    """Return where attributes are assigned, by their names."""
    return grouped(
        (node.attr, (module, node))
        for module in project.modules
        for node in module.names.all(ast.Attribute)
        if not isinstance(node.ctx, ast.Load)
    )


def _importing(project: Project, module: Module) -> dict[str, str]:
    """Return the texts, by path, of the files that may replace any name of a module they import."""
    graph = project.imports
    importers = graph.near_importers(module.path)
    several = [one for one in importers if one in project.speaking or graph.files[one].replaces]
    return {path: project.text(path) for path in several}


@noted
def _replacing(project: Project, name: str) -> dict[str, str]:
    """Return the texts, by path, of the files that may replace a function of a name."""
    # NAMES = ["load"], dict(load=fake), exec("load = fake"); TARGET = "audio.load"
    named = [
        re.compile(one)
        for one in (rf"{name}(?<=['\"]{name})(?:['\"]|[ \t]*=)", rf"dict\([^()]*\b{name}[ \t]*=")
    ]
    dotted = re.compile(rf"\.{name}['\"]")
    texts = {path: project.text(path) for path in (*project.speaking, *project.quiet.naming(name))}
    return {
        path: text
        for path, text in texts.items()
        if name in project.replaced_names(path)
        or dotted.search(text)
        or (any(one.search(text) for one in named) and _BY_NAME.search(text))
    }


def _in_texts(
    texts: dict[str, str], owners: tuple[str, str], name: str, targets: list[str], path: str
) -> Iterator[Replacement]:
    """Find the same in all files that mention its owners, by their text."""
    mentions = [re.compile(rf"{one}(?<!\w{one})\b") for one in map(re.escape, owners)]
    near = {
        other: text for other, text in texts.items() if all(one.search(text) for one in mentions)
    }
    if not near:
        return
    owner, plain, *words = map(re.escape, (owners[1], name, *targets))
    found = re.compile(
        rf"""
        # patch("audio.load"), patch(f"{{PACKAGE}}.audio.load")
        ['"](?:[^'"\n]*\.)?(?:{"|".join(words)})['"]
        |['"][^'"\n]*(?:\}}|%s)\.{plain}['"]  # patch(f"{{AUDIO}}.load")
        # patch("audio.lo" + "ad")
        |(?:patch|attr)\([ \t\n]*['"][\w.]*\b{owner}\.\w*['"][ \t\n]*[+%]
        # audio.__dict__.update(fakes), audio.read.__globals__[NAME] = fake
        |\b{owner}(?:\.\w+){{0,9}}\.__(?:dict|globals)__['"]?
            \s*(?:[,;)\n]|\[\s*(?!['"])|\.(?:update|setdefault)\()
        # setattr(module, "load", fake), whatever it is called
        |\([ \t\n]*[\w.]+,[ \t\n]*['"]{plain}['"]
        # setattr(module, NAME, fake)
        |\A(?=.*['"]{plain}['"]).*{_COMPUTED.pattern}
        # audio.load = fake, patch.multiple(audio, load=fake), also by another name: import audio as
        # a, a = import_module("audio")
        |(?:\b{owner}\b|(?:\b{owner}[ \t]+as[ \t]+(\w+)
            |\b(\w+)[ \t]*=[^\n]*(?:import|modules)[^\n]*\b{owner})\b.*?\b(?:\1|\2)\b)
        .{{0,200}}?(?:['"]\.?{plain}['"]
            |\b{plain}=(?!=)|(?:[.,(\\][ \t\n]*|['";][ \t]*){plain}{STORED})  # no own variable
        |(?:{"|".join(BINDS)}){plain}\b  # with fake() as audio.load
        |{FIRST_OF[0]}{plain}{FIRST_OF[1]}
        |{"|".join(one.pattern for one in unread_names(owner))}
        """,
        re.S | re.X,
    )
    for other, text in near.items():
        if match := found.search(text):
            line = text.count("\n", 0, match.end()) + 1
            yield Replacement(
                path, Place(other, line, 1, line, 1), "is patched where it is imported,"
            )
