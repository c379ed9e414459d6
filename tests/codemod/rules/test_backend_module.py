"""TAC111: Call torchaudio itself instead of torchaudio.backend.*."""

from tests.codemod.tables import changes, said, stays, table

test_backend_modules = table(
    changes(
        "dotted",
        """
        import torchaudio.backend.sox_io_backend
        x = torchaudio.backend.sox_io_backend.load(filepath="a.wav")
    """,
        """
        import torchaudio
        x = torchaudio.load(uri="a.wav", backend="sox")
    """,
    ),
    stays(
        "torchaudio is a name of the function, which binds it later",
        """
        from torchaudio.backend import sox_io_backend
        def read(path):
            x = sox_io_backend.load(path)
            import torchaudio
            return x
    """,
        "TAC111",
    ),
    changes(
        "import as",
        """
        import torchaudio.backend.sox_io_backend as ta_sox
        x = ta_sox.load("a.wav")
    """,
        """
        import torchaudio
        x = torchaudio.load("a.wav", backend="sox")
    """,
    ),
    changes(
        "beside a plain import",
        """
        import torchaudio as ta
        from torchaudio.backend import soundfile_backend as sf
        x = sf.load("a.wav"), ta.info("a.wav")
    """,
        """
        import torchaudio as ta
        x = ta.load("a.wav", backend="soundfile"), ta.info("a.wav")
    """,
    ),
    changes(
        "function by name",
        """
        from torchaudio.backend.soundfile_backend import load, save
        x, sr = load("a.wav")
        save("b.wav", x, sr, True, None, "wav")
    """,
        """
        import torchaudio
        x, sr = torchaudio.load("a.wav", backend="soundfile")
        torchaudio.save("b.wav", x, sr, True, compression=None, format="wav", backend="soundfile")
    """,
    ),
    changes(
        "inside a function",
        """
        def f(p):
            from torchaudio.backend import sox_io_backend
            return sox_io_backend.info(p).num_frames
    """,
        """
        def f(p):
            import torchaudio
            return torchaudio.info(p, backend="sox").num_frames
    """,
    ),
    changes(
        "2.9",
        """
        import torchaudio
        from torchaudio.backend import sox_io_backend
        x = sox_io_backend.load("a.wav")
    """,
        """
        import torchaudio
        x = torchaudio.load("a.wav")
    """,
        target="2.9",
    ),
    stays(
        "a file object for sox",
        """
        import io
        from torchaudio.backend import sox_io_backend
        x = sox_io_backend.load(io.BytesIO(b""))
    """,
        "TAC111",
    ),
    *(
        changes(
            f"as a value: {name}",
            f"from torchaudio.backend import sox_io_backend\n{code}\n",
            f"import torchaudio\n{more}{rest}\n",
            target=target,
        )
        for name, target, code, more, rest in (
            ("kept", "2.2", "read = sox_io_backend.load", "import functools\n", 'read = functools.partial(torchaudio.load, backend="sox")'),
            (
                "passed on",
                "2.2",
                "make(loader=sox_io_backend.load)",
                "import functools\n",
                'make(loader=functools.partial(torchaudio.load, backend="sox"))',
            ),
            (
                "in a table",
                "2.2",
                "T = {'a': sox_io_backend.info}",
                "import functools\n",
                "T = {'a': functools.partial(torchaudio.info, backend=\"sox\")}",
            ),
            ("for 2.9", "2.9", "read = sox_io_backend.load", "", "read = torchaudio.load"),
        )
    ),
    changes(
        "as a value in a partial",
        """
        from functools import partial
        from torchaudio.backend import soundfile_backend
        read = partial(soundfile_backend.load, num_frames=5)
    """,
        """
        from functools import partial
        import torchaudio
        read = partial(torchaudio.load, num_frames=5, backend="soundfile")
    """,
    ),
    *(
        stays(f"as a value, left: {name}", f"import functools\nfrom torchaudio.backend import soundfile_backend as b\n{code}\n", "TAC111")
        for name, code in (
            ("compared", "x = read is b.load"),
            ("save", "f = functools.partial(b.save, bits_per_sample=16)"),
            ("a method", "class R:\n    read = b.load"),
            ("asked for its name", "x = functools.wraps(b.load)"),
        )
    ),
    stays(
        "never existed",
        """
        import torchaudio.backend.sox_io_backend
        torchaudio.backend.sox_io_backend.stream("a.wav")
    """,
        "TAC111",
    ),
    stays(
        "the sox_backend of 0.7",
        """
        import torchaudio.backend.sox_backend
        torchaudio.backend.sox_backend.load("a.wav", None, True)
    """,
        "TAC111",
    ),
    stays(
        "torchaudio is something else here",
        """
        from torchaudio.backend import sox_io_backend
        def f(torchaudio):
            return sox_io_backend.load("a.wav")
    """,
        "TAC111",
    ),
    stays(
        "an import ladder",
        """
        try:
            from torchaudio.backend import soundfile_backend
        except ImportError:
            soundfile_backend = None
    """,
    ),
    stays(
        "star arguments of save",
        """
        from torchaudio.backend import sox_io_backend
        sox_io_backend.save(*arguments)
    """,
        "TAC111",
    ),
)


test_it_stays_and_it_is_said_why = table(
    said(
        "a call of a backend, where the dispatcher may be off",
        "the dispatcher may be off here",
        """
            import os
            import torchaudio
            from torchaudio.backend import sox_io_backend
            os.environ["TORCHAUDIO_USE_BACKEND_DISPATCHER"] = "0"
            x = sox_io_backend.load("a")
            """,
        "2.1",
    ),
    said(
        "a function of a backend that is kept, where the dispatcher may be off",
        "the dispatcher may be off here",
        """
            import os
            import torchaudio
            from torchaudio.backend import sox_io_backend
            os.environ["TORCHAUDIO_USE_BACKEND_DISPATCHER"] = "0"
            load = sox_io_backend.load
            """,
        "2.1",
    ),
    said(
        "a backend's save with starred arguments",
        "it is not clear which argument is which",
        "import torchaudio\nfrom torchaudio.backend import sox_io_backend\nsox_io_backend.save(a, b, c, d, *e)\n",
    ),
)


FROM = "from torchaudio.backend.soundfile_backend import load"
CALLED = 'torchaudio.load(1, backend="soundfile")'


def in_functions(line: str, call: str) -> str:
    return "".join(f"def {name}():\n    {line}\n    return {call}\n" for name in "ab")


test_each_import_by_itself = table(
    changes("two functions import it", in_functions(FROM, "load(1)"), in_functions("import torchaudio", CALLED)),
    changes(
        "two functions and the module do",
        f"{in_functions(FROM, 'load(1)')}{FROM}\nload(1)\n",
        f"{in_functions('import torchaudio', CALLED)}import torchaudio\n{CALLED}\n",
    ),
    stays("an attempt does", f"try:\n    {FROM}\nexcept ImportError:\n    pass\nload(1)\n", "TAC111"),
    stays("both arms do", f"if x:\n    {FROM}\nelse:\n    {FROM}\nload(1)\n", "TAC111"),
)
