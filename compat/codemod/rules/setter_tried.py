"""try/except around the setter."""

from compat.codemod.plan.decide import planned
from compat.codemod.rule import MODERN, Level, Rule, Valid

RULE = Rule(
    id="TAC109",
    title="Take away an attempt to set a backend that may fail",
    level=Level.SAFE,
    targets=MODERN,
    before="""\
import torchaudio

try:
    torchaudio.set_audio_backend("sox_io")
except RuntimeError:
    torchaudio.set_audio_backend("soundfile")
""",
    after="""\
import torchaudio
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
The body only sets, the handlers only set, try another, pass or log, or contextlib.suppress is around it: the program took whatever
was there. From 2.1 on each call finds a
backend by itself, so all of it goes and no call names one.
""",
    check=planned("TAC109"),
)
