"""Replace ``set_audio_backend("sox")`` of 0.8 and older."""

from collections.abc import Iterator

from compat.codemod.rule import (
    MODERN,
    Draft,
    Kind,
    Level,
    Module,
    Project,
    Replace,
    Rule,
    Valid,
    conditions,
    literal,
    setter_calls,
)

_REASON = 'the backend "sox" was removed in 0.9; "sox_io" replaced it'


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Rename it to its successor; the rules about setters then rewrite the calls."""
    for use in module.of(Kind.SETTER):
        value = setter_calls.argument(use.call) if use.call else None
        if (
            value is None
            or literal(value) != "sox"
            or conditions.in_import_ladder(module, module.statement_of(use.node))
        ):
            continue
        span = module.span(value)
        quoted = module.segment(value)
        if quoted in ("'sox'", '"sox"'):
            yield Draft(
                span,
                _REASON,
                changes=(Replace(*span, quoted.replace("sox", "sox_io")),),
                touches=(use,),
            )


RULE = Rule(
    id="TAC138",
    title="The backend sox of 0.8 became sox_io",
    level=Level.SAFE,
    targets=MODERN,
    before="""\
import torchaudio

torchaudio.set_audio_backend("sox")


def read(path):
    return torchaudio.load(path)
""",
    after="""\
import torchaudio


def read(path):
    return torchaudio.load(path, backend="sox")
""",
    valid=(
        Valid(
            "a call that names a backend calls it so",
            """\
import torchaudio

waveform, rate = torchaudio.load("a.wav", backend="sox")
""",
        ),
    ),
    explanation="""\
From 0.9 on set_audio_backend("sox") raises RuntimeError. So code that calls it was written for 0.8
or older, and means the backend that is now called "sox_io". After the renaming, the other rules
handle the setter. In a `try` that sets another backend on failure, the name stays.
""",
    check=check,
)
