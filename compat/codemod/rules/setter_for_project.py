"""Replace a literal setter in one module that governs calls in others."""

from compat.codemod.plan.decide import planned
from compat.codemod.rule import MODERN, Level, Rule, Valid

RULE = Rule(
    id="TAC102",
    title="Name the backend in each call instead of setting it for the whole project",
    level=Level.SAFE,
    targets=MODERN,
    before="""\
import torchaudio

import data


def main():
    torchaudio.set_audio_backend("soundfile")
    return data.read(torchaudio.load("a.wav"))


if __name__ == "__main__":
    main()
""",
    after="""\
import torchaudio

import data


def main():
    return data.read(torchaudio.load("a.wav", backend="soundfile"))


if __name__ == "__main__":
    main()
""",
    valid=(
        Valid(
            "the module is passed on, so calls may be made that are not seen",
            """\
import torchaudio


def main():
    torchaudio.set_audio_backend("sox_io")
    run(torchaudio)


if __name__ == "__main__":
    main()
""",
            reported=True,
        ),
    ),
    explanation="""\
Each call gets the backend that every program which comes to it has set, and a setter goes once all calls under it name theirs.
Programs are the files that nothing imports, those with `if __name__ == "__main__"`, console scripts, and tests. A setter stays, and
the line that keeps it is named, where a program without it comes to the same call, where two names meet in one program, and for the
reasons of TAC101. --backend NAME decides only what cannot be read; names that are written out stay.

The files given on the command line are the project: give it the whole tree.
""",
    check=planned("TAC102"),
)
