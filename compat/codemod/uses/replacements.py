"""Find where a project replaces torchaudio or its functions: mocks, patches, assignments.

A mock sees every change of a call that reaches it. The engine checks this for every change of every
rule.
"""

import ast
import dataclasses
import re
from collections.abc import Iterator
from pathlib import PurePath

from compat.codemod.files.replaced_names import BINDS, FIRST_OF, STORED
from compat.codemod.source import (
    ROOT,
    Kind,
    Module,
    Place,
    called,
    grouped,
    listed,
    literal,
    noted,
    old_names,
    plain_name,
    string,
)
from compat.codemod.uses.project import Project

_REPLACERS = re.compile(
    r"patch|setattr|setitem|delattr|\bobject\b|spy|stub|replace|swap_attr", re.I
)
# what changes a namespace: vars(audio).update(load=fake), audio.__setattr__("load", fake)
_PUTS = ("update", "setdefault", "__setitem__", "__ior__", "__setattr__")
# mockito, flexmock: what they replace in later calls is not followed
_WHOLE = {"when", "when2", "flexmock", "expect", "allow"}
_MODULES = re.compile(r"(?:\A|[._])modules\Z|\A_?(?:sys)?mods?\Z", re.I)
_PATH = re.compile(r"(?:\A|.*\.)(torchaudio(?:\.\w+)*)\Z")
_TESTS = re.compile(r"patch|mock", re.I)
# what may replace a function that is named elsewhere in the file
_BY_NAME = re.compile(
    r"patch|attr(?<=(?:set|del)attr)|setitem|vars\(|__dict__|__globals__|globals\(|exec\("
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
    return [one for module in project.modules for one in of(module)]


@noted
def refused(project: Project) -> dict[Replacement, list[Place]]:
    """Return the changes refused because of each replacement, as the engine noted them."""
    return {}


@listed
def of(module: Module) -> Iterator[Replacement]:
    """Return every replacement in a module."""
    seeds = [*_mentions(module)]
    for node in dict.fromkeys(above for seed in seeds for above in _within_statement(module, seed)):
        if isinstance(node, ast.Call):
            yield from _by_call(module, node)
        elif isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
            yield from _by_target(module, node)
    yield from _by_a_constant(module, [one for one in seeds if isinstance(one, ast.Constant)])


def _mentions(module: Module) -> Iterator[ast.AST]:
    """Yield where a module mentions torchaudio: a name, an attribute, a keyword, a string."""
    yield from (use.root for use in module.uses)
    yield from module.names.named(ast.Attribute, ROOT)
    yield from module.names.named(ast.keyword, ROOT)
    yield from (node for node in module.telling if ROOT in str(node.value))


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
        case ast.Subscript(space, ast.Constant(str(name))):
            owner = _owner(space)
            path = "" if owner is space else _path_of(module, owner, name)
            if old_names.is_ours(name) and _MODULES.search(ast.unparse(space)):
                yield Replacement(ROOT, place, "is replaced in sys.modules")
        case _:
            return
    known = old_names.KNOWN.get(path, old_names.UNKNOWN)
    if path and known.kind != Kind.FLAG:
        yield Replacement(path, place, "is assigned")


def _by_call(module: Module, call: ast.Call) -> Iterator[Replacement]:
    """Find what a call replaces.

    - ``patch("torchaudio.load")``, ``patch.object(torchaudio, "load")``
    - ``setattr(torchaudio, name, fake)``, ``patch.multiple(torchaudio, load=fake)``
    - ``patch.dict(sys.modules, {"torchaudio": fake})``, ``sys.modules.setdefault("torchaudio", x)``
    """
    given = [*call.args, *(one.value for one in call.keywords)]
    method, place = called(call), module.place(call)
    callee = ast.unparse(call.func) if method else ""
    replaces = _REPLACERS.search(callee) is not None
    puts = method in ("setdefault", "__setitem__") and _MODULES.search(callee.rpartition(".")[0])
    if isinstance(call.func, ast.Attribute) and method in _PUTS:
        space = call.func.value
        is_of_names = method == "__setattr__" or _owner(space) is not space
        if path := _path_of(module, _owner(space)) if is_of_names else "":
            yield Replacement(path, place, "is replaced")
    strings = [string(one) for one in given[:2]]
    keys = [string(key) for one in given if isinstance(one, ast.Dict) for key in one.keys]
    keys += [str(one.arg) for one in call.keywords if method == "dict"]
    put = [*(keys if replaces else ()), *(strings[:1] if puts else ())]
    if any(map(old_names.is_ours, put)):
        yield Replacement(ROOT, place, "is replaced in sys.modules")
    owner = _path_of(module, given[0]) if given and method not in ("getattr", "hasattr") else ""
    name = strings[1] if len(strings) == 2 else ""
    if not owner:
        for match in filter(None, map(_PATH.match, strings if replaces else ())):
            yield Replacement(match.group(1), place, "is patched")
    elif replaces and method == "multiple":
        for one in call.keywords:
            yield Replacement(f"{owner}.{one.arg}", place, "is replaced")
    elif name and (replaces or name in old_names.REPLACEABLE):
        yield Replacement(f"{owner}.{name}", place, "is replaced")
    elif method in _WHOLE or (replaces and [literal(one) for one in given[1:2]] == [...]):
        yield Replacement(owner, place, "is replaced")


def _owner(space: ast.expr) -> ast.expr:
    """Return what has a namespace: ``audio`` for ``vars(audio)`` and ``audio.__dict__``."""
    match space:
        case ast.Attribute(owner, "__dict__"):
            return owner
        case ast.Call(ast.Name("vars"), [owner]):
            return owner
    return space


def _by_a_constant(module: Module, strings: list[ast.Constant]) -> Iterator[Replacement]:
    """Find ``TARGET = "torchaudio.load"``, a constant with an old path, in a module with mocks."""
    for node in strings if strings and _TESTS.search(module.text.text) else ():
        match = _PATH.match(string(node))
        path = match.group(1) if match else ""
        if (path in old_names.KNOWN or old_names.earlier(path)) and not isinstance(
            module.names.parents.get(node), ast.Call
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
    if isinstance(node, ast.Subscript):
        root = string(node.slice)
    elif isinstance(node, ast.Call) and "import" in called(node) and node.args:
        root = string(node.args[0])
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
    for owner, word in zip((home, *parts), parts, strict=False):
        yield from _in_texts(project, (home, owner), word, targets, path)


@noted
def _stored(project: Project) -> dict[str, list[tuple[Module, ast.Attribute]]]:
    """Return where attributes are assigned, by their names."""
    return grouped(
        (node.attr, (module, node))
        for module in project.modules
        for node in module.names.all(ast.Attribute)
        if not isinstance(node.ctx, ast.Load)
    )


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
    project: Project, owners: tuple[str, str], name: str, targets: list[str], path: str
) -> Iterator[Replacement]:
    """Find the same in all files that mention its owners, by their text."""
    if owners[1] == ROOT:  # `of` finds what replaces a name of torchaudio itself
        return
    mentions = [re.compile(rf"{one}(?<!\w{one})\b") for one in map(re.escape, owners)]
    near = {
        other: text
        for other, text in _replacing(project, name).items()
        if all(one.search(text) for one in mentions)
    }
    if not near:
        return
    owner, plain, *words = map(re.escape, (owners[1], name, *targets))
    found = re.compile(
        rf"""
        # patch("audio.load"), patch(f"{{PACKAGE}}.audio.load")
        ['"](?:[^'"\n]*\.)?(?:{"|".join(words)})['"]
        |['"][^'"\n]*\}}\.{plain}['"]  # patch(f"{{AUDIO}}.load")
        # setattr(module, "load", fake), whatever it is called
        |\([ \t\n]*[\w.]+,[ \t\n]*['"]{plain}['"]
        # setattr(module, NAME, fake)
        |\A(?=.*['"]{plain}['"]).*{_COMPUTED.pattern}
        # audio.load = fake, patch.multiple(audio, load=fake), also by another name: import audio as
        # a, a = import_module("audio")
        |(?:\b{owner}\b|(?:\b{owner}[ \t]+as[ \t]+(\w+)
            |\b(\w+)[ \t]*=[^\n]*(?:import|modules)[^\n]*\b{owner})\b.*?\b(?:\1|\2)\b)
        .{{0,200}}?(?:['"]\.?{plain}['"]|\b{plain}{STORED})
        |(?:{"|".join(BINDS)}){plain}\b  # with fake() as audio.load
        |{FIRST_OF[0]}{plain}{FIRST_OF[1]}
        """,
        re.S | re.X,
    )
    for other, text in near.items():
        if match := found.search(text):
            line = text.count("\n", 0, match.end()) + 1
            yield Replacement(
                path, Place(other, line, 1, line, 1), "is patched where it is imported,"
            )
