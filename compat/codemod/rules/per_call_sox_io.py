"""``backend="sox_io"`` where a call names it."""

from collections.abc import Iterator

from compat.codemod.rule import PER_CALL, Draft, Level, Module, Project, Replace, Rule, Valid, keyword, literal

_REASON = 'in a call the backend is "sox"; "sox_io" is a ValueError'


def check(module: Module, project: Project) -> Iterator[Draft]:
    """The literal is replaced."""
    for use, call in module.calls_of("load", "save", "info"):
        given = keyword(call, "backend")
        if given is None or literal(given.value) != "sox_io":
            continue
        start, end = module.span(given.value)
        quoted = module.text.text[start:end]
        if quoted in ("'sox_io'", '"sox_io"'):
            yield Draft((start, end), _REASON, changes=(Replace(start, end, quoted.replace("_io", "")),), touches=(use,))
        else:
            yield Draft((start, end), _REASON, "Change the name.")


RULE = Rule(
    id="TAC128",
    title="Call the backend sox where a call names it",
    level=Level.SAFE,
    targets=PER_CALL,
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
Only the global backend was called "sox_io"; a call knows ffmpeg, sox and soundfile.
""",
    check=check,
)
