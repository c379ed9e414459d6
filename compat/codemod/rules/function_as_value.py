"""Give a backend to functions that are passed on under a set backend.

- ``loader=torchaudio.load``
- ``map(torchaudio.load, ...)``
- ``partial(torchaudio.load, ...)``
"""

from compat.codemod.rule import PER_CALL, Level, Rule, Stage, Valid, planned

RULE = Rule(
    id="TAC118",
    title="Give a backend to torchaudio.load where it is passed on as a value",
    level=Level.SAFE,
    stage=Stage.PROGRAMS,
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
If the setter is deleted, torchaudio.load needs a backend also where it is passed on, stored or used
as a default value. There it becomes a functools.partial with backend=. The setter, and all that
depends on it, stays if the function is compared, becomes a method, may be stored before the setter
runs, or if code reads the names of functions.
""",
    check=planned("TAC118"),
)
