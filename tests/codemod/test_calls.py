"""Arguments of calls."""

from __future__ import annotations

from tests.codemod.tables import Case, changes, check, rewrite, stays, table


@table(
    changes(
        "all three",
        """
        import torchaudio
        x, sr = torchaudio.load(filepath="a.wav")
        torchaudio.save(filepath="b.wav", src=x, sample_rate=sr)
        torchaudio.info(filepath="b.wav")
    """,
        """
        import torchaudio
        x, sr = torchaudio.load(uri="a.wav")
        torchaudio.save(uri="b.wav", src=x, sample_rate=sr)
        torchaudio.info(uri="b.wav")
    """,
    ),
    changes(
        "not first, spaces, comments",
        """
        import torchaudio as ta
        x = ta.load(normalize=False,   filepath = "a.wav" )  # filepath=
    """,
        """
        import torchaudio as ta
        x = ta.load(normalize=False,   uri = "a.wav" )  # filepath=
    """,
    ),
    changes(
        "imported by name",
        """
        from torchaudio import load as read, info
        x = read(filepath="a.wav"), info(filepath="a.wav")
    """,
        """
        from torchaudio import load as read, info
        x = read(uri="a.wav"), info(uri="a.wav")
    """,
    ),
    changes(
        "a loop that would never end",
        """
        import torchaudio
        def f(files):
            while True:
                try:
                    return torchaudio.load(filepath=next(files))
                except Exception:
                    continue
    """,
        """
        import torchaudio
        def f(files):
            while True:
                try:
                    return torchaudio.load(uri=next(files))
                except Exception:
                    continue
    """,
    ),
    changes(
        "in a decorator, a default value, an f-string, a class body, a conditional",
        """
        import torchaudio
        @deco(torchaudio.info(filepath="a.wav"))
        def f(meta=torchaudio.info(filepath="a.wav")):
            return 1 if torchaudio.info(filepath="a.wav") else 2
        class A:
            meta = torchaudio.info(filepath="a.wav")
    """,
        """
        import torchaudio
        @deco(torchaudio.info(uri="a.wav"))
        def f(meta=torchaudio.info(uri="a.wav")):
            return 1 if torchaudio.info(uri="a.wav") else 2
        class A:
            meta = torchaudio.info(uri="a.wav")
    """,
    ),
    changes(
        "a global import in a function",
        """
        def setup():
            global torchaudio
            import torchaudio
        def f(p):
            return torchaudio.load(filepath=p)
    """,
        """
        def setup():
            global torchaudio
            import torchaudio
        def f(p):
            return torchaudio.load(uri=p)
    """,
    ),
    changes(
        "an import under TYPE_CHECKING and one for real",
        """
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            import torchaudio
        def f(p):
            import torchaudio
            return torchaudio.load(filepath=p)
    """,
        """
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            import torchaudio
        def f(p):
            import torchaudio
            return torchaudio.load(uri=p)
    """,
    ),
    changes(
        "other text outside ASCII in front",
        """
        import torchaudio
        x = "名前é", torchaudio.load(filepath="é.wav"), "ü"
    """,
        """
        import torchaudio
        x = "名前é", torchaudio.load(uri="é.wav"), "ü"
    """,
    ),
    stays(
        "in a dict",
        """
        import torchaudio
        def f(p):
            kwargs = {"filepath": p}
            return torchaudio.load(**kwargs), torchaudio.load(**{"filepath": p}), torchaudio.load(**dict(filepath=p))
    """,
        "TAC110",
    ),
    *(
        changes(f"handed on: {name}", f"{head}import torchaudio\n{code}\n", f"{head}import torchaudio\n{code.replace('filepath', 'uri')}\n")
        for name, head, code in (
            ("in a partial", "from functools import partial\n", "f = partial(torchaudio.load, filepath='a.wav')\nf(num_frames=3)"),
            ("to a pool", "", "jobs = [pool.submit(torchaudio.load, filepath=p, num_frames=3) for p in paths]"),
            ("to a thread", "import asyncio\n", "async def f(p):\n    return await asyncio.to_thread(torchaudio.info, filepath=p)"),
            ("delayed", "from joblib import delayed\n", "jobs = [delayed(torchaudio.load)(filepath=p) for p in paths]"),
        )
    ),
    *(
        stays(f"handed on, and left: {name}", f"import functools, threading\nimport torchaudio\n{code}\n", "TAC110")
        for name, code in (
            ("to something unknown", "x = call(torchaudio.load, filepath=p)"),
            ("in a dict", "threading.Thread(target=torchaudio.load, kwargs={'filepath': p})"),
            ("in a dict beside the function", "call(torchaudio.load, kwargs={'filepath': p})"),
            ("delayed by something unknown", "x = later(torchaudio.load)(filepath=p)"),
            ("the file given twice", "f = functools.partial(torchaudio.load, p, filepath=p)"),
        )
    ),
    stays(
        "handed on, where it is replaced",
        """
        import functools
        import torchaudio
        from unittest.mock import patch
        f = functools.partial(torchaudio.load, filepath="a.wav")
        with patch("torchaudio.load"):
            f()
    """,
        "TAC110",
        "TAC123",
    ),
    stays(
        "a mock",
        """
        import torchaudio
        from unittest.mock import patch
        def test():
            with patch.object(torchaudio, "load") as load:
                torchaudio.load(filepath="a.wav")
                load.assert_called_once_with(filepath="a.wav")
    """,
        "TAC110",
        "TAC123",
    ),
    stays(
        "of something else",
        """
        import torchaudio
        import soundfile
        def load(filepath): ...
        load(filepath="a.wav")
        soundfile.read(filepath="a.wav")
        torchaudio.models.load(filepath="a.wav")
    """,
    ),
    stays(
        "rebound",
        """
        import torchaudio
        torchaudio = wrap(torchaudio)
        torchaudio.load(filepath="a.wav")
    """,
        "TAC134",
    ),
    stays(
        "a parameter of that name",
        """
        import torchaudio
        def f(torchaudio):
            return torchaudio.load(filepath="a.wav")
    """,
    ),
    stays(
        "a loop variable, an exception, a with, a match, a walrus of that name",
        """
        import torchaudio
        def a():
            for torchaudio in x:
                torchaudio.load(filepath="a.wav")
        def b():
            try:
                pass
            except E as torchaudio:
                torchaudio.load(filepath="a.wav")
        def c():
            with x as torchaudio:
                torchaudio.load(filepath="a.wav")
        def d():
            match x:
                case {"a": torchaudio}:
                    torchaudio.load(filepath="a.wav")
        def e():
            if (torchaudio := x):
                torchaudio.load(filepath="a.wav")
        def f():
            [y for y in z if (torchaudio := y)]
            torchaudio.load(filepath="a.wav")
        def g():
            class torchaudio: ...
            torchaudio.load(filepath="a.wav")
        def h():
            def torchaudio(): ...
            torchaudio.load(filepath="a.wav")
    """,
    ),
    stays(
        "deleted",
        """
        import torchaudio
        del torchaudio
        torchaudio.load(filepath="a.wav")
    """,
        "TAC134",
    ),
)
def test_filepath(case: Case) -> None:
    check(case)


