"""Replace a literal setter in one module that governs calls in others."""

from compat.codemod.rule import MODERN, Level, Rule, Stage, Valid, planned

RULE = Rule(
    id="TAC102",
    title="Name the backend in each call instead of setting it for the whole project",
    level=Level.SAFE,
    stage=Stage.PROGRAMS,
    targets=MODERN,
    before="""\
import torchaudio

import data


if __name__ == "__main__":
    torchaudio.set_audio_backend("soundfile")
    data.read(torchaudio.load("a.wav"))
""",
    after="""\
import torchaudio

import data


if __name__ == "__main__":
    data.read(torchaudio.load("a.wav", backend="soundfile"))
""",
    valid=(
        Valid(
            "the module is passed on, so calls may be made that are not seen",
            """\
import torchaudio


if __name__ == "__main__":
    torchaudio.set_audio_backend("sox_io")
    run(torchaudio)
""",
            reported=True,
        ),
    ),
    explanation="""\
A call gets backend= if every program that reaches it has set the same backend. The setter is
deleted when all calls under it name a backend. A program starts at a file that no other file
imports, a file with `if __name__ == "__main__"`, a console script, or a test.

The setter stays if a program that sets nothing reaches the same call, if one program sets two
different names, or for a reason that TAC101 lists. The finding names the line. --backend NAME is
used only where the code does not show the name; names that are written in the code stay.

The files on the command line are the project. Give it the whole source tree.
""",
    check=planned("TAC102"),
)
