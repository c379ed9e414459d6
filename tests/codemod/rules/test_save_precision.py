"""TAC116: Rename precision= to bits_per_sample=."""

from tests.codemod.tables import changes, said, stays, table

test_save = table(
    changes(
        "precision",
        """
        import torchaudio
        torchaudio.save("a.wav", x, 16000, precision=16)
    """,
        """
        import torchaudio
        torchaudio.save("a.wav", x, 16000, bits_per_sample=16)
    """,
    ),
    stays(
        "precision for 2.9",
        """
        import torchaudio
        torchaudio.save("a.wav", x, 16000, precision=16)
    """,
        "TAC116",
        target="2.9",
    ),
    stays(
        "precision in a variable",
        """
        import torchaudio
        torchaudio.save("a.wav", x, 16000, precision=n)
    """,
        "TAC116",
    ),
    stays(
        "precision by position",
        """
        import torchaudio
        torchaudio.save("a.wav", x, 16000, 16)
    """,
        "TAC116",
    ),
    stays(
        "a string is a format",
        """
        import torchaudio
        torchaudio.save("a", x, 16000, True, "wav", "PCM_S", 16)
        torchaudio.save("a", x, 16000, True, None, "PCM_S", 16)
    """,
    ),
    stays(
        "four",
        """
        import torchaudio
        torchaudio.save("a", x, 16000, False)
    """,
    ),
    stays(
        "a lone None",
        """
        import torchaudio
        torchaudio.save("a", x, 16000, True, None)
    """,
    ),
)


test_it_stays_and_it_is_said_why = table(
    said(
        "the precision as a key of a dict",
        "here it is a key of a dict",
        'import torchaudio\ntorchaudio.save(p, x, 8000, **{"precision": 16})\n',
    ),
)


test_what_becomes_of_it = table(
    changes(
        "the precision of a function that a pool calls",
        "import torchaudio\npool.submit(torchaudio.save, p, x, 16000, precision=16)\n",
        "import torchaudio\npool.submit(torchaudio.save, p, x, 16000, bits_per_sample=16)\n",
    ),
)  # fmt: skip


test_the_fourth_argument_that_is_passed_on = table(
    stays("by submit", "import torchaudio\npool.submit(torchaudio.save, 'a', x, 8000, 16)\n", "TAC116"),
    stays("by submit, in the order of today", "import torchaudio\npool.submit(torchaudio.save, 'a', x, 8000, True)\n"),
)
