"""Replace a literal ``set_audio_backend`` at module level that governs calls in the same file."""

from compat.codemod.rule import MODERN, Level, Rule, Stage, Valid, planned

RULE = Rule(
    id="TAC101",
    title="Name the backend in each call instead of setting it for the module",
    level=Level.SAFE,
    stage=Stage.PROGRAMS,
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
2.1 turned the global backend off by default, and from 2.2 on set_audio_backend does nothing. The
rule deletes the setter and adds backend= to each load, save and info that ran under it. In a call
"sox_io" is called "sox". 2.9 has no backends, so for 2.9 the rule only deletes the setter.

A program is an entry point and all files that it imports. The rule follows each program from its
start, and adds backend= to a call if every program that reaches the call has set that backend. A
function bound by `from torchaudio import load` keeps the backend that was set when the import ran.

The setter stays if something under it cannot get backend=: the call passes a file object (sox takes
none), get_audio_backend() is used, a test replaces torchaudio.load, the module itself is passed on,
or another setter may run too. The finding names the place.
""",
    check=planned("TAC101"),
)
