"""TAC135: A project that installs another release by compat.install."""

from tests.codemod.tables import stays, table

test_decisions = table(
    stays(
        "under the drop-in of 2.0",
        """
        import compat
        compat.install("2.0")
        import torchaudio
        torchaudio.set_audio_backend("sox_io")
        x = torchaudio.load(filepath="a.wav")
    """,
        "TAC135",
    ),
)
