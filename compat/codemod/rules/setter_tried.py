"""Remove a try/except around the setter."""

from compat.codemod.rule import MODERN, Level, Rule, Stage, Valid, planned

RULE = Rule(
    id="TAC109",
    title="Remove an attempt to set a backend that may fail",
    level=Level.SAFE,
    stage=Stage.PROGRAMS,
    targets=MODERN,
    before="""\
import torchaudio

try:
    torchaudio.set_audio_backend("sox_io")
except RuntimeError:
    torchaudio.set_audio_backend("soundfile")
x = torchaudio.load("a.wav")
""",
    after="""\
import torchaudio

x = torchaudio.load("a.wav", backend="sox")
""",
    valid=(
        Valid(
            "a handler does something else when the setter fails",
            """\
import sys

import torchaudio

try:
    torchaudio.set_audio_backend("sox_io")
except RuntimeError:
    sys.exit("sox is needed")
""",
        ),
    ),
    explanation="""\
This is a `try` that only sets a backend, with handlers that only set another one, pass or log; or a
setter in contextlib.suppress. The program used whatever backend was there. With --unsafe the calls
name the backend that was tried first, and the attempt is deleted. This is not safe: on a machine
where the attempt failed, another backend served the calls until now, and now they fail. 2.9 has no
backends, so for 2.9 the attempt is deleted without --unsafe.
""",
    check=planned("TAC109"),
)
