"""TAC124: sox_effects, io, kaldi_io and private modules."""

from tests.codemod.tables import stays, table

test_nine = table(
    stays(
        "gone modules",
        """
        import torchaudio
        import torchaudio.sox_effects
        from torchaudio.io import StreamReader
        from torchaudio import kaldi_io
        from torchaudio._backend import utils
        torchaudio.sox_effects.apply_effects_file("a.wav", [])
    """,
        "TAC124",
        target="2.9",
    ),
)
