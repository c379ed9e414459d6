"""TAC128: Call the backend sox where a call names it."""

from tests.codemod.tables import changes, stays, table

test_per_call_name = table(
    changes(
        "the literal",
        """
        import torchaudio
        a = torchaudio.load("a.wav", backend="sox_io")
        b = torchaudio.info("a.wav", backend='sox_io')
    """,
        """
        import torchaudio
        a = torchaudio.load("a.wav", backend="sox")
        b = torchaudio.info("a.wav", backend='sox')
    """,
    ),
    stays(
        "others",
        """
        import torchaudio
        a = torchaudio.load("a.wav", backend="soundfile"), torchaudio.load("a.wav", backend=name), other.load("a", backend="sox_io")
    """,
    ),
    stays(
        "for 2.9 it has no effect",
        """
        import torchaudio
        a = torchaudio.load("a.wav", backend="sox_io")
    """,
        target="2.9",
    ),
)
