"""Remove a try/except around the setter."""

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
The body only sets, the handlers only set, try another, pass or log, or contextlib.suppress is around it: the program took whatever
was there. With --unsafe the calls name the backend that was tried first, and the attempt goes. That is not safe: where the attempt
failed, another backend served the calls until now, and from then on they fail. For 2.9, which has no backends, the attempt goes.
""",
    check=planned("TAC109"),
)
