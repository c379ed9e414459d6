"""TAC120: Delete USE_SOUNDFILE_LEGACY_INTERFACE = False."""

from tests.codemod.tables import stays, table

test_leftovers = table(
    stays(
        "the flag is True",
        """
        import torchaudio
        torchaudio.USE_SOUNDFILE_LEGACY_INTERFACE = True
    """,
        "TAC120",
    ),
    stays(
        "the flag is read",
        """
        import torchaudio
        print(torchaudio.USE_SOUNDFILE_LEGACY_INTERFACE)
    """,
        "TAC120",
    ),
)
