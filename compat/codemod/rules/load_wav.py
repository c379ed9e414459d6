"""``torchaudio.load_wav``."""

import ast
from collections.abc import Iterator

from compat.codemod.rule import DROP_IN, MODERN, Draft, Kind, Level, Module, Project, Replace, Rule, Valid, literal, starred
from compat.codemod.source import old_names

_REASON = "load_wav went in 0.9; whether it scaled to 16-bit numbers or to [-1, 1] differed by release and backend"
_SHAPES = ("shape", "size", "ndim", "dim", "numel", "nelement", "ndimension")


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Every use; where only the shape of what it gives is read, load gives the same."""
    for use in module.of(Kind.LOAD_WAV):
        if use.stored:
            continue
        governed = any(True for other in project.modules for _ in other.of(Kind.SETTER))
        if (
            isinstance(use.node, ast.Attribute)
            and use.path == f"{old_names.ROOT}.load_wav"
            and not governed
            and _only_shape(module, project, use.call)
        ):
            end = module.span(use.node)[1]
            change = Replace(end - len("load_wav"), end, "load")
            yield Draft(
                module.span(use.node),
                "load_wav went in 0.9; here only a shape is read, which load gives too",
                changes=(change,),
                touches=(use, f"{old_names.ROOT}.load"),
            )
        else:
            yield Draft(module.span(use.node), _REASON, "Use torchaudio.load, and multiply by 2**15 where the old scale is needed.")


def _only_shape(module: Module, project: Project, call: ast.Call | None) -> bool:
    if call is None or len(call.args) + len(call.keywords) != 1 or starred(call):
        return False
    above = module.names.parents.get(call)
    if isinstance(above, ast.Subscript) and above.value is call:
        return literal(above.slice) == 1 or (literal(above.slice) == 0 and _reads_shape(module, above))
    if not isinstance(above, ast.Assign) or above.value is not call or len(above.targets) != 1:
        return False
    target = above.targets[0]
    first = target.elts[0] if isinstance(target, ast.Tuple) and len(target.elts) == 2 else None
    if not isinstance(first, ast.Name) or len(module.names.bindings(first)) != 1:
        return False
    if module.function_of(first) is None and project.is_exported(module, first.id):
        return False
    reads = module.names.reads(first)
    return bool(reads or first.id == "_") and all(_reads_shape(module, node) for node in reads)


def _reads_shape(module: Module, node: ast.expr) -> bool:
    above = module.names.parents.get(node)
    if isinstance(above, ast.Call):
        return module.names.is_builtin(above.func, "len")
    return isinstance(above, ast.Attribute) and above.attr in _SHAPES


RULE = Rule(
    id="TAC115",
    title="load_wav, whose scale differed",
    level=Level.SAFE,
    targets=MODERN,
    report_only_for=DROP_IN,
    before="""\
import torchaudio

frames = torchaudio.load_wav("a.wav")[0].shape[1]
waveform, rate = torchaudio.load_wav("b.wav")
total = waveform.sum()
""",
    after="""\
import torchaudio

frames = torchaudio.load("a.wav")[0].shape[1]
waveform, rate = torchaudio.load_wav("b.wav")
total = waveform.sum()
""",
    valid=(
        Valid(
            "the samples themselves are used, whose scale differed",
            """\
import torchaudio

loudest = torchaudio.load_wav("a.wav")[0].max()
""",
            reported=True,
        ),
    ),
    explanation="""\
Nothing gives the same numbers for certain, so a person has to look at what is done with them. Where a function reads only the shape
of the waveform, or only the sample rate, load gives the same.
""",
    check=check,
)