@table(
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
    changes(
        "in a partial",
        """
        import functools, torchaudio
        f = functools.partial(torchaudio.load, normalization=True, offset=5)
    """,
        """
        import functools, torchaudio
        f = functools.partial(torchaudio.load, frame_offset=5)
    """,
    ),
    *(
        stays(f"left: {name}", f"import torchaudio\n{code}\n", "TAC114")
        for name, code in (
            ("said of a file without a header", "torchaudio.load('a.raw', signalinfo=si)"),
            ("a type", "torchaudio.load('a', filetype='mp3')"),
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
def test_old_arguments(case: Case) -> None:
    check(case)


@table(
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
    changes(
        "with a setter",
        """
        import torchaudio
        torchaudio.set_audio_backend("sox_io")
        torchaudio.save("a.mp3", x, 16000, True, -4.5)
    """,
        """
        import torchaudio
        torchaudio.save("a.mp3", x, 16000, True, compression=-4.5, backend="sox")
    """,
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
def test_save(case: Case) -> None:
    check(case)


@table(
    changes(
        "the literal",
        """
        import torchaudio
        a = torchaudio.load("a.wav", backend="sox_io")
        b = torchaudio.info("a.wav", backend='sox_io')
    """,
        """
        import torchaudio
        a = torchaudio.load("a.wav", backend="sox")
        b = torchaudio.info("a.wav", backend='sox')
    """,
    ),
    stays(
        "others",
        """
        import torchaudio
        a = torchaudio.load("a.wav", backend="soundfile"), torchaudio.load("a.wav", backend=name), other.load("a", backend="sox_io")
    """,
    ),
    stays(
        "for 2.9 it has no effect",
        """
        import torchaudio
        a = torchaudio.load("a.wav", backend="sox_io")
    """,
        target="2.9",
    ),
)
def test_per_call_name(case: Case) -> None:
    check(case)


@table(
    changes(
        "unpacked",
        """
        import torchaudio
        def f(p):
            si, ei = torchaudio.info(p)
            return si.rate, si.channels, si.precision, si.length // si.channels
    """,
        """
        import torchaudio
        def f(p):
            si = torchaudio.info(p)
            return si.sample_rate, si.num_channels, si.bits_per_sample, si.num_frames
    """,
    ),
    changes(
        "indexed",
        """
        import torchaudio
        def f(p):
            return torchaudio.info(p)[0].rate
    """,
        """
        import torchaudio
        def f(p):
            return torchaudio.info(p).sample_rate
    """,
    ),
    changes(
        "indexed and kept",
        """
        import torchaudio
        def f(p):
            si = torchaudio.info(p)[0]
            return si.rate * 2
    """,
        """
        import torchaudio
        def f(p):
            si = torchaudio.info(p)
            return si.sample_rate * 2
    """,
    ),
    changes(
        "underscore",
        """
        import torchaudio
        def f(p):
            si, _ = torchaudio.info(p)
            return si.rate
    """,
        """
        import torchaudio
        def f(p):
            si = torchaudio.info(p)
            return si.sample_rate
    """,
    ),
    stays(
        "a bare length",
        """
        import torchaudio
        def f(p):
            si, ei = torchaudio.info(p)
            return si.length
    """,
        "TAC113",
    ),
    stays(
        "the second is read",
        """
        import torchaudio
        def f(p):
            si, ei = torchaudio.info(p)
            return si.rate, ei.encoding
    """,
        "TAC113",
    ),
    stays(
        "the first escapes",
        """
        import torchaudio
        def f(p):
            si, ei = torchaudio.info(p)
            return si
    """,
        "TAC113",
    ),
    stays(
        "bound twice",
        """
        import torchaudio
        def f(p, si=None):
            si, ei = torchaudio.info(p)
            return si.rate
    """,
        "TAC113",
    ),
    stays(
        "the second item",
        """
        import torchaudio
        def f(p):
            return torchaudio.info(p)[1].encoding
    """,
        "TAC113",
    ),
    stays(
        "read in an f-string",
        """
        import torchaudio
        def f(p):
            si, ei = torchaudio.info(p)
            return f"{si.rate} Hz"
    """,
        "TAC113",
    ),
    stays(
        "written to",
        """
        import torchaudio
        def f(p):
            si, ei = torchaudio.info(p)
            si.rate = 1
            return si.rate
    """,
        "TAC113",
    ),
    stays(
        "today's",
        """
        import torchaudio
        def f(p):
            meta = torchaudio.info(p)
            meta.num_frames = 3
            return meta.sample_rate, load_pair(p)[0].rate
    """,
    ),
)
def test_tuple_info(case: Case) -> None:
    check(case)


def test_a_patch_of_the_function_where_it_was_imported_holds_the_call() -> None:
    files = {
        "audio.py": "from torchaudio import load\n\ndef read(p):\n    return load(filepath=p)\n",
        "test_audio.py": "import torchaudio\nfrom unittest.mock import patch\n\n@patch('audio.load')\ndef test(load): ...\n",
    }
    outcomes = rewrite(files)
    assert not any(outcome.changed for outcome in outcomes.values())
    assert outcomes["audio.py"].left[0].rule == "TAC110"


def test_a_tuple_that_another_file_imports_is_left() -> None:
    files = {
        "meta.py": "import torchaudio\nsi, ei = torchaudio.info('a.wav')\nprint(si.rate)\n",
        "use.py": "from meta import si\nimport torchaudio\n",
    }
    outcomes = rewrite(files)
    assert not outcomes["meta.py"].changed
    assert "another file" in outcomes["meta.py"].left[0].reason


def test_imports_that_another_file_takes_from_here_stay() -> None:
    files = {
        "audio.py": "import torchaudio\nfrom torchaudio.backend import sox_io_backend\nx = sox_io_backend.load('a.wav')\n",
        "use.py": "from audio import sox_io_backend\nimport torchaudio\n",
    }
    text = rewrite(files)["audio.py"].text
    assert "from torchaudio.backend import sox_io_backend" in text
    assert "torchaudio.load('a.wav', backend=\"sox\")" in text


@table(
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
def test_load_wav(case: Case) -> None:
    check(case)


@table(
    *(
        changes(
            name,
            f"import torchaudio\ndef f(p):\n    {before}\n",
            f"import torchaudio\ndef f(p):\n    {after}\n",
        )
        for name, before, after in (
            ("kept whole", "i = torchaudio.info(p)\n    return i[0].rate, i[0].channels", "i = torchaudio.info(p)\n    return i.sample_rate, i.num_channels"),
            ("kept whole, frames", "i = torchaudio.info(p)\n    return i[0].length / i[0].channels", "i = torchaudio.info(p)\n    return i.num_frames"),
            ("seconds by a product", "si, _ = torchaudio.info(p)\n    return si.length / (si.channels * si.rate)", "si = torchaudio.info(p)\n    return si.num_frames / si.sample_rate"),
            ("seconds by a product, turned", "si, _ = torchaudio.info(p)\n    return si.length / (si.rate * si.channels)", "si = torchaudio.info(p)\n    return si.num_frames / si.sample_rate"),
            ("seconds by two divisions", "si, _ = torchaudio.info(p)\n    return si.length / si.rate / si.channels", "si = torchaudio.info(p)\n    return si.num_frames / si.sample_rate"),
        )
    ),
    *(
        stays(f"stays: {name}", f"import torchaudio\ndef f(p):\n    {code}\n", *left)
        for name, code, left in (
            ("kept whole, length", "i = torchaudio.info(p)\n    return i[0].length", ("TAC113",)),
            ("kept whole, the second", "i = torchaudio.info(p)\n    return i[1].encoding", ("TAC113",)),
            ("kept whole, and taken apart", "i = torchaudio.info(p)\n    si, ei = i\n    return si.rate", ("TAC113",)),
            ("kept whole, and passed on", "i = torchaudio.info(p)\n    g(i)\n    return i[0].rate", ("TAC113",)),
            ("asked what it is", "i = torchaudio.info(p)\n    return i[0].rate if isinstance(i, tuple) else i.sample_rate", ()),
            ("asked for its type", "i = torchaudio.info(p)\n    if type(i) is tuple:\n        i = i[0]\n    return i", ()),
            ("a product of something else", "si, _ = torchaudio.info(p)\n    return si.length / (si.channels * p.rate)", ("TAC113",)),
            ("given back", "return torchaudio.info(p)\nsi, ei = f('a')", ("TAC113",)),
            ("given back, an item", "return torchaudio.info(p)\nr = f('a')[0].rate", ("TAC113",)),
            ("given back, and not taken apart", "return torchaudio.info(p)\nm = f('a')\nm.num_frames", ()),
            ("another function of the name", "return torchaudio.info(p)\nsi, ei = other.f('a')", ()),
        )
    ),
)  # fmt: skip
def test_tuples_kept_and_given_back(case: Case) -> None:
    check(case)


def test_a_tuple_that_another_file_takes_apart_is_reported() -> None:
    found = rewrite(
        {
            "audio.py": "import torchaudio\ndef meta(p):\n    return torchaudio.info(p)\n",
            "main.py": "import torchaudio\nfrom audio import meta\nsi, ei = meta('a')\n",
        }
    )
    assert [finding.rule for finding in found["audio.py"].left] == ["TAC113"]
