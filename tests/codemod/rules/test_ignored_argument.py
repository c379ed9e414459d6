"""TAC130: Let this package honour what 2.9 ignores."""

from tests.codemod.tables import stays, table

test_nine = table(
    stays(
        "arguments without effect",
        """
        import torchaudio
        torchaudio.load("a.wav", normalize=False)
        torchaudio.load("a.wav", 0, -1, False)
        torchaudio.save("a.wav", x, 16000, encoding="PCM_S", bits_per_sample=16)
    """,
        "TAC130",
        target="2.9",
    ),
)
