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
    Project,
    Remove,
    Replace,
    Rule,
    Valid,
    literal,
    old_names,
    plain_name,
    starred,
)

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
_SHAPES = ("shape", "size", "ndim", "dim", "numel", "nelement", "ndimension")


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Report every use; use load if only the shape is read, or the 16-bit numbers are scaled."""
    # TAC138 renames that backend first, and the call gets it then
    governed = any(name != "sox" for name in project.set_names)
    for use in module.of(Kind.LOAD_WAV):
        if use.stored:
            continue
        plain = (
            isinstance(use.node, ast.Attribute)
            and use.path == f"{old_names.ROOT}.load_wav"
            and not governed
        )
        scaled = _scaling(module, project, use.call) if plain and use.call else None
        if scaled is None:
            yield Draft(
                module.span(use.node),
                _REASON,
                f"Use torchaudio.load{_given(project)}, and multiply by "
                "2**15 if you need the old scale.",
            )
            continue
        end = module.span(use.node)[1]
        changes = (Replace(end - len("load_wav"), end, "load"), *scaled)
        what = (
            "its 16-bit numbers are scaled to [-1, 1], as load gives them"
            if scaled
            else "only a shape is read, which load gives too"
        )
        yield Draft(
            module.span(use.node),
            f"load_wav went in 0.9; here {what}",
            changes=changes,
            touches=(use, f"{old_names.ROOT}.load"),
        )


def _given(project: Project) -> str:
    """Return the backend that a ``load`` in place of this call must name."""
    names = {
        old_names.PER_CALL_NAMES.get(name or "", "sox" if name == "sox" else "")
        for name in project.set_names
    }
    name = names.pop() if len(names) == 1 and project.target in PER_CALL else ""
    return f' with backend="{name}"' if name else ""


def _scaling(module: Module, project: Project, call: ast.Call) -> list[Change] | None:
    """Return the changes that remove the scaling; none where only a shape or the rate is read.

    Return ``None`` if the numbers have another use.
    """
    above = module.names.parents.get(call)
    if len(call.args) + len(call.keywords) != 1 or starred(call):
        return None
    if isinstance(above, ast.Subscript) and above.value is call:
        item = literal(above.slice)
        return [] if item == 1 else _without(module, [above]) if item == 0 else None
    target = above.targets[0] if isinstance(above, ast.Assign) and len(above.targets) == 1 else None
    first = target.elts[0] if isinstance(target, ast.Tuple) and len(target.elts) == 2 else None
    if not isinstance(first, ast.Name) or not isinstance(above, ast.Assign):
        return None
    if module.function_of(first) is None and project.is_exported(module, first.id):
        return None
    following = module.following(above)
    if following and _scales(module, following[0], first.id):
        return [Remove(following[0])]
    reads = module.reads(first)
    if len(module.names.bindings(first)) != 1 or not (reads or first.id == "_"):
        return None
    return _without(module, reads)


def _scales(module: Module, statement: ast.stmt, name: str) -> bool:
    """Return whether a statement scales a name: ``x = x / 32768``, ``x /= 2 ** 15``."""
    if isinstance(statement, ast.AugAssign):
        return (
            isinstance(statement.target, ast.Name)
            and statement.target.id == name
            and _by_2_15(statement.op, statement.value)
        )
    if not isinstance(statement, ast.Assign) or [
        plain_name(target) for target in statement.targets
    ] != [name]:
        return False
    value = statement.value
    return (
        isinstance(value, ast.BinOp)
        and isinstance(value.left, ast.Name)
        and value.left.id == name
        and _by_2_15(value.op, value.right)
    )


def _without(module: Module, nodes: Sequence[ast.expr]) -> list[Change] | None:
    """Return the changes that remove divisions by 2**15; ``None`` if a value has another use.

    Reading its shape is none.
    """
    changes: list[Change] = []
    for node in nodes:
        above = module.names.parents.get(node)
        if isinstance(above, ast.BinOp) and above.left is node and _by_2_15(above.op, above.right):
            start, end = module.span(node)[1], module.span(above)[1]
            if ")" in module.text.text[start : module.span(above.right)[0]]:
                return None
            changes.append(Replace(start, end, ""))
        elif not _reads_shape(module, node):
            return None
    return changes


def _by_2_15(operator: ast.operator, value: ast.expr) -> bool:
    """Return whether an operation with a value divides by 32768."""
    return ast.unparse(value) in (
        _DIVISORS
        if isinstance(operator, ast.Div)
        else _FACTORS
        if isinstance(operator, ast.Mult)
        else ()
    )


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
