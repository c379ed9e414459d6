"""A number for ``compression=`` in a ``save`` that names no backend."""

from collections.abc import Iterator

from compat.codemod.rule import PER_CALL, Draft, Level, Module, Project, Rule, Valid, keyword, literal, starred


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Calls that show a number; a variable may hold a CodecConfig."""
    for _, call in module.calls_of("save"):
        given = keyword(call, "compression")
        if given is None or starred(call) or keyword(call, "backend") is not None or len(call.args) > 8:
            continue
        value = literal(given.value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            reason = "no backend is named, so ffmpeg is asked first, and it takes a CodecConfig for compression, not a number"
            advice = f'Give backend="sox" beside it, or compression=torchaudio.io.CodecConfig({_same(value)}).'
            yield Draft(module.span(given), reason, advice)


def _same(value: float) -> str:
    return f"bit_rate={round(value * 1000)}" if value >= 16 else "..."


RULE = Rule(
    id="TAC137",
    title="A number for compression= without a backend",
    level=Level.REPORT,
    targets=PER_CALL,
    before="""\
import torchaudio


def write(path, waveform):
    torchaudio.save(path, waveform, 16000, compression=128, format="mp3")
""",
    valid=(
        Valid(
            "a backend is named beside it",
            """\
import torchaudio


def write(path, waveform):
    torchaudio.save(path, waveform, 16000, compression=128, format="mp3", backend="sox")
""",
        ),
    ),
    explanation="""\
The sox_io backend took a number: a bit rate in kbit/s for mp3, a level for flac and ogg. Per call, ffmpeg comes first and takes a
torchaudio.io.CodecConfig only; sox still takes the number. Where a global backend of the project settles it, its change does so.
""",
    check=check,
)
