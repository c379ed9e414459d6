"""TAC126: Data that the save of 2.9 would damage."""

from tests.codemod.tables import stays, table

test_nine = table(
    stays(
        "integers and file objects to save",
        """
        import io, torch, torchaudio
        def f(x):
            y = x.short()
            torchaudio.save("a.wav", y, 16000)
            torchaudio.save(io.BytesIO(), x, 16000)
    """,
        "TAC126",
        target="2.9",
    ),
    stays(
        "file objects of a list",
        "import io, torchaudio\nfor f in [io.BytesIO(b) for b in parts]:\n    torchaudio.save(f, x, 16000)\n",
        "TAC126",
        target="2.9",
    ),
)
