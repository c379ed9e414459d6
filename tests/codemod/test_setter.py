"""The global backend."""

from __future__ import annotations

from tests.codemod.tables import Case, changes, check, dedent, rewrite, stays, table

PARTIAL = 'functools.partial(torchaudio.load, backend="soundfile")'


@table(
    changes(
        "plain",
        """
        import torchaudio
        torchaudio.set_audio_backend("soundfile")
        x, sr = torchaudio.load("a.wav")
    """,
        """
        import torchaudio
        x, sr = torchaudio.load("a.wav", backend="soundfile")
    """,
    ),
    changes(
        "sox_io is sox in a call",
        """
        import torchaudio
        torchaudio.set_audio_backend("sox_io")
        x, sr = torchaudio.load("a.wav")
    """,
        """
        import torchaudio
        x, sr = torchaudio.load("a.wav", backend="sox")
    """,
    ),
    changes(
        "all three functions",
        """
        import torchaudio
        torchaudio.set_audio_backend('soundfile')
        def f(p):
            x, sr = torchaudio.load(p)
            torchaudio.save(p, x, sr)
            return torchaudio.info(p).num_frames
    """,
        """
        import torchaudio
        def f(p):
            x, sr = torchaudio.load(p, backend="soundfile")
            torchaudio.save(p, x, sr, backend="soundfile")
            return torchaudio.info(p, backend="soundfile").num_frames
    """,
    ),
    changes(
        "alias",
        """
        import torchaudio as ta
        ta.set_audio_backend("soundfile")
        x = ta.load("a.wav")[0]
    """,
        """
        import torchaudio as ta
        x = ta.load("a.wav", backend="soundfile")[0]
    """,
    ),
    changes(
        "private alias",
        """
        import torchaudio as _ta
        _ta.set_audio_backend("soundfile")
        x = _ta.load("a.wav")[0]
    """,
        """
        import torchaudio as _ta
        x = _ta.load("a.wav", backend="soundfile")[0]
    """,
    ),
    changes(
        "two names of the module",
        """
        import torchaudio
        import torchaudio as ta
        torchaudio.set_audio_backend("soundfile")
        x = ta.load("a.wav")[0]
    """,
        """
        import torchaudio
        import torchaudio as ta
        x = ta.load("a.wav", backend="soundfile")[0]
    """,
    ),
    changes(
        "setter imported by name, and no longer needed",
        """
        import torchaudio
        from torchaudio import set_audio_backend
        set_audio_backend("soundfile")
        x = torchaudio.load("a.wav")[0]
    """,
        """
        import torchaudio
        x = torchaudio.load("a.wav", backend="soundfile")[0]
    """,
    ),
    changes(
        "setter imported beside others",
        """
        import torchaudio
        from torchaudio import set_audio_backend, transforms
        set_audio_backend("soundfile")
        x = transforms.Resample(1, 2)(torchaudio.load("a.wav")[0])
    """,
        """
        import torchaudio
        from torchaudio import transforms
        x = transforms.Resample(1, 2)(torchaudio.load("a.wav", backend="soundfile")[0])
    """,
    ),
    changes(
        "setter of torchaudio.backend",
        """
        import torchaudio
        from torchaudio.backend import set_audio_backend
        set_audio_backend("soundfile")
        x = torchaudio.load("a.wav")[0]
    """,
        """
        import torchaudio
        x = torchaudio.load("a.wav", backend="soundfile")[0]
    """,
    ),
    changes(
        "backend as keyword of the setter",
        """
        import torchaudio
        torchaudio.set_audio_backend(backend="soundfile")
        x = torchaudio.load("a.wav")[0]
    """,
        """
        import torchaudio
        x = torchaudio.load("a.wav", backend="soundfile")[0]
    """,
    ),
    changes(
        "import of a submodule binds torchaudio too",
        """
        import torchaudio.transforms
        torchaudio.set_audio_backend("soundfile")
        x = torchaudio.load("a.wav")[0]
    """,
        """
        import torchaudio.transforms
        x = torchaudio.load("a.wav", backend="soundfile")[0]
    """,
    ),
    changes(
        "import inside a function",
        """
        import torchaudio
        torchaudio.set_audio_backend("soundfile")
        def f(p):
            import torchaudio as inner
            return inner.load(p)
    """,
        """
        import torchaudio
        def f(p):
            import torchaudio as inner
            return inner.load(p, backend="soundfile")
    """,
    ),
    changes(
        "comment behind it stays, directive goes",
        """
        import torchaudio
        torchaudio.set_audio_backend("soundfile")  # sox crashes on the cluster
        torchaudio.set_audio_backend("soundfile")  # noqa: E402
        x = torchaudio.load("a.wav")[0]
    """,
        """
        import torchaudio
        # sox crashes on the cluster
        x = torchaudio.load("a.wav", backend="soundfile")[0]
    """,
    ),
    changes(
        "comments above stay, blank lines do not pile up",
        """
        import torchaudio

        # the backend
        torchaudio.set_audio_backend("soundfile")


        def f(p):
            return torchaudio.load(p)
    """,
        """
        import torchaudio

        # the backend


        def f(p):
            return torchaudio.load(p, backend="soundfile")
    """,
    ),
    changes(
        "one of several statements of a line",
        """
        import torchaudio; torchaudio.set_audio_backend("soundfile"); x = torchaudio.load("a.wav")
    """,
        """
        import torchaudio; x = torchaudio.load("a.wav", backend="soundfile")
    """,
    ),
    changes(
        "the last statement of a line",
        """
        import torchaudio; torchaudio.set_audio_backend("soundfile")
        x = torchaudio.load("a.wav")
    """,
        """
        import torchaudio
        x = torchaudio.load("a.wav", backend="soundfile")
    """,
    ),
    changes(
        "over several lines",
        """
        import torchaudio
        torchaudio.set_audio_backend(
            "soundfile",  # comment inside
        )
        x = torchaudio.load("a.wav")
    """,
        """
        import torchaudio
        # comment inside
        x = torchaudio.load("a.wav", backend="soundfile")
    """,
    ),
    changes(
        "arguments over lines with a trailing comma",
        """
        import torchaudio
        torchaudio.set_audio_backend("soundfile")
        x = torchaudio.load(
            "a.wav",
            normalize=False,  # raw
        )
    """,
        """
        import torchaudio
        x = torchaudio.load(
            "a.wav",
            normalize=False,  # raw
            backend="soundfile",
        )
    """,
    ),
    changes(
        "arguments over lines without one",
        """
        import torchaudio
        torchaudio.set_audio_backend("soundfile")
        x = torchaudio.load(
            "a.wav",
            normalize=False
        )
    """,
        """
        import torchaudio
        x = torchaudio.load(
            "a.wav",
            normalize=False,
            backend="soundfile"
        )
    """,
    ),
    changes(
        "argument with a comment behind",
        """
        import torchaudio
        torchaudio.set_audio_backend("soundfile")
        x = torchaudio.load(
            "a.wav"  # the file
        )
    """,
        """
        import torchaudio
        x = torchaudio.load(
            "a.wav", backend="soundfile"  # the file
        )
    """,
    ),
    changes(
        "argument in brackets, star arguments, walrus",
        """
        import torchaudio
        torchaudio.set_audio_backend("soundfile")
        def f(p, *a, **k):
            return torchaudio.load((p)), torchaudio.load(p, *a, **k), torchaudio.load(q := p)
    """,
        """
        import torchaudio
        def f(p, *a, **k):
            return torchaudio.load((p), backend="soundfile"), torchaudio.load(p, *a, **k, backend="soundfile"), torchaudio.load(q := p, backend="soundfile")
    """,
    ),
    changes(
        "nested calls",
        """
        import torchaudio
        torchaudio.set_audio_backend("soundfile")
        def f(p, q):
            torchaudio.save(q, torchaudio.load(p)[0], torchaudio.info(p).sample_rate)
    """,
        """
        import torchaudio
        def f(p, q):
            torchaudio.save(q, torchaudio.load(p, backend="soundfile")[0], torchaudio.info(p, backend="soundfile").sample_rate, backend="soundfile")
    """,
    ),
    changes(
        "the outer call of a call is not it",
        """
        import torchaudio
        torchaudio.set_audio_backend("soundfile")
        def f(p):
            return torchaudio.load(p)[0](1)
    """,
        """
        import torchaudio
        def f(p):
            return torchaudio.load(p, backend="soundfile")[0](1)
    """,
    ),
    changes(
        "lambda, comprehension, generator, match, async, with, decorator argument",
        """
        import torchaudio
        torchaudio.set_audio_backend("soundfile")
        read = lambda p: torchaudio.load(p)[0]
        def many(ps):
            return [torchaudio.load(p) for p in ps], {p: torchaudio.info(p) for p in ps}, list(torchaudio.load(p) for p in ps)
        async def later(p):
            match torchaudio.load(p):
                case (x, sr) if sr:
                    return torchaudio.info(p)
            async with thing(torchaudio.load(p)) as y:
                return y
        class Data:
            def __getitem__(self, i):
                return torchaudio.load(self.paths[i])
    """,
        """
        import torchaudio
        read = lambda p: torchaudio.load(p, backend="soundfile")[0]
        def many(ps):
            return [torchaudio.load(p, backend="soundfile") for p in ps], {p: torchaudio.info(p, backend="soundfile") for p in ps}, list(torchaudio.load(p, backend="soundfile") for p in ps)
        async def later(p):
            match torchaudio.load(p, backend="soundfile"):
                case (x, sr) if sr:
                    return torchaudio.info(p, backend="soundfile")
            async with thing(torchaudio.load(p, backend="soundfile")) as y:
                return y
        class Data:
            def __getitem__(self, i):
                return torchaudio.load(self.paths[i], backend="soundfile")
    """,
    ),
    changes(
        "optional import",
        """
        try:
            import torchaudio
        except ImportError:
            torchaudio = None
        if torchaudio is not None:
            HAVE = True
        torchaudio.set_audio_backend("soundfile")
        def f(p):
            return torchaudio.load(p)
    """,
        """
        try:
            import torchaudio
        except ImportError:
            torchaudio = None
        if torchaudio is not None:
            HAVE = True
        def f(p):
            return torchaudio.load(p, backend="soundfile")
    """,
    ),
    changes(
        "shadowed in one function only",
        """
        import torchaudio
        torchaudio.set_audio_backend("soundfile")
        def f(p):
            return torchaudio.load(p)
        def g(torchaudio, p):
            return torchaudio.load(p)
        def h(p):
            torchaudio = p.audio
            return torchaudio.load(p)
        k = [torchaudio.load(1) for torchaudio in ()]
    """,
        """
        import torchaudio
        def f(p):
            return torchaudio.load(p, backend="soundfile")
        def g(torchaudio, p):
            return torchaudio.load(p)
        def h(p):
            torchaudio = p.audio
            return torchaudio.load(p)
        k = [torchaudio.load(1) for torchaudio in ()]
    """,
    ),
    changes(
        "a call that names its backend keeps it",
        """
        import torchaudio
        torchaudio.set_audio_backend("soundfile")
        x = torchaudio.load("a.mp3", backend="ffmpeg")
        y = torchaudio.load("a.wav")
    """,
        """
        import torchaudio
        x = torchaudio.load("a.mp3", backend="ffmpeg")
        y = torchaudio.load("a.wav", backend="soundfile")
    """,
    ),
    changes(
        "a call before it at module level had the default",
        """
        import torchaudio
        x = torchaudio.load("a.wav")
        torchaudio.set_audio_backend("soundfile")
        y = torchaudio.load("a.wav")
    """,
        """
        import torchaudio
        x = torchaudio.load("a.wav")
        y = torchaudio.load("a.wav", backend="soundfile")
    """,
    ),
    changes(
        "file objects go to soundfile",
        """
        import io
        import torchaudio
        torchaudio.set_audio_backend("soundfile")
        def f(data):
            return torchaudio.load(io.BytesIO(data))
    """,
        """
        import io
        import torchaudio
        def f(data):
            return torchaudio.load(io.BytesIO(data), backend="soundfile")
    """,
    ),
    changes(
        "path objects become strings for sox, which takes no others",
        """
        import torchaudio
        from pathlib import Path
        torchaudio.set_audio_backend("sox_io")
        ROOT = Path("x")
        def f(name, where: Path):
            return torchaudio.load(ROOT / name), torchaudio.info(filepath=where), torchaudio.load(str(where))
    """,
        """
        import torchaudio
        from pathlib import Path
        ROOT = Path("x")
        def f(name, where: Path):
            return torchaudio.load(str(ROOT / name), backend="sox"), torchaudio.info(uri=str(where), backend="sox"), torchaudio.load(str(where), backend="sox")
    """,
    ),
    changes(
        "below the main guard",
        """
        import torchaudio
        def f(p):
            return torchaudio.load(p)
        if __name__ == "__main__":
            torchaudio.set_audio_backend("soundfile")
            f("a.wav")
    """,
        """
        import torchaudio
        def f(p):
            return torchaudio.load(p, backend="soundfile")
        if __name__ == "__main__":
            f("a.wav")
    """,
    ),
    changes(
        "alone below the main guard",
        """
        import torchaudio
        if __name__ == "__main__":
            torchaudio.set_audio_backend("soundfile")
    """,
        """
        import torchaudio
        if __name__ == "__main__":
            pass
    """,
    ),
    changes(
        "set at the top and again in a function",
        """
        import torchaudio
        torchaudio.set_audio_backend("soundfile")
        def f(p):
            torchaudio.set_audio_backend("soundfile")
            return torchaudio.load(p)
    """,
        """
        import torchaudio
        def f(p):
            return torchaudio.load(p, backend="soundfile")
    """,
    ),
    changes(
        "only the setter",
        """
        import torchaudio
        torchaudio.set_audio_backend("sox_io")
    """,
        """
        import torchaudio
    """,
    ),
    changes(
        "functions imported before it had the default",
        """
        from torchaudio import load
        import torchaudio
        torchaudio.set_audio_backend("soundfile")
        x = load("a.wav"), torchaudio.load("a.wav")
    """,
        """
        from torchaudio import load
        import torchaudio
        x = load("a.wav"), torchaudio.load("a.wav", backend="soundfile")
    """,
    ),
    stays(
        "functions imported after it",
        """
        import torchaudio
        torchaudio.set_audio_backend("soundfile")
        from torchaudio import load
        x = load("a.wav")
    """,
        "TAC101",
    ),
    stays(
        "a file object for sox",
        """
        import io, torchaudio
        torchaudio.set_audio_backend("sox_io")
        x = torchaudio.load(io.BytesIO(b""))
    """,
        "TAC101",
    ),
    stays(
        "an open file for sox, by way of a name",
        """
        import torchaudio
        torchaudio.set_audio_backend("sox_io")
        def f(p):
            with open(p, "rb") as file:
                return torchaudio.load(file)
    """,
        "TAC101",
    ),
    stays(
        "a file object passed to a parameter, for sox",
        """
        import io, torchaudio
        torchaudio.set_audio_backend("sox_io")
        def f(source):
            return torchaudio.load(source)
        f(io.BytesIO(b""))
    """,
        "TAC101",
    ),
    stays(
        "an annotation that speaks of file objects",
        """
        import torchaudio
        from typing import BinaryIO
        torchaudio.set_audio_backend("sox_io")
        def f(source: BinaryIO):
            return torchaudio.load(source)
    """,
        "TAC101",
    ),
    stays(
        "the getter decides",
        """
        import torchaudio
        torchaudio.set_audio_backend("soundfile")
        if torchaudio.get_audio_backend() == "soundfile":
            x = torchaudio.load("a.wav")
    """,
        "TAC101",
        "TAC107",
    ),
    stays(
        "the module is bound to another name",
        """
        import torchaudio
        ta = torchaudio
        torchaudio.set_audio_backend("soundfile")
        x = ta.load("a.wav")
    """,
        "TAC101",
    ),
    stays(
        "the module is passed on",
        """
        import torchaudio
        torchaudio.set_audio_backend("soundfile")
        def f(g):
            return g(torchaudio)
    """,
        "TAC101",
    ),
    stays(
        "a star import",
        """
        from torchaudio import *
        import torchaudio
        torchaudio.set_audio_backend("soundfile")
        x = load("a.wav")
    """,
        "TAC101",
        "TAC127",
    ),
    stays(
        "a name that means two things",
        """
        import torchaudio
        if x:
            import fake as torchaudio
        torchaudio.set_audio_backend("soundfile")
        torchaudio.load("a.wav")
    """,
        "TAC134",
    ),
    stays(
        "a mock would see the argument",
        """
        from unittest import mock
        import torchaudio
        torchaudio.set_audio_backend("soundfile")
        def test():
            with mock.patch("torchaudio.load") as load:
                torchaudio.load("a.wav")
                load.assert_called_once_with("a.wav")
    """,
        "TAC101",
        "TAC123",
    ),
    stays(
        "a mock of a module's torchaudio",
        """
        import torchaudio
        torchaudio.set_audio_backend("soundfile")
        def test(mocker):
            mocker.patch("package.module.torchaudio.load")
            torchaudio.load("a.wav")
    """,
        "TAC101",
        "TAC123",
    ),
    stays(
        "monkeypatch",
        """
        import torchaudio
        torchaudio.set_audio_backend("soundfile")
        def test(monkeypatch):
            monkeypatch.setattr(torchaudio, "load", lambda path: path)
            torchaudio.load("a.wav")
    """,
        "TAC101",
        "TAC123",
    ),
    stays(
        "assigned",
        """
        import torchaudio
        torchaudio.set_audio_backend("soundfile")
        torchaudio.load = lambda path: path
        torchaudio.load("a.wav")
    """,
        "TAC101",
        "TAC123",
    ),
    stays(
        "a name that 2.0 does not know",
        """
        import torchaudio
        torchaudio.set_audio_backend("sox")
        torchaudio.load("a.wav")
    """,
        "TAC105",
    ),
    stays(
        "None",
        """
        import torchaudio
        torchaudio.set_audio_backend(None)
        torchaudio.load("a.wav")
    """,
        "TAC105",
    ),
    stays(
        "a variable",
        """
        import torchaudio
        def f(args):
            torchaudio.set_audio_backend(args.backend)
            return torchaudio.load("a.wav")
    """,
        "TAC105",
    ),
    stays(
        "passed on",
        """
        import torchaudio
        use = torchaudio.set_audio_backend
        torchaudio.load("a.wav")
    """,
        "TAC105",
    ),
    stays(
        "two names",
        """
        import torchaudio
        torchaudio.set_audio_backend("sox_io")
        x = torchaudio.load("a.wav")
        torchaudio.set_audio_backend("soundfile")
        y = torchaudio.load("a.wav")
    """,
        "TAC101",
    ),
    stays(
        "a function that loads runs before it",
        """
        import torchaudio
        def f():
            return torchaudio.load("a.wav")
        x = f()
        torchaudio.set_audio_backend("soundfile")
    """,
        "TAC101",
    ),
    stays(
        "a function that loads runs before it by way of another",
        """
        import torchaudio
        def f():
            return torchaudio.load("a.wav")
        def g():
            return f()
        x = g()
        torchaudio.set_audio_backend("soundfile")
    """,
        "TAC101",
    ),
    stays(
        "under a condition",
        """
        import torchaudio
        if DEBUG:
            torchaudio.set_audio_backend("soundfile")
        torchaudio.load("a.wav")
    """,
        "TAC101",
    ),
    stays(
        "its value is used",
        """
        import torchaudio
        x = torchaudio.set_audio_backend("soundfile")
        torchaudio.load("a.wav")
    """,
        "TAC101",
    ),
    stays(
        "ignored by a comment",
        """
        import torchaudio
        torchaudio.set_audio_backend("soundfile")  # compat: ignore
        torchaudio.load("a.wav")
    """,
        "TAC101",
    ),
    stays(
        "in an f-string",
        """
        import torchaudio
        torchaudio.set_audio_backend("soundfile")
        x = f"{torchaudio.info('a.wav').sample_rate} {torchaudio.load(filepath='a.wav')}"
    """,
        "TAC101",
        "TAC127",
    ),
    stays(
        "looked up by a string",
        """
        import sys, torchaudio
        torchaudio.set_audio_backend("soundfile")
        ta = sys.modules["torchaudio"]
        x = ta.load("a.wav")
    """,
        "TAC101",
    ),
    stays(
        "reached through another module",
        """
        import torchaudio
        import mine
        from mine import *
        torchaudio.set_audio_backend("soundfile")
        x = mine.torchaudio.load("a.wav")
    """,
        "TAC101",
    ),
    stays(
        "a dict that may name a backend",
        """
        import torchaudio
        torchaudio.set_audio_backend("soundfile")
        def f(p, **more):
            return torchaudio.load(p, **more)
        f("a.wav", backend="ffmpeg")
    """,
        "TAC101",
    ),
    stays(
        "a compression that soundfile ignored",
        """
        import torchaudio
        torchaudio.set_audio_backend("soundfile")
        torchaudio.save("a.flac", x, 16000, compression=5)
    """,
        "TAC101",
        "TAC137",
    ),
    changes(
        "a compression for sox",
        """
        import torchaudio
        torchaudio.set_audio_backend("sox_io")
        torchaudio.save("a.flac", x, 16000, compression=5)
    """,
        """
        import torchaudio
        torchaudio.save("a.flac", x, 16000, compression=5, backend="sox")
    """,
    ),
    stays(
        "another library's setter",
        """
        import audiolib
        audiolib.set_audio_backend("sox_io")
        audiolib.load("a.wav")
    """,
    ),
    stays(
        "a relative torchaudio",
        """
        from . import torchaudio
        from .torchaudio import load
        torchaudio.set_audio_backend("sox_io")
        load(filepath="a.wav")
    """,
    ),
    stays(
        "another torchaudio",
        """
        from mylib import torchaudio
        torchaudio.set_audio_backend("sox_io")
        torchaudio.load(filepath="a.wav")
    """,
    ),
    stays(
        "nothing is imported",
        """
        torchaudio.set_audio_backend("sox_io")
        torchaudio.load(filepath="a.wav")
    """,
    ),
    stays(
        "imported in another function only",
        """
        def f():
            import torchaudio
        def g():
            torchaudio.set_audio_backend("sox_io")
            torchaudio.load(filepath="a.wav")
    """,
    ),
    stays(
        "a class attribute of that name",
        """
        class A:
            import torchaudio
            def f(self):
                return torchaudio.load(filepath="a.wav")
    """,
    ),
    stays(
        "an attribute of something",
        """
        class A:
            def f(self):
                self.torchaudio.set_audio_backend("sox_io")
                return self.torchaudio.load(filepath="a.wav")
    """,
    ),
)
def test_setter_at_module_level(case: Case) -> None:
    check(case)


