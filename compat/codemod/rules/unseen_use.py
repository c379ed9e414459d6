"""Report uses of torchaudio that cannot be followed."""

import ast
import re
from collections.abc import Iterator

from compat.codemod.plan.unseen import may_be_torchaudio
from compat.codemod.rule import (
    MODERN,
    Draft,
    Kind,
    Level,
    Module,
    Project,
    Rule,
    Use,
    Valid,
    called,
    defaults,
    keyword,
    literal,
    noted,
    old_names,
    plain_name,
    type_texts,
)
from compat.codemod.source import fstrings
from compat.codemod.uses import reexports, written_out

_CODE = re.compile(
    r"\btorchaudio\.(set_audio_backend|get_audio_backend|list_audio_backends|load_wav|backend\.)"
    r"|\bset_audio_backend\("
    r"|\btorchaudio\.(load|save|info)\([^\r\n]*?\bfilepath="
    r"|,[ \t]*\w+[ \t]*=[ \t]*torchaudio\.info\("
)
_OF_BACKEND = ("set_audio_backend", "get_audio_backend")
_GETTERS = ("attrgetter", "methodcaller")
_OLD = (*_OF_BACKEND, "load_wav", "backend")
_DOCTEST = re.compile(
    r"^[ \t]*(?:>>>|\.\.\.)[ \t]+([^\r\n]*"
    r"(?:[sg]et_audio_backend|\bload_wav|torchaudio\.backend\.|\.(?:load|save|info)\([^\r\n]*filepath=)[^\r\n]*)",
    re.M,
)
_RUNNERS = (
    "exec",
    "eval",
    "compile",
    "timeit",
    "repeat",
    "run",
    "system",
    "Popen",
    "call",
    "check_call",
    "check_output",
)
_REPLACERS = (
    "patch",
    "setattr",
    "delattr",
    "object",
    "multiple",
    "dict",
    "setdefault",
    "getLogger",
    "filterwarnings",
    "spec_from_loader",
)
_PASSED = (*old_names.HOMES, *old_names.KNOWN)
_IMPORT = "Import torchaudio itself there and run again, or change it by hand."
_TESTS = ast.If | ast.IfExp | ast.Compare | ast.BoolOp | ast.UnaryOp | ast.Assert
_IMPORTERS = re.compile(r"import[^.]*\Z", re.I)


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Report star imports, imports by a string, and code in strings."""
    if old_names.ROOT in project.own_names:
        for one in module.imported[:1]:
            yield Draft(
                module.span(one.statement),
                "the project has a module `torchaudio` of its own, so what is imported here may be "
                "that",
                "Run on a part that does not have it.",
            )
        return
    for one in module.imported:
        if one.alias.name == "*" or (one.scope.kind == "class" and one.path in _PASSED):
            yield Draft(
                module.span(one.statement),
                "a star import, or one into a class, so its uses are not followed",
                "Import torchaudio, or the names that are used, at the top.",
            )
    yield from _by_getattr(module, project)
    yield from _by_another_value(module, project)
    old = (one for one in reexports.of(project, module) if _is_old(project, module, one))
    yield from (Draft(module.span(one.node), _reached(one), _IMPORT) for one in old)
    yield from _in_quiet_files(module, project)
    yield from _in_fstrings(module, project)
    for node in module.telling:
        value = str(node.value)
        above = module.names.parents.get(node)
        call = (
            above
            if isinstance(above, ast.Call) and node in above.args[:1] and old_names.is_ours(value)
            else None
        )
        if call and _IMPORTERS.search(module.names.qualified(call.func) or called(call)):
            if value == old_names.ROOT and isinstance(module.names.parents.get(call), ast.Expr):
                continue  # it only tests whether torchaudio is there
            yield Draft(
                module.span(call),
                "torchaudio is imported by a string, so the codemod cannot follow its uses",
                "Check what the code does with it, or use an import statement.",
            )
        elif old_names.is_old(value.replace(":", "."), project.target) and not _is_replaced(
            module, node
        ):
            yield Draft(
                module.span(node),
                f"a string names {value}, which torchaudio {project.target} does not have in this "
                "place",
                "If something looks it up, change it by hand.",
            )
        elif module.is_docstring(node):
            start, end = module.span(node)
            for match in _DOCTEST.finditer(module.text.text, start, end):
                yield Draft(
                    match.span(1),
                    "an example in a docstring calls the old API",
                    "Change it by hand.",
                )
        elif call and called(call) not in _RUNNERS:
            continue  # a message
        elif _CODE.search(value) and value.count("torchaudio.") and re.search(r"[\s(]", value):
            yield Draft(
                module.span(node),
                "a string seems to hold code of the old API",
                "If it is run, change it by hand.",
            )


def _is_replaced(module: Module, node: ast.AST) -> bool:
    """Return whether a string is a key, an annotation, or what a test replaces.

    Other rules check those.
    """
    above = module.names.parents.get(node)
    is_key = isinstance(above, ast.Subscript | ast.Compare) or (
        isinstance(above, ast.Dict) and node in above.keys
    )
    return is_key or called(above) in _REPLACERS or type_texts.is_annotation(module, node)


def _reached(use: Use) -> str:
    return f"torchaudio.{use.name} is reached by way of {use.through}, and not changed"


def _in_quiet_files(module: Module, project: Project) -> Iterator[Draft]:
    """Report what files without its name reach by way of this one: ``audio.ta.load_wav``."""
    own = [one for one in module.imported if one.scope is module.names.module]
    own = [one for one in own if one.local not in ("*", old_names.ROOT)]
    graph = project.imports
    near = graph.near_importers(module.path) if own and not module.standalone else frozenset()
    passing = [path for path in near if reexports.exports(project, path)]
    near = near.union(*map(graph.near_importers, passing)) & project.quiet.all
    for one in own if near else ():
        word = re.compile(rf"(?:\.|\bimport\b[^\n]*)\b{one.local}\b".encode())
        for other in filter(None, (project.parsed(path, word) for path in sorted(near))):
            for use in reexports.of(project, other):
                if use.path.startswith(one.path) and _is_old(project, other, use):
                    place = other.place(use.node)
                    yield Draft(module.span(one.alias), _reached(use), _IMPORT, related=(place,))


def _is_old(project: Project, module: Module, reached: Use) -> bool:
    call, above = reached.call, module.names.parents.get(reached.call or reached.node)
    given = {keyword.arg for keyword in call.keywords} if call else set()
    apart = isinstance(above, ast.Subscript) or isinstance(
        next(iter(getattr(above, "targets", ())), None), ast.Tuple
    )
    return (
        _is_lost(project, reached.name)
        or reached.kind not in (Kind.FUNCTION, Kind.METADATA, Kind.LISTER)
        or not old_names.OLD_PARAMETERS.isdisjoint(given)
        or (reached.name == "info" and apart)
        or (reached.name == "save" and call is not None and len(call.args) > 4)
    )


def _is_lost(project: Project, name: str) -> bool:
    return project.target == "2.9" and name in old_names.LOST_IN_2_9


def _in_fstrings(module: Module, project: Project) -> Iterator[Draft]:
    """Write out what can be written out; report other old names in f-strings."""
    written = [*written_out.drafts(module, project)]
    yield from written
    told_of = {use for draft in written for use in draft.touches or ()}
    for use in module.hidden:
        if use in told_of:
            continue
        named = use.call is not None and keyword(use.call, "filepath") is not None
        if (
            named
            or _is_lost(project, use.name)
            or use.kind in (Kind.SETTER, Kind.GETTER, Kind.BACKEND_FUNCTION, Kind.OLD_METADATA)
        ):
            around = module.names.chain(use.node)
            line = module.span([one for one in around if isinstance(one, fstrings.STRINGS)][-1])
            yield Draft(
                line,
                f"torchaudio.{use.name} is used in an f-string that cannot be changed",
                "Change it by hand.",
            )


def _by_getattr(module: Module, project: Project) -> Iterator[Draft]:
    """Report ``getattr(torchaudio, ...)`` with an old or computed name, except in guards."""
    for use in module.uses:
        above = module.names.parents.get(use.node)
        if (
            not isinstance(above, ast.Call)
            or not module.names.is_builtin(above.func, "getattr")
            or len(above.args) < 2
            or above.args[0] is not use.node
            or (project.relies_on_traces and written_out.name_of(module, use))
        ):
            continue
        name = literal(above.args[1])
        path = f"{use.path}.{name}"
        if name is ... and use.path == old_names.ROOT:
            yield Draft(
                module.span(above),
                "the name that is looked up in torchaudio is known only when the program runs: "
                f"{ast.unparse(above.args[1])}",
                "Check which names occur here, and what the code does with them.",
            )
        elif (name in _OLD or old_names.is_old(path, project.target)) and not isinstance(
            module.names.parents.get(above), _TESTS
        ):
            yield Draft(
                module.span(above),
                f"{path} is taken by getattr, so the codemod cannot follow it",
                "Change it by hand.",
            )


@noted
def _defined(project: Project) -> set[str]:
    """Return the names of the functions and methods of a project."""
    return {one.name for module in project.modules for one in module.functions}


def _other_names(module: Module) -> set[str]:
    """Return the other names of torchaudio: ``ta = torchaudio``, ``self.ta = ...``, a default."""
    names = set()
    for use in (use for use in module.uses if use.path in old_names.HOMES):
        above = module.names.parents.get(use.node)
        above = module.names.parents.get(above) if isinstance(above, ast.IfExp) else above
        if isinstance(above, ast.arguments):
            names |= {one.arg for one, default in defaults(above) if default is use.node}
        elif isinstance(above, ast.Assign):
            names |= set(map(plain_name, above.targets))
        elif isinstance(above, ast.AnnAssign):
            names.add(plain_name(above.target))
    return names - {""}


def _by_another_value(module: Module, project: Project) -> Iterator[Draft]:
    """Report old names of what is, or may be, torchaudio.

    Examples: ``ta.load_wav``, ``lazy().set_audio_backend``,
    ``vars(torchaudio)["set_audio_backend"]``.
    """
    seen = {one.node for one in reexports.of(project, module)}
    names = _other_names(module)
    own = module.names.named(ast.Attribute, *_OLD, *old_names.FUNCTIONS)
    for node in module.names.all(ast.Attribute) if names else own:
        owner, call = node.value, module.call_of(node)
        is_named = plain_name(owner) in names
        is_old = (
            node.attr in _OLD
            or (is_named and _is_lost(project, node.attr))
            or (
                node.attr in old_names.FUNCTIONS
                and call is not None
                and any(one.arg in old_names.OLD_PARAMETERS for one in call.keywords)
            )
        )
        if not is_old or node in seen or old_names.is_ours(module.names.qualified(node) or ""):
            continue
        is_passed = node.attr in _OF_BACKEND or (
            node.attr in _OLD
            and plain_name(owner) not in ("self", "cls")
            and any(isinstance(one.node, ast.arg) for one in module.names.bindings(owner))
        )
        value = module.only_assigned(owner) or owner
        is_found = (
            node.attr in _OF_BACKEND
            and isinstance(value, ast.Call | ast.Subscript)
            and isinstance(node.ctx, ast.Load)
            and node.attr not in _defined(project)
        )
        if is_named or is_found or (is_passed and may_be_torchaudio(project, module, owner)):
            yield Draft(
                module.span(node),
                f"{ast.unparse(owner)} may be the package torchaudio here",
                "If it is, import torchaudio here, and use it.",
            )
    for text in module.telling:
        above = module.names.parents[text]
        is_read = isinstance(above, ast.Subscript) and isinstance(above.ctx, ast.Load)
        if text.value in _OF_BACKEND and (is_read or called(above) in _GETTERS):
            yield Draft(
                module.span(above),
                f"{text.value} is looked up by a string",
                "If it is torchaudio's, change it by hand.",
            )


RULE = Rule(
    id="TAC127",
    title="Imports and code that the codemod cannot follow",
    level=Level.REPORT,
    targets=MODERN,
    before="""\
import importlib

ta = importlib.import_module("torchaudio")
""",
    valid=(
        Valid(
            "an import statement binds the name",
            """\
import torchaudio

waveform, rate = torchaudio.load("a.wav")
""",
        ),
        Valid(
            "a message is not code",
            """\
import torchaudio

print("torchaudio.set_audio_backend( is gone")
""",
        ),
    ),
    explanation="""\
The codemod knows that a name means torchaudio only if an import statement binds it. If your code
gets torchaudio in another way, check it by hand.

With --observed, the codemod writes out two such uses, so that a trace can settle them:
`getattr(torchaudio, "load")` becomes `torchaudio.load`, and in `f"{torchaudio.load(path)=}"` the
source before the value becomes plain text.
""",
    check=check,
)
