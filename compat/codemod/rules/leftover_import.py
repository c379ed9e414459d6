"""Drop imports that nothing needs once the calls are rewritten."""

import ast
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
)

_REASON = "nothing here uses this import, and later releases lack what it imports"
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
        if not (old or gone) or conditions.in_import_ladder(module, one.statement):
            continue
        plain = isinstance(one.statement, ast.Import) and not one.alias.asname
        if plain:
            below = ".".join(one.path.split(".")[:2])
            through = [
                use.path
                for use in module.uses
                if use.root.id == old_names.ROOT and use.path.startswith(below)
            ]
            if not any(
                path.startswith(one.path) or one.path.startswith(f"{path}.") for path in through
            ):
                yield Draft(
                    module.span(one.alias), _REASON, changes=(_plain(module, one),), touches=(one,)
                )
        elif not is_used(module, project, one):
            yield Draft(
                module.span(one.alias),
                _REASON,
                changes=(DropName(one.statement, one.alias),),
                touches=(one,),
            )


def _plain(module: Module, one: Imported) -> Change:
    """Keep ``torchaudio``, which ``import torchaudio.backend.x`` binds as well."""
    others = [
        o
        for o in module.imported
        if o is not one
        and o.local == old_names.ROOT
        and o.path == old_names.ROOT
        and o.scope is one.scope
    ]
    if any(module.span(other.statement)[0] <= module.span(one.statement)[0] for other in others):
        return DropName(one.statement, one.alias)
    return Replace(*module.span(one.alias), old_names.ROOT)


def is_used(module: Module, project: Project, one: Imported) -> bool:
    """Return whether a name, a string or another file may refer to an import."""
    if any(isinstance(node, ast.Name) and node.id == one.local for node in module.names.scope_of):
        return True
    if any(node.value == one.local for node in module.strings):
        return True
    if module.path.endswith("__init__.py") and not _was_used(module, project, one):
        return True  # users of the package may import it from here
    return project.is_exported(module, one.local)


def _was_used(module: Module, project: Project, one: Imported) -> bool:
    """Return whether the file used an import itself before anything was changed."""
    before, _ = project.as_read(module, 0)
    return any(
        isinstance(node, ast.Name) and node.id == one.local for node in before.names.scope_of
    )


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