@table(
    changes(
        "folded",
        """
        import torchaudio
        def f(p):
            torchaudio.set_audio_backend("soundfile")
            return torchaudio.load(p)
    """,
        """
        import torchaudio
        def f(p):
            return torchaudio.load(p, backend="soundfile")
    """,
    ),
    changes(
        "two functions, two names",
        """
        import torchaudio
        def f(p):
            torchaudio.set_audio_backend("soundfile")
            return torchaudio.load(p)
        def g(p):
            torchaudio.set_audio_backend("sox_io")
            with x:
                return torchaudio.load(p)
    """,
        """
        import torchaudio
        def f(p):
            return torchaudio.load(p, backend="soundfile")
        def g(p):
            with x:
                return torchaudio.load(p, backend="sox")
    """,
    ),
    changes(
        "the setter alone leaves no empty body",
        """
        import torchaudio
        def setup():
            torchaudio.set_audio_backend("soundfile")
    """,
        """
        import torchaudio
        def setup():
            pass
    """,
    ),
    changes(
        "one-line body",
        """
        import torchaudio
        def setup(): torchaudio.set_audio_backend("soundfile")
    """,
        """
        import torchaudio
        def setup(): pass
    """,
    ),
    changes(
        "twice in a row, each for what follows",
        """
        import torchaudio
        def f(p, q):
            torchaudio.set_audio_backend("soundfile")
            x = torchaudio.load(p)
            torchaudio.set_audio_backend("sox_io")
            y = torchaudio.load(q)
            return x, y
    """,
        """
        import torchaudio
        def f(p, q):
            x = torchaudio.load(p, backend="soundfile")
            y = torchaudio.load(q, backend="sox")
            return x, y
    """,
    ),
    stays(
        "it outlives the function",
        """
        import torchaudio
        def setup():
            torchaudio.set_audio_backend("soundfile")
        def f(p):
            return torchaudio.load(p)
    """,
        "TAC103",
    ),
    stays(
        "a call before it",
        """
        import torchaudio
        def f(p):
            x = torchaudio.load(p)
            torchaudio.set_audio_backend("soundfile")
            return x
    """,
        "TAC103",
    ),
    stays(
        "a branch between",
        """
        import torchaudio
        def f(p):
            if p.endswith("mp3"):
                torchaudio.set_audio_backend("sox_io")
            return torchaudio.load(p)
    """,
        "TAC103",
    ),
    stays(
        "the call is in a function of its own",
        """
        import torchaudio
        def f(p):
            torchaudio.set_audio_backend("soundfile")
            return lambda: torchaudio.load(p)
    """,
        "TAC103",
    ),
    stays(
        "another set in between, in a branch",
        """
        import torchaudio
        def f(p):
            torchaudio.set_audio_backend("soundfile")
            if p:
                torchaudio.set_audio_backend("sox_io")
            return torchaudio.load(p)
    """,
        "TAC103",
    ),
    stays(
        "a handler minds its failure",
        """
        import torchaudio
        def f(p):
            try:
                torchaudio.set_audio_backend("sox_io")
                return torchaudio.load(p)
            except RuntimeError:
                return None
    """,
        "TAC103",
    ),
    stays(
        "it pauses in between",
        """
        import torchaudio
        def f(p):
            torchaudio.set_audio_backend("soundfile")
            yield 1
            yield torchaudio.load(p)
        def g(p):
            torchaudio.set_audio_backend("sox_io")
            return torchaudio.load(p)
    """,
        "TAC103",
    ),
)
def test_setter_in_function(case: Case) -> None:
    check(case)


