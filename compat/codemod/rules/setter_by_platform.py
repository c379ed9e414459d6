"""Replace the setter under a test of the operating system."""

from compat.codemod.rule import MODERN, Level, Rule, Stage, Valid, planned

RULE = Rule(
    id="TAC104",
    title="Make a choice of backend by operating system a constant",
    level=Level.SAFE,
    stage=Stage.PROGRAMS,
    targets=MODERN,
    before="""\
import sys

import torchaudio

if sys.platform == "win32":
    torchaudio.set_audio_backend("soundfile")
else:
    torchaudio.set_audio_backend("sox_io")


def read(path):
    return torchaudio.load(path)
""",
    after="""\
import sys

import torchaudio

AUDIO_BACKEND = "soundfile" if sys.platform == "win32" else "sox"


def read(path):
    return torchaudio.load(path, backend=AUDIO_BACKEND)
""",
    valid=(
        Valid(
            "an arm does more than set a backend",
            """\
import sys

import torchaudio

if sys.platform == "win32":
    torchaudio.set_audio_backend("soundfile")
    print("on Windows")
else:
    torchaudio.set_audio_backend("sox_io")
x = torchaudio.load("a.wav")
""",
            reported=True,
        ),
    ),
    explanation="""\
The condition stays. Its result becomes a constant, and every call in the module passes it as
backend=. If there is no `else`, the constant is None in that case, and torchaudio chooses. A choice
in the argument, set_audio_backend("soundfile" if ... else "sox_io"), becomes the same constant. In
a function it becomes a variable, if only the calls below it there depend on it. If a branch does
anything else, the rule leaves it alone. For 2.9 it deletes the whole choice.
""",
    check=planned("TAC104"),
)
