"""Remove a backend that is saved with the getter, set, and restored later."""

from compat.codemod.rule import MODERN, Level, Rule, Stage, Valid, planned

RULE = Rule(
    id="TAC106",
    title="Remove a backend that is set and then restored",
    level=Level.SAFE,
    stage=Stage.PROGRAMS,
    targets=MODERN,
    before="""\
import torchaudio


def read(path):
    before = torchaudio.get_audio_backend()
    torchaudio.set_audio_backend("soundfile")
    try:
        return torchaudio.load(path)
    finally:
        torchaudio.set_audio_backend(before)
""",
    after="""\
import torchaudio


def read(path):
    return torchaudio.load(path, backend="soundfile")
""",
    valid=(
        Valid(
            "what runs in between may load elsewhere",
            """\
import torchaudio


class Data:
    def __getitem__(self, path):
        return torchaudio.load(path)


def fit(trainer, data):
    before = torchaudio.get_audio_backend()
    torchaudio.set_audio_backend("sox_io")
    trainer.fit(data)
    torchaudio.set_audio_backend(before)
""",
            reported=True,
        ),
    ),
    explanation="""\
The rule deletes the getter and both setters, or none of them, and also a `try` that is left without
a purpose. The calls in between get backend=. If code in between may load audio somewhere else, or
the saved value is used in another way, everything stays.
""",
    check=planned("TAC106"),
)
