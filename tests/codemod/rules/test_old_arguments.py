"""TAC114: Translate the arguments that load had up to 0.7."""

from tests.codemod.tables import changes, said, stays, table

test_old_arguments = table(
    changes(
        "all of 0.7",
        """
        import torchaudio
        x = torchaudio.load("a.wav", out=None, normalization=True, offset=3, num_frames=0)
    """,
        """
        import torchaudio
        x = torchaudio.load("a.wav", frame_offset=3)
    """,
    ),
    changes(
        "the last ones go with a setter",
        """
        import torchaudio
        torchaudio.set_audio_backend("soundfile")
        x = torchaudio.load("a.wav", num_frames=5, out=None)
    """,
        """
        import torchaudio
        x = torchaudio.load("a.wav", num_frames=5, backend="soundfile")
    """,
    ),
    changes(
        "over lines",
        """
        import torchaudio
        x = torchaudio.load(
            "a.wav",
            normalization=True,
            num_frames=7,
        )
    """,
        """
        import torchaudio
        x = torchaudio.load(
            "a.wav",
            num_frames=7,
        )
    """,
    ),
    changes(
        "offset only",
        """
        import torchaudio
        def f(p, n):
            return torchaudio.load(p, offset=n, num_frames=n)
    """,
        """
        import torchaudio
        def f(p, n):
            return torchaudio.load(p, frame_offset=n, num_frames=n or -1)
    """,
    ),
    stays(
        "normalization otherwise",
        """
        import torchaudio
        a = torchaudio.load("a.wav", normalization=False)
        b = torchaudio.load("a.wav", normalization=1 << 31)
        c = torchaudio.load("a.wav", normalization=lambda x: x)
    """,
        "TAC114",
    ),
    stays(
        "out is filled",
        """
        import torchaudio
        torchaudio.load("a.wav", out=tensor)
    """,
        "TAC114",
    ),
    stays(
        "both offsets",
        """
        import torchaudio
        torchaudio.load("a.wav", offset=1, frame_offset=2)
    """,
        "TAC114",
    ),
    changes(
        "num_frames=0 alone",
        """
        import torchaudio
        torchaudio.load("a.wav", num_frames=0)
    """,
        """
        import torchaudio
        torchaudio.load("a.wav")
    """,
    ),
    *(
        changes(f"0 as {name}", f"import torchaudio\n{code.format(before)}\n", f"import torchaudio\n{code.format(after)}\n")
        for name, code, before, after in (
            ("a constant", "N = 0\ntorchaudio.load('a', num_frames={})", "N", "N or -1"),
            ("a default", "def f(p, n=0):\n    torchaudio.load(p, num_frames={})", "n", "n or -1"),
            ("one of two", "def f(p, n):\n    torchaudio.load(p, num_frames={})", "n if n > 5 else 0", "(n if n > 5 else 0) or -1"),
        )
    ),
    changes(
        "a number of frames that is sent",
        "import torchaudio\ndef f(p):\n    torchaudio.load(p, out=None, num_frames=(yield 5))\n",
        "import torchaudio\ndef f(p):\n    torchaudio.load(p, num_frames=((yield 5) or -1))\n",
    ),
    changes(
        "what was said of a file without a header, where nothing was",
        """
        import torchaudio
        torchaudio.load("a.wav", signalinfo=None, encodinginfo=None, filetype=None)
    """,
        """
        import torchaudio
        torchaudio.load("a.wav")
    """,
    ),
    *(
        stays(f"left: {name}", f"import torchaudio\n{code}\n", "TAC114")
        for name, code in (
            ("said of a file without a header", "torchaudio.load('a.raw', signalinfo=si)"),
            ("a type", "torchaudio.load('a', filetype='mp3')"),
            (
                "a partial, whose caller may pass num_frames=0",
                "import functools\nf = functools.partial(torchaudio.load, normalization=True)\nf(p, num_frames=0)",
            ),
            ("a second argument, which may be out", "torchaudio.load('a', None, num_frames=0)"),
            ("a third argument that is no number of frames", "torchaudio.load('a', out, True, True, 0, 100)"),
            ("in a dict", "kw = dict(offset=5)\ntorchaudio.load(p, **kw)"),
            ("in a dict that is made later", "kw = {}\nkw['normalization'] = True\ntorchaudio.load(p, **kw)"),
            ("arguments handed through", "def read(p, **kw):\n    return torchaudio.load(p, **kw)\nread(p, offset=3)"),
        )
    ),
    stays(
        "the old order",
        """
        import torchaudio
        torchaudio.load("a.wav", None, True)
    """,
        "TAC114",
    ),
    stays(
        "a comment between",
        """
        import torchaudio
        torchaudio.load(
            "a.wav",
            out=None,  # why
            num_frames=7,
        )
    """,
        "TAC114",
    ),
    stays(
        "today's arguments",
        """
        import torchaudio
        torchaudio.load("a.wav", 0, -1, True, True)
        torchaudio.load("a.wav", frame_offset=0, num_frames=-1, normalize=True, channels_first=True, format="wav")
    """,
    ),
    stays(
        "another function's",
        """
        import torch
        import torchaudio
        torch.load("a", out=None, offset=1)
    """,
    ),
)


test_it_stays_and_it_is_said_why = table(
    said("arguments in the order of 0.7", "look like the order of 0.7", "import torchaudio\nx = torchaudio.load(p, None, True, True)\n"),
    said(
        "that, beside a number of frames",
        "look like the order of 0.7",
        "import torchaudio\nx = torchaudio.load(p, True, num_frames=5)\n",
    ),
)


test_what_becomes_of_it = table(
    changes(
        "the only argument goes, with its comma",
        "import torchaudio\nx = torchaudio.load(num_frames=0,)\n",
        "import torchaudio\nx = torchaudio.load()\n",
    ),
    changes(
        "a number that stands for all of it already",
        "import torchaudio\nx = torchaudio.load(path, offset=1, num_frames=frames or -1)\n",
        "import torchaudio\nx = torchaudio.load(path, frame_offset=1, num_frames=frames or -1)\n",
    ),
)  # fmt: skip


test_programs = table(
    changes(
        "a number of frames by a condition",
        "import torchaudio\nx = torchaudio.load(p, offset=s, num_frames=n if n else 0)\n",
        "import torchaudio\nx = torchaudio.load(p, frame_offset=s, num_frames=(n if n else 0) or -1)\n",
    ),
)


test_positional_arguments_of_partial = table(
    stays("in the order of 0.7", "import torchaudio, functools\nread = functools.partial(torchaudio.load, 'a', None, True)\n", "TAC114"),
    stays("in the order of today", "import torchaudio, functools\nread = functools.partial(torchaudio.load, 'a', 0, 5)\n"),
)


test_what_a_pool_gives_a_partial = table(
    changes(
        "old arguments, and a setter",
        "import torchaudio, functools\ntorchaudio.set_audio_backend('soundfile')\npool.submit(torchaudio.load, 'a', signalinfo=x)\n",
        "import torchaudio, functools\npool.submit(functools.partial(torchaudio.load, backend=\"soundfile\"), 'a', signalinfo=x)\n",
        "TAC114",
    ),
)
