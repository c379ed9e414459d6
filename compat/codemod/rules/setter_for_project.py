"""A literal setter in one module, the calls in others."""

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
Where all setters of a project name one backend, every call of the project gets it and the setters go; all of that, or
nothing. It is nothing where the names differ or cannot be read, where a module with calls is also run by a program that
sets no backend, and for the reasons of TAC101. --backend NAME decides what cannot be read.

The files given on the command line are the project: give it the whole tree.
""",
    check=planned("TAC102"),
)
