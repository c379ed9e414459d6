"""Drop imports that nothing needs once the calls are rewritten."""

import ast
import re
from collections.abc import Iterator

from compat.codemod.rule import (
    MODERN,
    Change,
    Draft,
    DropName,
    Imported,
    Kind,
    Level,
    Module,
    Project,
    Replace,
    Rule,
    Valid,
    conditions,
    old_names,
    type_texts,
)

_REASON = "nothing here uses this import, and later releases lack what it imports"
_NAMED = (
    "later releases lack what this imports, and only a string or a comment names it, which may be "
    "read as a type or run"
)
_UNBOUND = "the target lacks what this tries to import, and then torchaudio is not bound either"
_CHANGE = "Change that text, and delete the import."
_OLD = (Kind.SETTER, Kind.GETTER, Kind.BACKEND_FUNCTION, Kind.OLD_METADATA, Kind.LOAD_WAV)


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Drop imports of ``torchaudio.backend`` and of the setter whose names are not used here."""
    for one in module.imported:
        known = old_names.KNOWN.get(one.path)
        old = (
            one.path.startswith(f"{old_names.ROOT}.backend")
            or old_names.earlier(one.path)
            or (known is not None and known.kind in _OLD)
        )
        gone = project.target == "2.9" and one.path.startswith(f"{old_names.ROOT}.utils.sox_utils")
        is_dotted = isinstance(one.statement, ast.Import) and not one.alias.asname
        if not (old or gone) or conditions.in_import_ladder(module, one.statement):
            lacks = is_dotted and not old_names.has(one.path, project.target)
            if (old or gone) and lacks and not _is_bound_before(module, one):
                yield Draft(module.span(one.alias), _UNBOUND, "Import torchaudio above it.")
            continue
        if not (_is_passed_through(module, one) if is_dotted else is_used(module, project, one)):
            change: Change = DropName(one)
            if is_dotted and not _is_bound_before(module, one):
                change = Replace(*module.span(one.alias), old_names.ROOT)
            name = one.path if is_dotted else one.local
            span, named = module.span(one.alias), next(_mentions(module, name), None)
            if named is None:
                yield Draft(span, _REASON, changes=(change,), touches=(one,))
            else:
                yield Draft(span, _NAMED, _CHANGE, related=(module.place(named),))


def _is_passed_through(module: Module, one: Imported) -> bool:
    """Return whether a dotted name uses the module that ``import torchaudio.backend.x`` names."""
    paths = (use.path for use in module.uses if use.root.id == old_names.ROOT)
    below = ".".join(one.path.split(".")[:2])
    return any(
        path.startswith(one.path) or (path.startswith(below) and one.path.startswith(f"{path}."))
        for path in paths
    )


def _is_bound_before(module: Module, one: Imported) -> bool:
    """Return whether ``torchaudio``, which such an import binds as well, surely is before it."""
    return any(
        other.path == other.local == old_names.ROOT
        and module.names.parents[other.statement] is one.scope.node
        and module.span(other.statement)[0] <= module.span(one.statement)[0]
        for other in module.imported
    )


def is_used(module: Module, project: Project, one: Imported) -> bool:
    """Return whether a name, a string, a class or another file may refer to an import."""
    if (
        one.alias.name == "*"
        or one.scope.kind == "class"
        or module.names.named(ast.Name, one.local)
        or any(node.value == one.local for node in module.strings)
    ):
        return True
    before, _ = project.as_read(module, 0)
    # users of a package that never used the name itself may import it from there
    in_package = module.path.endswith("__init__.py") and not before.names.named(ast.Name, one.local)
    return in_package or project.is_exported(module, one.local)


def _mentions(module: Module, name: str) -> Iterator[tuple[int, int]]:
    """Yield strings and comments that may look a name up: types, ``eval("name.load")``."""
    word = re.compile(rf"(?<![\w.]){re.escape(name)}\b")
    dotted = re.compile(rf"{word.pattern}\.\w")
    for node in module.strings if word.search(module.text.text) else ():
        as_type = type_texts.is_annotation(module, node) and word.search(str(node.value))
        if as_type or dotted.search(str(node.value)):
            yield module.span(node)
    in_type = re.compile(rf"#\s*type:.*?{word.pattern}")
    for comment in module.text.comments if in_type.search(module.text.text) else ():
        if in_type.match(module.text.text, comment.start, comment.end):
            yield comment.start, comment.end


RULE = Rule(
    id="TAC131",
    title="Delete imports that the changes left unused",
    level=Level.SAFE,
    targets=MODERN,
    before="""\
import torchaudio.backend.sox_io_backend

waveform, rate = torchaudio.load("a.wav")
""",
    after="""\
import torchaudio

waveform, rate = torchaudio.load("a.wav")
""",
    valid=(
        Valid(
            "a string names what is imported, as __all__ does",
            """\
from torchaudio.backend import sox_io_backend

__all__ = ["sox_io_backend"]
""",
        ),
    ),
    explanation="""\
The rule deletes imports of torchaudio.backend, its modules and the setter if no name, string or
other file refers to them. `torchaudio` stays bound. Imports in a `try` with handlers stay, and so
do those of an `__init__.py` that never used them itself.
""",
    check=check,
)