@table(
    changes(
        "both arms",
        """
        import sys
        import torchaudio
        if sys.platform == "win32":
            torchaudio.set_audio_backend("soundfile")
        else:
            torchaudio.set_audio_backend("sox_io")
        x = torchaudio.load("a.wav")
    """,
        """
        import sys
        import torchaudio
        AUDIO_BACKEND = "soundfile" if sys.platform == "win32" else "sox"
        x = torchaudio.load("a.wav", backend=AUDIO_BACKEND)
    """,
    ),
    changes(
        "os.name, one arm, a comment",
        """
        import os, torchaudio
        if os.name == "nt":
            # no sox there
            torchaudio.set_audio_backend("soundfile")
        x = torchaudio.load("a.wav")
    """,
        """
        import os, torchaudio
        # no sox there
        AUDIO_BACKEND = "soundfile" if os.name == "nt" else None
        x = torchaudio.load("a.wav", backend=AUDIO_BACKEND)
    """,
    ),
    changes(
        "elif, and the name is taken",
        """
        from platform import system
        import torchaudio
        AUDIO_BACKEND = 1
        if system() == "Windows":
            torchaudio.set_audio_backend("soundfile")
        elif system() == "Darwin":
            torchaudio.set_audio_backend("soundfile")
        else:
            torchaudio.set_audio_backend("sox_io")
        x = torchaudio.load("a.wav")
    """,
        """
        from platform import system
        import torchaudio
        AUDIO_BACKEND = 1
        _AUDIO_BACKEND = "soundfile" if system() == "Windows" else "soundfile" if system() == "Darwin" else "sox"
        x = torchaudio.load("a.wav", backend=_AUDIO_BACKEND)
    """,
    ),
    changes(
        "no call depends on it",
        """
        import sys, torchaudio
        if sys.platform.startswith("win"):
            torchaudio.set_audio_backend("soundfile")
        y = 1
    """,
        """
        import sys, torchaudio
        y = 1
    """,
    ),
    changes(
        "gone for 2.9",
        """
        import sys, torchaudio
        if sys.platform == "win32":
            torchaudio.set_audio_backend("soundfile")
        else:
            torchaudio.set_audio_backend("sox_io")
        x = torchaudio.load("a.wav")
    """,
        """
        import sys, torchaudio
        x = torchaudio.load("a.wav")
    """,
        target="2.9",
    ),
    changes(
        "2.9, an arm does more",
        """
        import sys, torchaudio
        if sys.platform == "win32":
            torchaudio.set_audio_backend("soundfile")
        else:
            torchaudio.set_audio_backend("sox_io")
            print("sox")
    """,
        """
        import sys, torchaudio
        if sys.platform == "win32":
            pass
        else:
            print("sox")
    """,
        target="2.9",
    ),
    stays(
        "an arm does more",
        """
        import sys, torchaudio
        if sys.platform == "win32":
            torchaudio.set_audio_backend("soundfile")
        else:
            torchaudio.set_audio_backend("sox_io")
            print("sox")
        x = torchaudio.load("a.wav")
    """,
        "TAC104",
    ),
    stays(
        "the test asks for more",
        """
        import sys, torchaudio
        if sys.platform == "win32" and WANTED:
            torchaudio.set_audio_backend("soundfile")
        x = torchaudio.load("a.wav")
    """,
        "TAC101",
    ),
    stays(
        "not the real sys",
        """
        from fake import sys
        import torchaudio
        if sys.platform == "win32":
            torchaudio.set_audio_backend("soundfile")
        x = torchaudio.load("a.wav")
    """,
        "TAC101",
    ),
)
def test_setter_by_platform(case: Case) -> None:
    check(case)


