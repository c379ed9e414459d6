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
    *(
        stays(f"in {code}", f"import functools, torchaudio\n{code}\n", "TAC130", target="2.9")
        for code in (
            "read = functools.partial(torchaudio.load, normalize=False)",
            "pool.submit(torchaudio.load, p, 0, -1, False)",
            "kw = {'encoding': 'PCM_S'}\ntorchaudio.save(p, x, 16000, **kw)",
            "torchaudio.load(p, **dict(normalize=False))",
        )
    ),
    *(
        stays(name, code, "TAC130", target="2.9", unsafe=True)
        for name, code in (
            ("a function imported by its name", "from torchaudio import load\nload('a.wav', normalize=False)\n"),
            (
                "no name left for this package",
                "import torchaudio\ncompat = torchaudio_compat = 1\ntorchaudio.load('a.wav', normalize=False)\n",
            ),
        )
    ),
    stays("in another dict", "import torchaudio\nkw = {'num_frames': 5}\ntorchaudio.load(p, **kw)\n", target="2.9"),
)
