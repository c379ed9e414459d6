"""Replace or report ``torchaudio.load_wav``."""

import ast
from collections.abc import Iterator, Sequence

from compat.codemod.rule import (
    DROP_IN,
    MODERN,
    PER_CALL,
    Change,
    Draft,
    Kind,
    Level,
    Module,
    NotProvableError,
    Project,
    Remove,
    Replace,
    Rule,
    Use,
    Valid,
    old_names,
    starred,
)
from compat.codemod.uses import reads

_REASON = (
    "load_wav was removed in 0.9; its samples were 16-bit numbers or in [-1, 1], depending on "
    "release and backend"
)
_DIVISORS = (
    "32768",
    "32768.0",
    "2 ** 15",
    "2.0 ** 15",
    "1 << 15",
    "float(1 << 15)",
    "float(2 ** 15)",
    "float(32768)",
)
_FACTORS = (
    *(
        f"{one} / {by}"
        for one in ("1", "1.0")
        for by in ("32768", "32768.0", "2 ** 15", "(1 << 15)")
    ),
    "2 ** (-15)",
    "2.0 ** (-15)",
)
# how a value becomes a part of itself, as an expression or a statement
_SCALINGS = {
    ast.unparse(ast.parse(form.format(number))).replace("x", "{0}")
    for forms, numbers in (
        (("x / ({})", "x = x / ({})", "x /= {}"), _DIVISORS),
        (("x * ({})", "x = x * ({})", "x *= {}"), _FACTORS),
    )
    for form in forms
    for number in numbers
}
_SHAPES = ("shape", "size", "ndim", "dim", "numel", "nelement", "ndimension")


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Report every use; use load if only the shape is read, or the 16-bit numbers are scaled."""
    for use in module.of(Kind.LOAD_WAV):
        try:
            scaled = [*_scaling(module, project, use)]
        except NotProvableError:
            yield Draft(
                module.span(use.node),
                _REASON,
                f"Use torchaudio.load{_given(project)}, and multiply by 2**15 if you need the old "
                "scale.",
            )
            continue
        end = module.span(use.node)[1]
        what = (
            "its 16-bit numbers are scaled to [-1, 1], as load gives them"
            if scaled
            else "only a shape is read, which load gives too"
        )
        yield Draft(
            module.span(use.node),
            f"load_wav went in 0.9; here {what}",
            changes=(Replace(end - len("load_wav"), end, "load"), *scaled),
            touches=(use, f"{old_names.ROOT}.load"),
        )


def _given(project: Project) -> str:
    """Return the backend that a ``load`` in place of this call must name."""
    known = {**old_names.PER_CALL_NAMES, "sox": "sox"}
    names = {known.get(name or "", "") for name in project.set_names}
    name = names.pop() if len(names) == 1 and project.target in PER_CALL else ""
    return f' with backend="{name}"' if name else ""


def _scaling(module: Module, project: Project, use: Use) -> Iterator[Change]:
    """Yield the changes that remove the scaling; none where only a shape or the rate is read.

    Raises:
        NotProvableError: the numbers may have another use.
    """
    call = use.call
    # TAC138 renames the backend "sox" first, and the call gets it then
    is_governed = any(name != "sox" for name in project.set_names)
    is_plain = isinstance(use.node, ast.Attribute) and use.path == f"{old_names.ROOT}.load_wav"
    if is_governed or not is_plain or call is None:
        raise NotProvableError("it may need a backend, or is no call of torchaudio.load_wav")
    if len(call.args) + len(call.keywords) != 1 or starred(call):
        raise NotProvableError("it has more than a path")
    values: Sequence[ast.expr]
    match above := module.names.parents.get(call):
        case ast.Subscript(slice=ast.Constant(value=0 | 1 as item)):
            values = [above] if item == 0 else []
        case ast.Assign(targets=[ast.Tuple(elts=[ast.Name() as first, _])]):
            following = module.following(above)
            values = reads.seen(project, module, first)
            if following and _is_scaling(following[0], first.id):
                yield Remove(following[0])
                return
            if first.id != "_" and not reads.all_of(project, module, first):
                raise NotProvableError("nothing reads it here")
        case _:
            raise NotProvableError("both are passed on")
    for value in values:
        around = module.names.parents[value]
        if isinstance(around, ast.BinOp) and _is_scaling(around, ast.unparse(value)):
            start = module.span(value)[1]
            if ")" in module.text.text[start : module.span(around.right)[0]]:
                raise NotProvableError("it is in brackets")
            yield Replace(start, module.span(around)[1], "")
        elif not _reads_shape(module, value):
            raise NotProvableError("its samples are read")


def _is_scaling(node: ast.AST, value: str) -> bool:
    """Return whether an expression or statement divides a value, given as text, by 32768."""
    return ast.unparse(node) in {form.format(value) for form in _SCALINGS}


def _reads_shape(module: Module, node: ast.expr) -> bool:
    above = module.names.parents.get(node)
    if isinstance(above, ast.Call):
        return module.names.is_builtin(above.func, "len")
    return isinstance(above, ast.Attribute) and above.attr in _SHAPES


RULE = Rule(
    id="TAC115",
    title="Replace load_wav, whose scale differed",
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
The scale of load_wav differed by release and backend, so no call is certain to return the same
numbers. Look at what your code does with them. The rule uses load if the code reads only the shape
of the waveform, or only the sample rate. It also uses load if the code only divides the 16-bit
numbers by 2**15: load returns the result of that division.
""",
    check=check,
)