@table(
    changes(
        "try and finally",
        """
        import torchaudio
        def f(p):
            before = torchaudio.get_audio_backend()
            torchaudio.set_audio_backend("sox_io")
            try:
                # read it
                x, sr = torchaudio.load(p)
                text = \"\"\"
            as it is
        \"\"\"
                return x
            finally:
                torchaudio.set_audio_backend(before)
    """,
        """
        import torchaudio
        def f(p):
            # read it
            x, sr = torchaudio.load(p, backend="sox")
            text = \"\"\"
            as it is
        \"\"\"
            return x
    """,
    ),
    changes(
        "the setter inside the try",
        """
        import torchaudio
        def f(p):
            before = torchaudio.get_audio_backend()
            try:
                torchaudio.set_audio_backend("soundfile")
                x = torchaudio.load(p)
            finally:
                torchaudio.set_audio_backend(before)
            return x
    """,
        """
        import torchaudio
        def f(p):
            x = torchaudio.load(p, backend="soundfile")
            return x
    """,
    ),
    changes(
        "finally does more",
        """
        import torchaudio
        def f(p):
            before = torchaudio.get_audio_backend()
            torchaudio.set_audio_backend("soundfile")
            try:
                return torchaudio.load(p)
            finally:
                torchaudio.set_audio_backend(before)
                print("done")
    """,
        """
        import torchaudio
        def f(p):
            try:
                return torchaudio.load(p, backend="soundfile")
            finally:
                print("done")
    """,
    ),
    changes(
        "there is a handler too",
        """
        import torchaudio
        def f(p):
            before = torchaudio.get_audio_backend()
            torchaudio.set_audio_backend("soundfile")
            try:
                return torchaudio.load(p)
            except RuntimeError:
                return None
            finally:
                torchaudio.set_audio_backend(before)
    """,
        """
        import torchaudio
        def f(p):
            try:
                return torchaudio.load(p, backend="soundfile")
            except RuntimeError:
                return None
    """,
    ),
    changes(
        "without try",
        """
        import torchaudio
        def f(p):
            before = torchaudio.get_audio_backend()
            torchaudio.set_audio_backend("soundfile")
            x = torchaudio.load(p)
            torchaudio.set_audio_backend(before)
            return x
        def g(p):
            return torchaudio.load(p)
    """,
        """
        import torchaudio
        def f(p):
            x = torchaudio.load(p, backend="soundfile")
            return x
        def g(p):
            return torchaudio.load(p)
    """,
    ),
    changes(
        "2.9",
        """
        import torchaudio
        def f(p):
            before = torchaudio.get_audio_backend()
            torchaudio.set_audio_backend("soundfile")
            try:
                return torchaudio.load(p)
            finally:
                torchaudio.set_audio_backend(before)
    """,
        """
        import torchaudio
        def f(p):
            return torchaudio.load(p)
    """,
        target="2.9",
    ),
    stays(
        "the saved value is used otherwise",
        """
        import torchaudio
        def f(p):
            before = torchaudio.get_audio_backend()
            torchaudio.set_audio_backend("soundfile")
            print(before)
            x = torchaudio.load(p)
            torchaudio.set_audio_backend(before)
            return x
    """,
        "TAC103",
        "TAC105",
        "TAC107",
    ),
    stays(
        "what is set is a variable",
        """
        import torchaudio
        def f(p, name):
            before = torchaudio.get_audio_backend()
            torchaudio.set_audio_backend(name)
            x = torchaudio.load(p)
            torchaudio.set_audio_backend(before)
            return x
    """,
        "TAC105",
        "TAC107",
    ),
    stays(
        "something in between may load",
        """
        import torchaudio
        def g(p):
            return torchaudio.load(p)
        def f(p):
            before = torchaudio.get_audio_backend()
            torchaudio.set_audio_backend("soundfile")
            x = g(p)
            torchaudio.set_audio_backend(before)
            return x
    """,
        "TAC106",
    ),
)
def test_setter_restored(case: Case) -> None:
    check(case)


