"""Fold a setter into a call in the same block of a function."""

from compat.codemod.rule import MODERN, Level, Rule, Stage, Valid, planned

RULE = Rule(
    id="TAC103",
    title="Fold a setting into the call that follows it in the same function",
    level=Level.SAFE,
    stage=Stage.PROGRAMS,
    targets=MODERN,
    before="""\
import torchaudio


def read(path):
    torchaudio.set_audio_backend("soundfile")
    return torchaudio.load(path)
""",
    after="""\
import torchaudio


def read(path):
    return torchaudio.load(path, backend="soundfile")
""",
    valid=(
        Valid(
            "the setting outlives its function, and a call elsewhere depends on it",
            """\
import torchaudio


def prepare():
    torchaudio.set_audio_backend("sox_io")


def read(path):
    return torchaudio.load(path)
""",
            reported=True,
        ),
    ),
    explanation="""\
The backend stays set after the function returns. The rule adds backend= to the calls that certainly
run after the setter. It deletes the setter if no other call may depend on it.
""",
    check=planned("TAC103"),
)
