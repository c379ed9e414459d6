"""Give a backend to functions that are passed on under a set backend.

- ``loader=torchaudio.load``
- ``map(torchaudio.load, ...)``
- ``partial(torchaudio.load, ...)``
"""

from compat.codemod.plan.decide import planned
from compat.codemod.rule import PER_CALL, Level, Rule, Valid

RULE = Rule(
    id="TAC118",
    title="Give a backend to torchaudio.load where it is passed on as a value",
    level=Level.SAFE,
    targets=PER_CALL,
    before="""\
import torchaudio

torchaudio.set_audio_backend("soundfile")


def folder(make, path):
    return make(path, loader=torchaudio.load)
""",
    after="""\
import torchaudio
import functools


def folder(make, path):
    return make(path, loader=functools.partial(torchaudio.load, backend="soundfile"))
""",
    valid=(
        Valid(
            "a function in the body of a class becomes a method, and a partial one does not",
            """\
import torchaudio

torchaudio.set_audio_backend("soundfile")


class Data:
    read = torchaudio.load
""",
        ),
    ),
    explanation="""\
Where the setter that governed it goes, a function that is passed on, kept, or a default value gets its backend by
functools.partial. Where it is compared, made a method, kept before the setter may have run, or where functions are asked for
their names, the setter and everything with it stays.
""",
    check=planned("TAC118"),
)