@table(
    changes(
        "handler sets another",
        """
        import torchaudio
        try:
            torchaudio.set_audio_backend("sox_io")
        except RuntimeError:
            torchaudio.set_audio_backend("soundfile")
        x = torchaudio.load("a.wav")
    """,
        """
        import torchaudio
        x = torchaudio.load("a.wav")
    """,
    ),
    changes(
        "handler logs, comment stays",
        """
        import logging, torchaudio
        try:
            torchaudio.set_audio_backend("sox_io")
        except Exception as why:
            # never mind
            logging.warning("no sox: %s", why)
        x = torchaudio.load("a.wav")
    """,
        """
        import logging, torchaudio
        # never mind
        x = torchaudio.load("a.wav")
    """,
    ),
    changes(
        "in a function it leaves a body",
        """
        import torchaudio
        def setup():
            try:
                torchaudio.set_audio_backend("sox_io")
            except Exception:
                pass
    """,
        """
        import torchaudio
        def setup():
            pass
    """,
    ),
    changes(
        "2.9",
        """
        import torchaudio
        try:
            torchaudio.set_audio_backend("sox_io")
        except Exception:
            pass
    """,
        """
        import torchaudio
    """,
        target="2.9",
    ),
    stays(
        "the handler raises",
        """
        import torchaudio
        try:
            torchaudio.set_audio_backend("sox_io")
        except RuntimeError:
            raise SystemExit(1)
        x = torchaudio.load("a.wav")
    """,
        "TAC101",
    ),
    stays(
        "the body does more",
        """
        import torchaudio
        try:
            torchaudio.set_audio_backend("sox_io")
            x = torchaudio.load("a.wav")
        except RuntimeError:
            x = None
    """,
        "TAC101",
    ),
    stays(
        "the handler does more",
        """
        import torchaudio
        try:
            torchaudio.set_audio_backend("sox_io")
        except RuntimeError:
            HAVE_SOX = False
        x = torchaudio.load("a.wav")
    """,
        "TAC101",
    ),
)
def test_setter_tried(case: Case) -> None:
    check(case)


