"""Replace a literal ``set_audio_backend`` at module level that governs calls in the same file."""

from compat.codemod.plan.decide import planned
from compat.codemod.rule import MODERN, Level, Rule, Valid

RULE = Rule(
    id="TAC101",
    title="Name the backend in each call instead of setting it for the module",
    level=Level.SAFE,
    targets=MODERN,
    before="""\
import torchaudio

torchaudio.set_audio_backend("sox_io")


def read(path):
    return torchaudio.load(path)
""",
    after="""\
import torchaudio


def read(path):
    return torchaudio.load(path, backend="sox")
""",
    valid=(
        Valid(
            "get_audio_backend() is asked, and what the code does with the answer is not known",
            """\
import torchaudio

torchaudio.set_audio_backend("sox_io")
print(torchaudio.get_audio_backend())
""",
            reported=True,
        ),
        Valid(
            "a file object is passed, which the per-call sox backend does not take",
            """\
import io

import torchaudio

torchaudio.set_audio_backend("sox_io")
x = torchaudio.load(io.BytesIO(data))
""",
            reported=True,
        ),
        Valid(
            "the call names its backend, and nothing sets one",
            """\
import torchaudio

x = torchaudio.load("a.wav", backend="sox")
""",
        ),
    ),
    explanation="""\
The global backend went with 2.1: from 2.2 on set_audio_backend does nothing. The setter goes, and every load, save and
info that ran under it gets backend=; "sox_io" is called "sox" there. For 2.9, which has no backends, the setter only goes.

What counts is what runs after the setter in the same program: an entry and all that it imports. A call gets a backend where every
program that comes to it has set that one. A function bound by `from torchaudio import load` keeps what was set at that time.

The setter stays, with the place named, as long as something under it cannot name a backend: a file object is passed (sox takes
none), get_audio_backend is asked, a test replaces torchaudio.load, the module is passed on, another setter may run as well.
""",
    check=planned("TAC101"),
)
