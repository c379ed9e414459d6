"""Settle decisions that depend on ``list_audio_backends()``."""

import ast
from collections.abc import Iterator

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
    forwarding,
    literal,
    setter_calls,
    sox_for_sox_io,
)

_OTHER_NAMES = "from 2.1 on the list has other names (sox for sox_io, and ffmpeg), in another order"
_CHECK = "Check what the code does with the list."
_SHOWN = (
    "print",
    "str",
    "repr",
    "bool",
    "format",
    "debug",
    "info",
    "warning",
    "error",
    "log",
    "len",
)


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Replace ``"sox_io" in`` with ``"sox" in``; report other uses where the old name matters."""
    for use in module.of(Kind.LISTER):
        if use.call and project.target == "2.9":
            test = module.names.parents.get(use.call)
            above = module.names.parents.get(test) if isinstance(test, ast.Compare) else None
            guards_setter = isinstance(above, ast.If) and setter_calls.only_sets(module, above.body)
            if decides(module, use) and not guards_setter:
                yield Draft(
                    module.span(use.node),
                    "torchaudio 2.9 has no backends, and no list_audio_backends",
                    "Decide what to do without it. compat.list_audio_backends() lists the backends "
                    "of this package.",
                )
        elif use.call:
            yield from (
                draft
                for place in _places(module, use.call)
                for draft in _draft(module, project, use, place)
            )
        elif decides(module, use):
            yield Draft(module.span(use.node), _OTHER_NAMES, _CHECK)


def decides(module: Module, use: Use) -> bool:
    """Return whether code may depend on the names in the list."""
    if use.kind != Kind.LISTER:
        return False
    if use.call is None:
        return not forwarding.only_looks(module.names.parents[use.node])
    return any(_is_used(module, place) for place in _places(module, use.call))


def _places(module: Module, call: ast.Call) -> list[ast.expr]:
    """Return where the list is used: the call itself, or all reads of its only local name."""
    target = module.kept_in(call)
    reads = module.reads(target) if target and len(module.names.bindings(target)) == 1 else []
    return [*reads] or [call]


def _draft(module: Module, project: Project, use: Use, place: ast.expr) -> Iterator[Draft]:
    above = module.names.parents.get(place)
    member = (
        isinstance(above, ast.Compare)
        and len(above.ops) == 1
        and isinstance(above.ops[0], ast.In | ast.NotIn)
    )
    reason = "from 2.1 on the backend is listed as sox"
    if isinstance(above, ast.Compare) and member and above.comparators[0] is place:
        if literal(above.left) not in ("sox_io", ...):
            return
        if setters := _setters(project):
            yield Draft(
                module.span(above.left),
                f"{reason}; not changed, because set_audio_backend() may depend on it",
                "Write backend= into the calls it is meant for, then change both.",
                related=tuple(one.module.place(one.call) for one in setters[:8]),
            )
        else:
            yield sox_for_sox_io(module, use, above.left, reason)
    elif _is_used(module, place):
        yield Draft(module.span(use.node), _OTHER_NAMES, _CHECK)


def _setters(project: Project) -> list[setter_calls.SetterCall]:
    """Return the setters that stay; whether they run may depend on the list."""
    found = (one for module in project.modules for one in setter_calls.of(module))
    return [one for one in found if not project.runs_not(one.module, one.module.span(one.call))]


def _is_used(module: Module, place: ast.expr) -> bool:
    """Return whether the list's names matter, beyond printing it or testing for emptiness."""
    above = module.names.parents.get(place)
    if isinstance(above, ast.BoolOp):
        return _is_used(module, above)
    if isinstance(above, ast.Call):
        return called(above) not in _SHOWN
    is_shown = isinstance(above, ast.Expr | ast.UnaryOp | ast.FormattedValue)
    return not is_shown and place is not getattr(above, "test", None)


RULE = Rule(
    id="TAC108",
    title="Look for sox, not sox_io, in list_audio_backends()",
    level=Level.SAFE,
    targets=MODERN,
    before="""\
import torchaudio

HAS_SOX = "sox_io" in torchaudio.list_audio_backends()
""",
    after="""\
import torchaudio

HAS_SOX = "sox" in torchaudio.list_audio_backends()
""",
    valid=(
        Valid(
            "the list is only shown",
            """\
import torchaudio

print(torchaudio.list_audio_backends())
""",
        ),
        Valid(
            "another name is looked for",
            """\
import torchaudio

HAS_SOUNDFILE = "soundfile" in torchaudio.list_audio_backends()
""",
        ),
    ),
    explanation="""\
From 2.1 on list_audio_backends() returns the names that a call can pass as backend=, so "sox_io" is
listed as "sox". The rule reports other uses of the list, because both its names and its order have
changed.
""",
    check=check,
)