@table(
    changes(
        "argument, map, partial",
        """
        import functools
        import torchaudio
        torchaudio.set_audio_backend("soundfile")
        def f(ps, make):
            a = make(loader=torchaudio.load)
            b = list(map(torchaudio.load, ps))
            c = functools.partial(torchaudio.load, normalize=False)
            return a, b, c
    """,
        """
        import functools
        import torchaudio
        def f(ps, make):
            a = make(loader=functools.partial(torchaudio.load, backend="soundfile"))
            b = list(map(functools.partial(torchaudio.load, backend="soundfile"), ps))
            c = functools.partial(torchaudio.load, normalize=False, backend="soundfile")
            return a, b, c
    """,
    ),
    changes(
        "without a setter nothing is given",
        """
        import torchaudio
        def f(make):
            return make(loader=torchaudio.load, other=torchaudio.load(filepath="a"))
    """,
        """
        import torchaudio
        def f(make):
            return make(loader=torchaudio.load, other=torchaudio.load(uri="a"))
    """,
    ),
    stays(
        "compared",
        """
        import torchaudio
        torchaudio.set_audio_backend("soundfile")
        def f(x):
            return x is torchaudio.load
    """,
        "TAC101",
    ),
    *(
        changes(
            name,
            f"import torchaudio\ntorchaudio.set_audio_backend('soundfile')\n{code.format('torchaudio.load')}\n",
            f"import torchaudio\nimport functools\n{code.format(PARTIAL)}\n",
        )
        for name, code in (
            ("kept", "READ = {}"),
            ("kept with a type", "READ: object = {}"),
            ("a default value", "def f(p, load={}):\n    return load(p)"),
            ("a default value by keyword", "class R:\n    def f(self, p, *, load={}):\n        return load(p)"),
            ("the other value", "class R:\n    def __init__(self, f=None):\n        self.f = f or {}"),
            ("one of two", "def f(x):\n    return {} if x else None"),
            ("in a table", "T = {{'wav': {}}}"),
            ("in a list", "T = [print, {}]"),
            ("a static method", "class R:\n    read = staticmethod({})"),
        )
    ),
    changes(
        "kept before the setter",
        "import torchaudio\nREAD = torchaudio.load\ntorchaudio.set_audio_backend('soundfile')\nx = torchaudio.load(p)\n",
        'import torchaudio\nREAD = torchaudio.load\nx = torchaudio.load(p, backend="soundfile")\n',
    ),
    *(
        stays(f"left: {name}", f"import torchaudio\ntorchaudio.set_audio_backend('soundfile')\n{code}\n", "TAC101")
        for name, code in (
            ("a method", "class R:\n    read = torchaudio.load"),
            ("kept, and functions are asked for their names", "READ = torchaudio.load\ndef f(g):\n    return g.__name__"),
            ("kept and compared", "READ = torchaudio.load\nx = READ is torchaudio.load"),
            ("a condition", "def f(x):\n    return torchaudio.load or x"),
        )
    ),
    stays(
        "functools is something else",
        """
        import torchaudio
        functools = 1
        torchaudio.set_audio_backend("soundfile")
        def f(make):
            return make(torchaudio.load)
    """,
        "TAC101",
    ),
)
def test_function_as_value(case: Case) -> None:
    check(case)


