"""TAC119: Delete the variable that turned the dispatcher on."""

from tests.codemod.tables import changes, stays, table

test_leftovers = table(
    changes(
        "the variable",
        """
        import os
        os.environ["TORCHAUDIO_USE_BACKEND_DISPATCHER"] = "1"
        os.environ.setdefault("TORCHAUDIO_USE_BACKEND_DISPATCHER", "1")
        import torchaudio
    """,
        """
        import os
        import torchaudio
    """,
    ),
    changes(
        "alone in a function",
        """
        import os
        def setup():
            os.environ["TORCHAUDIO_USE_BACKEND_DISPATCHER"] = "1"
    """,
        """
        import os
        def setup():
            pass
    """,
    ),
    stays(
        "0 wants the global backend",
        """
        import os
        os.environ["TORCHAUDIO_USE_BACKEND_DISPATCHER"] = "0"
        import torchaudio
    """,
        "TAC119",
    ),
    stays(
        "after the import",
        """
        import os
        import torchaudio
        os.environ["TORCHAUDIO_USE_BACKEND_DISPATCHER"] = "1"
    """,
        "TAC119",
    ),
    stays(
        "read",
        """
        import os
        x = os.environ.get("TORCHAUDIO_USE_BACKEND_DISPATCHER")
    """,
        "TAC119",
    ),
    stays(
        "not the real os",
        """
        os = fake()
        os.environ["TORCHAUDIO_USE_BACKEND_DISPATCHER"] = "1"
    """,
        "TAC119",
    ),
    stays(
        "2.1 still reads it",
        """
        import os
        os.environ["TORCHAUDIO_USE_BACKEND_DISPATCHER"] = "1"
        import torchaudio
    """,
        target="2.1",
    ),
    stays(
        "the buffer stays up to 2.8",
        """
        import torchaudio
        torchaudio.utils.sox_utils.set_buffer_size(16000)
    """,
    ),
)


test_what_was_neither_changed_nor_reported = table(
    stays("the variable by keyword", "import os\nos.environ.update(TORCHAUDIO_USE_BACKEND_DISPATCHER='0')\n", "TAC119"),
    stays("the variable in a command", "run('TORCHAUDIO_USE_BACKEND_DISPATCHER=0 python a.py', shell=True)\n", "TAC119"),
)
