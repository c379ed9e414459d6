"""TAC115: load_wav, whose scale differed."""

from tests.codemod.tables import changes, stays, table

test_load_wav = table(
    *(
        changes(
            name,
            f"import torchaudio\ndef f(p):\n    {code.replace('LOAD', 'torchaudio.load_wav')}\n",
            f"import torchaudio\ndef f(p):\n    {code.replace('LOAD', 'torchaudio.load')}\n",
        )
        for name, code in (
            ("the shape of an item", "return LOAD(p)[0].shape[1]"),
            ("the rate", "return LOAD(p)[1]"),
            ("the shape of a name", "x, r = LOAD(p)\n    return x.size(1) / r, x.shape, len(x)"),
            ("no name", "_, r = LOAD(p)\n    return r"),
        )
    ),
    *(
        stays(f"stays: {name}", f"import torchaudio\ndef f(p):\n    {code}\n", "TAC115")
        for name, code in (
            ("the numbers", "x, r = torchaudio.load_wav(p)\n    return x.shape, x.mean()"),
            ("nothing is read", "x, r = torchaudio.load_wav(p)"),
            ("passed on", "x, r = torchaudio.load_wav(p)\n    g(x)"),
            ("more arguments", "return torchaudio.load_wav(p, num_frames=3)[0].shape"),
            ("the whole", "return torchaudio.load_wav(p)"),
        )
    ),
    stays(
        "beside a setter",
        "import torchaudio\nimport args\ntorchaudio.set_audio_backend(args.name)\nn = torchaudio.load_wav('a')[0].shape\n",
        "TAC105",
        "TAC115",
    ),
)


test_reports = table(
    stays(
        "load_wav",
        """
        import torchaudio
        x = torchaudio.load_wav("a.wav")
    """,
        "TAC115",
    ),
)