MAIN = dedent("""
    import torchaudio
    import data
    torchaudio.set_audio_backend("soundfile")
    if __name__ == "__main__":
        data.read("a.wav")
""")
DATA = dedent("""
    import torchaudio
    def read(p):
        return torchaudio.load(p)
""")
GIVEN = DATA.replace("(p)\n", '(p, backend="soundfile")\n').replace('read(p, backend="soundfile")', "read(p)")


def texts(files: dict[str, str], **options: object) -> dict[str, str]:
    return {path: outcome.text for path, outcome in rewrite(files, **options).items()}  # type: ignore[arg-type]


def test_one_name_in_a_project_goes_to_every_call() -> None:
    found = texts({"main.py": MAIN, "data.py": DATA})
    assert "set_audio_backend" not in found["main.py"]
    assert 'torchaudio.load(p, backend="soundfile")' in found["data.py"]


def test_one_name_without_an_import_between_the_modules_still_goes_to_every_call() -> None:
    found = texts({"main.py": "import torchaudio\ntorchaudio.set_audio_backend('sox_io')\n", "data.py": DATA})
    assert found["main.py"] == "import torchaudio\n"
    assert 'torchaudio.load(p, backend="sox")' in found["data.py"]


def test_a_module_that_another_program_runs_without_a_backend_is_left() -> None:
    other = "import data\nif __name__ == '__main__':\n    data.read('b.wav')\n"
    files = {"main.py": MAIN, "data.py": DATA, "other.py": other}
    outcomes = rewrite(files)
    assert not any(outcome.changed for outcome in outcomes.values())
    [finding] = outcomes["main.py"].left
    assert finding.rule == "TAC102"
    assert "other.py" in finding.reason


