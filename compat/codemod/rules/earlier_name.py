"""Delete or report names that went with the sox backend of 0.x, long before 2.0."""

import ast
from collections.abc import Iterator

from compat.codemod.rule import (
    DROP_IN,
    MODERN,
    Draft,
    Imported,
    Level,
    Module,
    Project,
    Remove,
    Rule,
    Use,
    Valid,
    conditions,
    old_names,
)
from compat.names import removed

_REASON = "{} went with the sox backend of 0.x; no release since 0.9 has it"
_BESIDE_IO = {
    f"{old_names.ROOT}.{name}": f"{old_names.ROOT}.{name} went in {went.removed_in}; "
    "no later release has it"
    for name, went in removed.BESIDE_IO.items()
}


def _reason(name: str) -> str:
    return _BESIDE_IO.get(name) or _REASON.format(name)


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Delete bare calls that started or stopped libsox; report other uses and remaining imports."""
    tried = {
        one.local
        for one in module.imported
        if old_names.earlier(one.path) and conditions.in_import_ladder(module, one.statement)
    }
    for use in module.uses:
        name = old_names.earlier(use.path)
        if name is None or use.root.id in tried or _is_told_elsewhere(project, name):
            continue
        statement = module.statement_of(use.node)
        if _is_needless(use, statement):
            yield Draft(
                module.span(statement),
                _REASON.format(name),
                changes=(Remove(statement),),
                touches=(use,),
            )
        else:
            yield Draft(module.span(use.node), _reason(name), old_names.EARLIER[name])
    for one in module.imported:
        name = old_names.earlier(one.path)
        if name is not None and not _is_told_elsewhere(project, name) and _stays(module, one):
            yield Draft(module.span(one.alias), _reason(name), old_names.EARLIER[name])


def _is_told_elsewhere(project: Project, name: str) -> bool:
    # TAC111 reports it
    return name == f"{old_names.ROOT}.backend.sox_backend" and project.target != "compat"


def _is_needless(use: Use, statement: ast.stmt) -> bool:
    call = use.call
    return (
        use.path in old_names.NEEDLESS
        and call is not None
        and not (call.args or call.keywords)
        and isinstance(statement, ast.Expr)
        and statement.value is call
    )


def _stays(module: Module, one: Imported) -> bool:
    """Return whether an import fails; TAC131 has dropped one whose name is not used."""
    is_named = isinstance(one.statement, ast.ImportFrom)
    is_used = module.names.named(ast.Name, one.local)
    return (is_named or not is_used) and not conditions.in_import_ladder(module, one.statement)


RULE = Rule(
    id="TAC136",
    title="Names that were removed before 2.0",
    level=Level.SAFE,
    targets=MODERN,
    report_only_for=DROP_IN,
    before="""\
import torchaudio

torchaudio.initialize_sox()
waveform, rate = torchaudio.load("a.wav")
torchaudio.shutdown_sox()
""",
    after="""\
import torchaudio

waveform, rate = torchaudio.load("a.wav")
""",
    valid=(
        Valid(
            "its value is used",
            """\
import torchaudio

started = torchaudio.initialize_sox()
""",
            reported=True,
        ),
    ),
    explanation="""\
The rule deletes a bare initialize_sox() or shutdown_sox(), which libsox does not need. It reports
SoxEffectsChain: use apply_effects_file, which takes the same effects as a list, [["gain", "-3"],
["rate", "16000"]], and returns a float tensor and its sample rate. It reports SignalInfo,
EncodingInfo, sox_signalinfo_t and similar names: use encoding= and bits_per_sample= of save. It
reports functional.magphase, transforms.ComplexNorm, datasets.utils.download_url and other names
that went up to 2.0, and says what does the same. For --target compat it reports all of them,
because 2.0 lacks them too.
""",
    check=check,
)
