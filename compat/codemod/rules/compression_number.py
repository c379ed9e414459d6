"""Report a number for ``compression=`` of ``save``.

Without a backend, ffmpeg does not take a number; in 2.9 any number is a bit rate.
"""

from collections.abc import Iterator

from compat.codemod.rule import (
    MODERN,
    Draft,
    Level,
    Module,
    Project,
    Rule,
    Valid,
    keyword,
    literal,
    passed_in_dict,
    starred,
)

_BIT_RATE = (
    "2.9 reads compression as a bit rate in bit/s; before it was kbit/s for mp3, and a level "
    "for flac and ogg"
)


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Report calls with a literal number; up to 2.8 a variable may hold a CodecConfig."""
    for use, call in module.calls_of("save"):
        given = keyword(call, "compression")
        value = literal(given.value) if given else None
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if project.target == "2.9":
            if given is not None and value is not None and not (number and value >= 1000):  # type: ignore[operator]
                yield Draft(module.span(given), _BIT_RATE, _in_bits(value))
            elif given is None and passed_in_dict(module, project, call, "compression"):
                yield Draft(
                    module.span(use.node),
                    f"{_BIT_RATE}; here it is a key of a dict",
                    _in_bits(None),
                )
        elif (
            given is not None
            and number
            and not starred(call)
            and keyword(call, "backend") is None
            and len(call.args) <= 8
        ):
            same = f"bit_rate={round(value * 1000)}" if value >= 16 else "..."  # type: ignore[operator]
            config = f"torchaudio.io.CodecConfig({same})"
            yield Draft(
                module.span(given),
                "no backend is named, so ffmpeg is asked first, and it takes a CodecConfig for "
                "compression, not a number",
                f'Add backend="sox", or write compression={config}.',
            )


def _in_bits(value: object) -> str:
    same = (
        f"compression={round(value * 1000)} for mp3"
        if isinstance(value, int | float) and value >= 8
        else "the intended bit rate"
    )
    return f'Write {same}, or use compat.save with backend="sox", which takes the old number.'


RULE = Rule(
    id="TAC137",
    title="A number for compression=",
    level=Level.REPORT,
    targets=MODERN,
    example_target="2.2",
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
The sox_io backend took a number: a bit rate in kbit/s for mp3, a level for flac and ogg. With the
dispatcher, ffmpeg comes first, and it takes only a torchaudio.io.CodecConfig; sox still takes the
number. 2.9 reads every number as a bit rate in bit/s, so 128 means 128 bit/s. This is not reported
if the project sets a global backend and the codemod names it in the call.
""",
    check=check,
)