def test_a_program_of_its_own_keeps_its_calls() -> None:
    alone = "import torchaudio\nif __name__ == '__main__':\n    print(torchaudio.load('b.wav'))\n"
    found = texts({"main.py": MAIN, "data.py": DATA, "alone.py": alone})
    assert found["alone.py"] == alone
    assert 'backend="soundfile"' in found["data.py"]


def test_two_programs_with_a_name_each() -> None:
    one = "import torchaudio\ntorchaudio.set_audio_backend('soundfile')\nx = torchaudio.load('a.wav')\n"
    two = "import torchaudio\ntorchaudio.set_audio_backend('sox_io')\nx = torchaudio.load('a.wav')\n"
    found = texts({"one.py": one, "two.py": two})
    assert found["one.py"] == "import torchaudio\nx = torchaudio.load('a.wav', backend=\"soundfile\")\n"
    assert found["two.py"] == "import torchaudio\nx = torchaudio.load('a.wav', backend=\"sox\")\n"


def test_two_names_in_one_program_are_left() -> None:
    two = "import torchaudio, main\ntorchaudio.set_audio_backend('sox_io')\n"
    outcomes = rewrite({"main.py": MAIN, "data.py": DATA, "two.py": two})
    assert not any(outcome.changed for outcome in outcomes.values())


def test_a_mock_in_a_test_holds_the_whole_project() -> None:
    test = "from unittest.mock import patch\n@patch('data.torchaudio.load')\ndef test(load): ...\n"
    outcomes = rewrite({"main.py": MAIN, "data.py": DATA, "test_data.py": test})
    assert not any(outcome.changed for outcome in outcomes.values())
    assert "test_data.py" in {place.path for place in outcomes["main.py"].left[0].related}


def test_a_file_object_from_another_module_holds_sox() -> None:
    caller = "import io, data\ndata.read(io.BytesIO(b''))\nimport torchaudio\n"
    files = {"main.py": MAIN.replace("soundfile", "sox_io"), "data.py": DATA, "caller.py": caller}
    assert texts(files) == files


def test_a_default_value_in_another_module_is_bound_before_and_holds_the_setter() -> None:
    found = rewrite(
        {
            "main.py": "import torchaudio\nimport data\ntorchaudio.set_audio_backend('soundfile')\n",
            "data.py": "import torchaudio\ndef f(p, load=torchaudio.load):\n    return load(p)\n",
        }
    )
    assert not any(outcome.changed for outcome in found.values())


def test_import_time_calls_of_other_modules_are_left() -> None:
    files = {"main.py": MAIN, "data.py": DATA + "X = torchaudio.load('a.wav')\n"}
    assert texts(files) == files


def test_backend_decides_what_cannot_be_read() -> None:
    main = "import torchaudio, data\ndef main(args):\n    torchaudio.set_audio_backend(args.backend)\n    data.read('a.wav')\n"
    found = texts({"main.py": main, "data.py": DATA}, backend="soundfile")
    assert found["main.py"] == "import torchaudio, data\ndef main(args):\n    data.read('a.wav')\n"
    assert 'backend="soundfile"' in found["data.py"]


def test_a_variable_names_where_the_old_name_is_written() -> None:
    main = dedent("""
        import argparse, torchaudio
        parser = argparse.ArgumentParser()
        parser.add_argument("--backend", default="sox_io", choices=["sox_io", "soundfile"])
        torchaudio.set_audio_backend(parser.parse_args().backend)
    """)
    [finding] = rewrite({"main.py": main})["main.py"].left
    assert finding.rule == "TAC105"
    assert {place.line for place in finding.related} == {3}
    assert len(finding.related) == 2


def test_comments_ignore_single_rules() -> None:
    program = "import torchaudio\nx = torchaudio.load(filepath='a')  # compat: ignore[TAC110]\ny = torchaudio.load(filepath='a')  # compat: ignore[TAC101]\n"
    found = texts({"a.py": program})["a.py"]
    assert found.splitlines()[1] == program.splitlines()[1]
    assert "y = torchaudio.load(uri='a')" in found
