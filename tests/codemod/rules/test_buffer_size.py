"""TAC125: Delete the size of libsox' buffer."""

from tests.codemod.tables import changes, table

test_leftovers = table(
    changes(
        "the buffer goes in 2.9",
        """
        import torchaudio
        from torchaudio.utils import sox_utils
        sox_utils.set_buffer_size(16000)
    """,
        """
        import torchaudio
    """,
        target="2.9",
    ),
)
