"""TAC117: Name the arguments of save after the fourth."""

from tests.codemod.tables import changes, stays, table

test_save = table(
    changes(
        "a number is a compression",
        """
        import torchaudio
        torchaudio.save("a.ogg", x, 16000, True, 3, "ogg", None, 16)
    """,
        """
        import torchaudio
        torchaudio.save("a.ogg", x, 16000, True, compression=3, format="ogg", encoding=None, bits_per_sample=16)
    """,
        "TAC137",
    ),
    changes(
        "None before a format",
        """
        import torchaudio
        torchaudio.save("a", x, 16000, True, None, "wav")
    """,
        """
        import torchaudio
        torchaudio.save("a", x, 16000, True, compression=None, format="wav")
    """,
    ),
    *(
        stays(name, f"import torchaudio\ntorchaudio.save(p, w, 8000, True, {arguments})\n", "TAC117", *more)
        for name, arguments, more in (
            ("the keyword is given too", "3, compression=2", ["TAC137"]),
            ("a later keyword is given too", "-4, 'mp3', format='x'", []),
            ("an assignment in fifth place", "level := 3, 'mp3'", []),
        )
    ),
    stays(
        "not to be told",
        """
        import torchaudio
        torchaudio.save("a", x, 16000, True, something)
    """,
        "TAC117",
    ),
    stays(
        "not all seen",
        """
        import torchaudio
        torchaudio.save("a", x, 16000, True, 3, *more)
    """,
        "TAC117",
    ),
)


test_positional_arguments_of_save = table(
    *(
        changes(
            name,
            f"import torchaudio\ntorchaudio.save(p, w, 8000, True, {before})\n",
            f"import torchaudio\ntorchaudio.save(p, w, 8000, True, {after})\n",
        )
        for name, before, after in (
            ("a bit depth in eighth place", "None, None, None, 16", "compression=None, format=None, encoding=None, bits_per_sample=16"),
            ("an encoding in seventh place", "None, None, 'PCM_S'", "compression=None, format=None, encoding='PCM_S'"),
        )
    ),
    stays(
        "the size of a buffer in eighth place", "import torchaudio\ntorchaudio.save(p, w, 8000, True, None, None, None, 4096)\n", "TAC117"
    ),
    stays(
        "through *args", "import torchaudio\ndef f(p, *args):\n    torchaudio.save(p, *args)\nf(p, w, 8000, True, 5.0, 'mp3')\n", "TAC117"
    ),
    stays("through a parameter", "import torchaudio\ndef f(save):\n    save(p, w, 8000, True, 5.0, 'mp3')\nf(torchaudio.save)\n", "TAC117"),
    stays("through a pool", "import torchaudio\npool.submit(torchaudio.save, p, w, 8000, True, None, 'wav')\n", "TAC117"),
    stays("a bit depth in seventh place", "import torchaudio\ntorchaudio.save(p, w, 8000, True, None, None, 16)\n", "TAC117"),
)


HEAD = "import torchaudio\n"
test_five_that_reach_it = table(
    *(
        stays(name, HEAD + code, *rules)
        for name, code, rules in (
            ("by a lambda with a name", "put = lambda *a, **k: torchaudio.save(*a, **k)\nput('a', x, 1, True, 9)\n", ["TAC117"]),
            ("in a tuple that is kept", "a = ('a', x, 1, True, 9)\ntorchaudio.save(*a, backend='sox')\n", ["TAC117"]),
            ("in a list beside others", "torchaudio.save('a', x, *[1, True, 9], backend='sox')\n", ["TAC117"]),
            ("in tuples that a pool is given", "pool.starmap(torchaudio.save, [('a', x, 1, True, 9)])\n", ["TAC117"]),
            ("in tuples that are kept", "jobs = [('a', x, 1, True, 9)]\npool.starmap(torchaudio.save, jobs)\n", ["TAC117"]),
            ("by a keyword", "pool.apply(func=torchaudio.save, args=('a', x, 1, True, 9))\n", ["TAC117"]),
            ("four that a pool is given", "pool.starmap(torchaudio.save, [('a', x, 1, True)])\n", []),
            ("four beside the function", "pool.submit(torchaudio.save, 'a', x, 1, True)\n", []),
            ("five beside the function", "pool.submit(torchaudio.save, 'a', x, 1, True, 9)\n", ["TAC117"]),
            ("in tuples of a loop", "for a in [('a', x, 1, True, 9)]:\n    torchaudio.save(*a, backend='sox')\n", ["TAC117"]),
            ("in tuples that are added", "a.append(('a', x, 1, True, 9))\ntorchaudio.save(*a.pop(), backend='sox')\n", ["TAC117"]),
            ("nothing in fifth place, and a dict", "torchaudio.save('a', x, 1, True, None, **options)\n", ["TAC117"]),
            ("four and a tuple", "torchaudio.save('a', x, 1, True, *more)\n", ["TAC117"]),
            ("in the order of 0.7", "torchaudio.save('a', x, 1, bits, True, backend='sox')\n", ["TAC116"]),
        )
    ),
)
