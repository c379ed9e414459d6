"""Replace ``backend="sox_io"`` in calls."""

import ast
from collections.abc import Iterator

from compat.codemod.rule import (
    MODERN,
    Draft,
    Level,
    Module,
    Project,
    Rule,
    Use,
    Valid,
    keyword,
    literal,
    old_names,
    sox_for_sox_io,
)
from compat.codemod.uses.arguments import values_of

_OURS = ("compat.load", "compat.save", "compat.info")
_REASON = 'in a call the backend is "sox"; "sox_io" is a ValueError'


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Replace the literal; for 2.9 only in calls of this package, as torchaudio's own ignore it."""
    calls: list[tuple[Use | str, ast.Call]] = [
        *module.calls_of(*(("info",) if project.target == "2.9" else old_names.FUNCTIONS))
    ]
    ours = [
        (path, call)
        for call in (
            module.calls
            if any(one.path.startswith("compat") for one in module.names.imported)
            else ()
        )
        if (path := module.names.qualified(call.func) or "") in _OURS
    ]
    for use, call in (*calls, *ours):
        given = keyword(call, "backend")
        if given is not None and literal(given.value) == "sox_io":
            yield sox_for_sox_io(module, use, given.value, _REASON)
        elif given is not None and any(
            literal(one) == "sox_io" for one in values_of(module, given.value)
        ):
            yield Draft(
                module.span(given),
                f"{_REASON}, and may be passed here",
                "Change the name where it comes from.",
            )


RULE = Rule(
    id="TAC128",
    title="Call the backend sox where a call names it",
    level=Level.SAFE,
    targets=MODERN,
    example_target="2.2",
    before="""\
import torchaudio

waveform, rate = torchaudio.load("a.wav", backend="sox_io")
""",
    after="""\
import torchaudio

waveform, rate = torchaudio.load("a.wav", backend="sox")
""",
    valid=(
        Valid(
            "the name is the new one",
            """\
import torchaudio

waveform, rate = torchaudio.load("a.wav", backend="sox")
""",
        ),
        Valid(
            "the name is given by a variable",
            """\
import torchaudio


def read(path, backend):
    return torchaudio.load(path, backend=backend)
""",
        ),
    ),
    explanation="""\
Only the global backend is called "sox_io"; a call accepts "ffmpeg", "sox" and "soundfile". For 2.9
the rule changes calls of compat.info, compat.load and compat.save; torchaudio's own load and save
ignore the name.
""",
    check=check,
)
