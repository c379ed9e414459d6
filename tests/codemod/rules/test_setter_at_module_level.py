"""TAC101: Name the backend in each call instead of setting it for the module."""

from tests.codemod.tables import Case, changes, given, project, said, stays, table

PATH = "a path object is passed"


def passed(name: str, says: str, *lines: str) -> Case:
    """The setter of sox and a call that is given ``x``, after some lines."""
    head = ["import torchaudio", SETTER.rstrip(), *lines]
    return said(f"given {name}", says, "\n".join([*head, "y = torchaudio.load(x)"]))


SETTER = 'torchaudio.set_audio_backend("sox_io")\n'
FILE = "a file object is passed"
CLIP = "class Clip:\n    def __init__(self, path{note}):\n        self.path = path\n    def read(self):\n"
SOX = "import torchaudio\ntorchaudio.set_audio_backend('sox_io')\n"
SET = 'torchaudio.set_audio_backend("soundfile")\n'
CALL = "x = torchaudio.load(p)\n"
NAMED = 'x = torchaudio.load(p, backend="soundfile")\n'


test_setter_at_module_level = table(
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
        torchaudio.set_audio_backend("jack")
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
        "ignored by a comment",
        """
        import torchaudio
        torchaudio.set_audio_backend("soundfile")  # compat: ignore
        torchaudio.load("a.wav")
    """,
        "TAC101",
    ),
    stays(
        "in an f-string that shows the text of the call",
        """
        import torchaudio
        torchaudio.set_audio_backend("soundfile")
        x = f"{torchaudio.info('a.wav')=} {torchaudio.load(filepath='a.wav')=}"
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
        "TAC127",
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


test_save = table(
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
)


test_decisions = table(
    changes(
        "2.9: a choice that only sets",
        """
        import torchaudio
        if "sox_io" in torchaudio.list_audio_backends():
            torchaudio.set_audio_backend("sox_io")
        x = 1
    """,
        """
        import torchaudio
        x = 1
    """,
        target="2.9",
    ),
    stays(
        "2.9: its failure decides",
        """
        import torchaudio
        try:
            torchaudio.set_audio_backend("sox_io")
        except Exception:
            SOX = False
    """,
        "TAC101",
        target="2.9",
    ),
)


test_leftovers = table(
    changes(
        "the flag",
        """
        import torchaudio
        torchaudio.USE_SOUNDFILE_LEGACY_INTERFACE = False  # as it is
        torchaudio.set_audio_backend("soundfile")
    """,
        """
        import torchaudio
        # as it is
    """,
    ),
)


test_it_stays_and_it_is_said_why = table(
    *(
        project(
            f"a file that {name} may load",
            {"choose.py": "import torchaudio\ntorchaudio.set_audio_backend('soundfile')\n", "main.py": f"{code}\nprint(1)\n"},
            says={"choose.py": "code that is not followed may load this file"},
        )
        for name, code in (
            ("import_module, passed on,", "import importlib\nlist(map(importlib.import_module, ['choose']))"),
            ("a loader", "import importlib.util\nimportlib.util.find_spec('choose').loader.load_module()"),
            ("exec", "exec(open('choose.py').read())"),
            ("pytest", "pytest_plugins = ['choose']"),
            ("pkgutil", "import pkgutil\npkgutil.resolve_name('choose')"),
        )
    ),
    project(
        "a file that sets what no call is for, and nothing loads by its name",
        {"choose.py": "import torchaudio\ntorchaudio.set_audio_backend('soundfile')\n", "main.py": "print(1)\n"},
        {"choose.py": "import torchaudio\n"},
    ),
    *(
        said(
            f"an import hook by {how}",
            "sys.meta_path decides what an import loads",
            f'{imports}\nimport torchaudio\n{SETTER}{hooks}.insert(0, Finder())\nimport other\nx = torchaudio.load("a")\n',
        )
        for how, imports, hooks in (("sys", "import sys", "sys.meta_path"), ("name", "from sys import meta_path", "meta_path"))
    ),
    said("the name str is taken", PATH, f'import torchaudio, pathlib\n{SETTER}str = 1\nx = torchaudio.load(pathlib.Path("a"))\n'),
    said(
        "the setter's value, for a release that has no backend to set",
        "the value of the setter is used",
        'import torchaudio\nprint(torchaudio.set_audio_backend("sox_io"))\n',
        "2.9",
    ),
    said(
        "the variable of the dispatcher",
        "TORCHAUDIO_USE_BACKEND_DISPATCHER is used, and may turn the dispatcher off",
        f'import os, torchaudio\nos.environ["TORCHAUDIO_USE_BACKEND_DISPATCHER"] = flag\n{SETTER}x = torchaudio.load("a")\n',
        "2.1",
    ),
    said("a setter in one line with a header", "", f"import torchaudio\nif 1: pass\nelse: {SETTER}x = torchaudio.load(p)\n"),
    said(
        "a comment inside a setter that shares its line",
        "a comment stands inside the statement",
        'import torchaudio; torchaudio.set_audio_backend(  # why\n    "sox_io")\nx = torchaudio.load(p)\n',
    ),
    said(
        "a compression by keyword somewhere else",
        "compression is given, which soundfile used to ignore",
        'import torchaudio\ntorchaudio.set_audio_backend("soundfile")\ntorchaudio.save(p, x, 8000, **more)\n',
        data="import torchaudio\nmore = dict(compression=3)\n",
    ),
    passed("an annotated attribute", FILE, "class A:\n    def f(self):\n        self.at: BinaryIO = None", "x = a.at"),
    passed("an entry of a folder", PATH, "for x in os.scandir(p): pass"),
    passed("the first entry", PATH, "x = next(os.scandir(p))"),
    passed("an object with a path", PATH, "class Clip:\n    def __fspath__(self): return 'a'\nx = Clip()"),
    passed("one arm of two", FILE, 'x = "a" if short else open("a", "rb")'),
    passed("a name bound in passing", FILE, 'print(x := open("a", "rb"))'),
    passed("what a function says that it gives", FILE, "def find() -> BytesIO: ...", "x = find()"),
)


test_what_becomes_of_it = table(
    given("an f-string", 'f"{a}.wav"', 'f"{a}.wav"'),
    given("strings put together", 'a + ".wav"', 'a + ".wav"'),
    given("a string with its fields filled", '"%s.wav" % a', '"%s.wav" % a'),
    given("a difference", "a - b", "str(a - b)"),
    given("what an unknown function gives", "find(a)", "str(find(a))"),
    given("the path of an entry", "next(os.scandir(a)).path", "str(next(os.scandir(a)).path)"),
    given("a folder of pytest", "one", "str(one)", "def read(tmpdir):\n    return tmpdir.join('a')\none = read(tmpdir)\n"),
    given("a path from a glob", "one", "str(one)", 'one = next(pathlib.Path("a").glob("b"))\n'),
    given("one arm of two", '"a" if b else "c"', '"a" if b else "c"'),
    given("a name bound in passing", "(y := 'a')", "(y := 'a')"),
    changes("a call without arguments", f"import torchaudio\n{SETTER}x = torchaudio.load()\n", 'import torchaudio\nx = torchaudio.load(backend="sox")\n'),
    changes(
        "the last argument goes and one comes",
        f"import torchaudio\n{SETTER}x = torchaudio.load(path, num_frames=0)\n",
        'import torchaudio\nx = torchaudio.load(path, backend="sox")\n',
    ),
    changes(
        "the only argument goes and one comes",
        f"import torchaudio\n{SETTER}x = torchaudio.load(num_frames=0)\n",
        'import torchaudio\nx = torchaudio.load(backend="sox")\n',
    ),
    changes(
        "a comment behind the last argument on its own line",
        f"import torchaudio\n{SETTER}x = torchaudio.load(\n    path,\n    1  # one\n)\n",
        'import torchaudio\nx = torchaudio.load(\n    path,\n    1, backend="sox"  # one\n)\n',
    ),
    given("a file beside another", 'one.with_suffix(".wav")', 'str(one.with_suffix(".wav"))'),
    changes(
        "a call that says nothing of a compression",
        'import torchaudio\ntorchaudio.set_audio_backend("soundfile")\ntorchaudio.save(p, x, 8000, **more)\n',
        'import torchaudio\ntorchaudio.save(p, x, 8000, **more, backend="soundfile")\n',
    ),
)  # fmt: skip


test_what_sox_is_given = table(
    *(
        changes(
            name,
            f"""
            from pathlib import Path
            import torchaudio
            torchaudio.set_audio_backend("sox_io")
            {definition}
            x = torchaudio.load({given})
            """,
            f"""
            from pathlib import Path
            import torchaudio
            {definition}
            x = torchaudio.load(str({given}), backend="sox")
            """,
        )
        for name, definition, given in (
            ("an item of a list of paths", "files = list(sorted(Path('.').glob('*.wav')))", "files[0]"),
            ("what a function gives", "def fetch(name): return Path('.') / name", "fetch('a.wav')"),
            ("an attribute", "class Item: path: Path", "Item.path"),
            ("the folder of a path", "where = Path('a.wav')", "where.parent / 'b.wav'"),
            ("something unknown beside path objects", "from elsewhere import thing", "thing"),
        )
    ),
    changes(
        "a string stays as it is beside path objects",
        """
        import os
        from pathlib import Path
        import torchaudio
        torchaudio.set_audio_backend("sox_io")
        def read(where):
            name = f"{where}.wav"
            return torchaudio.load(name), torchaudio.load(os.path.join(where, name)), torchaudio.load(where.as_posix())
        """,
        """
        import os
        from pathlib import Path
        import torchaudio
        def read(where):
            name = f"{where}.wav"
            return torchaudio.load(name, backend="sox"), torchaudio.load(os.path.join(where, name), backend="sox"), torchaudio.load(where.as_posix(), backend="sox")
        """,
    ),
    *(
        changes(
            name,
            f"from pathlib import Path\n{SOX}{CLIP.format(note=note)}        torchaudio.load(self.path)\nClip(Path('a.wav'))\n",
            f'from pathlib import Path\nimport torchaudio\n{CLIP.format(note=note)}        torchaudio.load(str(self.path), backend="sox")\n'
            "Clip(Path('a.wav'))\n",
        )
        for name, note in (("an attribute set to a parameter", ""), ("a path object where an annotation says str", ": str"))
    ),
    *(
        stays(f"what sox_io gave to FFmpeg: {name}", SOX + code, "TAC101")
        for name, code in (
            ("a text", "x = torchaudio.load('a.m4a')\n"),
            ("the end of a path", "x = torchaudio.load(os.path.join(where, 'a.MP4'))\n"),
            ("the end of an f-string", "x = torchaudio.info(f'{name}.opus')\n"),
            ("the end of a sum", "x = torchaudio.load(where + '.webm')\n"),
            ("one of two", "x = torchaudio.load('a.wav' if short else 'b.wma')\n"),
            ("one of the endings", "ENDINGS = ('.wav', '.m4a')\ndef read(path):\n    return torchaudio.load(path)\n"),
            ("a pattern", "for path in glob('*.mkv'):\n    x = torchaudio.load(path)\n"),
            ("a name bound twice", "path = 'a.wav'\nfor path in glob('*.mkv'):\n    x = torchaudio.load(path)\n"),
            ("a function passed on", "x = list(map(torchaudio.load, glob('*.aac')))\n"),
            ("a path that is perhaps another", "VIDEO = 'b.mp4'\nx = torchaudio.load(path or 'a.wav')\n"),
            ("a value with a default", "x = torchaudio.load({'b': 'b.mp4'}.get(name, 'a.wav'))\n"),
            ("an argument, or a text", "ENDINGS = ['.mp4']\npath = argv[1] if argv else 'a.wav'\nx = torchaudio.load(path)\n"),
            ("large letters", "ENDINGS = ('.WAV', '.MP4')\nx = torchaudio.load(path)\n"),
            ("a regular expression", "ENDINGS = re.compile(r'\\.(wav|mp4)$')\nx = torchaudio.load(path)\n"),
            ("one of a list in a text", "ENDINGS = 'wav,mp4,flac'.split(',')\nx = torchaudio.load(path)\n"),
            ("an address with a query", "PLACE = 'http://a.b/c.mp4?d=e'\nx = torchaudio.load(path)\n"),
        )
    ),
    *(
        changes(
            f"what libsox reads beside a video: {name}", SOX + f"VIDEO = 'a.mp4'\n{before}", f"import torchaudio\nVIDEO = 'a.mp4'\n{after}"
        )
        for name, before, after in (
            ("a text", "x = torchaudio.load('a.wav')\n", "x = torchaudio.load('a.wav', backend=\"sox\")\n"),
            ("a name", "p = f'{n}.wav'\nx = torchaudio.load(p)\n", "p = f'{n}.wav'\nx = torchaudio.load(p, backend=\"sox\")\n"),
            ("saved", "torchaudio.save(p, x, 8000)\n", 'torchaudio.save(p, x, 8000, backend="sox")\n'),
            ("a joined path", "x = torchaudio.load(join(d, 'a.wav'))\n", "x = torchaudio.load(join(d, 'a.wav'), backend=\"sox\")\n"),
        )
    ),
    *(
        changes(
            f"something unknown beside what gives path objects: {mention}",
            f"{mention}\n{SOX}x = torchaudio.load(thing)\n",
            f'{mention}\nimport torchaudio\nx = torchaudio.load(str(thing), backend="sox")\n',
        )
        for mention in (
            "from importlib.resources import path",
            "import importlib_resources",
            "from fastai.vision.all import untar_data",
            "from fastcore.all import *",
            "from upath import UPath",
            "def sound(tmp_path_factory): ...",
        )
    ),
    stays(
        "a function passed on beside file objects that are passed on",
        "import io\n" + SOX + "xs = [io.BytesIO(one) for one in data]\nys = map(torchaudio.load, xs)\n",
        "TAC101",
    ),
    *(
        changes(
            f"something unknown beside a file object that is used up: {code}",
            f"import io, json, pickle, soundfile\n{SOX}{code}\nx = torchaudio.load(thing)\n",
            f'import io, json, pickle, soundfile\nimport torchaudio\n{code}\nx = torchaudio.load(thing, backend="sox")\n',
        )
        for code in (
            "y = soundfile.read(io.BytesIO(data))",
            "buffer = io.BytesIO(data)\ny = soundfile.read(buffer)",
            "with open(p, 'rb') as file:\n    y = pickle.load(file)",
            "y = json.load(open(p))",
            "y = open(p, 'rb').read()",
            "lines = [line for line in open(p, 'rb')]",
            "lines = [open(p)]",
            "with open(p, 'rb') as file:\n    y = pickle.load(file)\nwith open(p, 'rb') as file:\n    z = pickle.load(file)",
            "write(open(p, 'wb'))",
            "buffer = io.BytesIO()\nfigure.savefig(buffer)\ny = soundfile.read(buffer)",
            "with open(p, 'rb') as file:\n    bucket.upload_fileobj(file, name)",
        )
    ),
    *(
        changes(
            f"saved beside a file object that is {name}",
            f"{SOX}{code}\ntorchaudio.save(thing, x, 8000)\n",
            f'import torchaudio\n{code}\ntorchaudio.save(thing, x, 8000, backend="sox")\n',
        )
        for name, code in (("read", "send(open(p, 'rb'))"), ("text", "write(open(p, 'w'))"))
    ),
    stays("saved beside a file object that is written", f"{SOX}write(open(p, 'wb'))\ntorchaudio.save(thing, x, 8000)\n", "TAC101"),
    changes(
        "a type of media is no ending",
        f"{SOX}TYPE = 'video/mp4'\nx = torchaudio.load(path)\n",
        "import torchaudio\nTYPE = 'video/mp4'\nx = torchaudio.load(path, backend=\"sox\")\n",
    ),
    changes(
        "a path object whose class has another name",
        f"from pathlib import Path as P\n{SOX}x = torchaudio.load(P(name))\n",
        'from pathlib import Path as P\nimport torchaudio\nx = torchaudio.load(str(P(name)), backend="sox")\n',
    ),
    changes(
        "something unknown where nobody speaks of path objects",
        SOX + "def read(path):\n    return torchaudio.load(path)\n",
        'import torchaudio\ndef read(path):\n    return torchaudio.load(path, backend="sox")\n',
    ),
    stays(
        "a function passed on beside path objects", "from pathlib import Path\n" + SOX + "x = list(map(torchaudio.load, xs))\n", "TAC101"
    ),
    *(
        stays(f"a file object: {name}", "import io\n" + SOX + f"{definition}\nx = torchaudio.load({given})\n", "TAC101")
        for name, definition, given in (
            ("an attribute", "class R:\n    def __init__(self, raw):\n        self.buf = io.BytesIO(raw)", "R(b'').buf"),
            ("what a function gives", "def fetch(): return io.BytesIO()", "fetch()"),
            ("a pipe", "p = Popen()", "p.stdout"),
            ("a member of an archive", "z = ZipFile('x.zip')", "z.open('a.wav')"),
            ("a dataclass field", "class Item:\n    source: io.BytesIO\nitem = Item()", "item.source"),
            ("what a dataclass is made of", "class Item:\n    source: object\nitem = Item(io.BytesIO())", "item.source"),
            (
                "what a class is given",
                "class Item:\n    def __init__(self, source):\n        self.source = source\nitem = Item(io.BytesIO())",
                "item.source",
            ),
            ("an entry of a dict", "item = {'name': 'a', 'sound': io.BytesIO()}", "item['sound']"),
            ("a value of a dict", "for name, sound in {n: open(n, 'rb') for n in names}.items(): pass", "sound"),
            ("a numbered item", "for i, sound in enumerate([io.BytesIO()]): pass", "sound"),
            ("one of two lists", "for name, sound in zip(names, [io.BytesIO()]): pass", "sound"),
            ("one of two yielded", "def each():\n    yield 'a', io.BytesIO()\nfor name, sound in each(): pass", "sound"),
            ("one of two returned", "def get():\n    return 'a', io.BytesIO()\nname, sound = get()", "sound"),
            ("one of a list of tuples", "for name, sound in [('a', io.BytesIO())]: pass", "sound"),
            ("one that goes into a list", "sounds = []\nsounds.append(io.BytesIO())", "sounds[0]"),
            ("one that a queue holds", "queue.put(io.BytesIO())", "queue.get()"),
            ("one that a coroutine gives", "async def get():\n    return io.BytesIO()", "thing"),
            ("one that a mapped function gets", "x = pool.map(decode, [open(p, 'rb')])", "thing"),
            ("one that a thread gets", "Thread(target=decode, args=(io.BytesIO(),))", "thing"),
            ("one that is passed on later", "import functools\nread = functools.partial(decode, io.BytesIO())", "thing"),
            ("one that goes round", "one = io.BytesIO()\nfor i in range(3):\n    other = one\n    one = other", "thing"),
            ("one in a dict of arguments", "more = dict(sound=io.BytesIO())", "thing"),
            ("one that is opened and passed on", "with open(p, 'rb') as file:\n    decode(file)", "thing"),
            ("one made by a class that has another name", "from io import BytesIO as B\ndecode(B())", "thing"),
            ("one that is named and passed on", "decode(sound := io.BytesIO())", "thing"),
            ("one with an annotation", "sound: object = io.BytesIO()", "thing"),
            ("one that a function makes", "make = lambda: io.BytesIO()", "thing"),
            ("one of two", "decode(sound or io.BytesIO())", "thing"),
            ("one that an object keeps", "setattr(clip, 'sound', io.BytesIO())", "thing"),
            ("one that is closed at the end", "with contextlib.closing(io.BytesIO()) as sound:\n    decode(sound)", "thing"),
            ("one that a path opens", "decode(path.open('rb'))", "thing"),
            ("one that is read and written", "decode(open(path, 'r+b'))", "thing"),
            ("a mapped file", "import mmap\nsound = mmap.mmap(f.fileno(), 0)", "sound"),
            (
                "an uploaded file",
                "from fastapi import UploadFile\nsound: UploadFile = upload()",
                "sound.file",
            ),
        )
    ),
    stays(
        "a file object from a pipe, by the backend's module",
        """
        from torchaudio.backend import sox_io_backend
        x = sox_io_backend.load(p.stdout)
        """,
        "TAC111",
    ),
)


test_a_compression_for_soundfile = table(
    *(
        stays(name, f"import functools, torchaudio\ntorchaudio.set_audio_backend('soundfile')\n{code}\n", "TAC101")
        for name, code in (
            ("in a dict", "kw = {'compression': 5}\ntorchaudio.save('a.flac', w, 8000, **kw)"),
            ("in a dict made by name", "kw = dict(compression=5)\ntorchaudio.save('a.flac', w, 8000, **kw)"),
            ("in a partial", "f = functools.partial(torchaudio.save, compression=5)"),
        )
    ),
    stays(
        "positional, by the backend's module",
        "import torchaudio\ntorchaudio.backend.soundfile_backend.save('a.wav', w, 8000, True, 5.0)\n",
        "TAC111",
    ),
)


test_programs = table(
    stays(
        "getattr with the setter's name beside a setter",
        SOX + "getattr(torchaudio, 'set_audio_backend')('soundfile')\nx = torchaudio.load(p)\n",
        "TAC101",
        "TAC127",
    ),
    changes(
        "a backend by position is there already",
        "import torchaudio\ntorchaudio.set_audio_backend('soundfile')\nx = torchaudio.info(p, None, 4096, 'soundfile')\n",
        "import torchaudio\nx = torchaudio.info(p, None, 4096, 'soundfile')\n",
    ),
    stays(
        "a decorator that calls at once",
        """
        import torchaudio
        def now(f):
            f("a.wav")
            return f
        @now
        def read(p):
            return torchaudio.load(p)
        torchaudio.set_audio_backend("soundfile")
        """,
        "TAC101",
    ),
    changes(
        "a decorator that calls later",
        """
        import torchaudio
        def later(f):
            def inner(p):
                return f(p)
            return inner
        @later
        def read(p):
            return torchaudio.load(p)
        torchaudio.set_audio_backend("soundfile")
        """,
        """
        import torchaudio
        def later(f):
            def inner(p):
                return f(p)
            return inner
        @later
        def read(p):
            return torchaudio.load(p, backend="soundfile")
        """,
    ),
    changes(
        "a dict with torchaudio for a key is no stand-in",
        """
        import torchaudio
        torchaudio.set_audio_backend("soundfile")
        def read(p, errors, file, sys):
            errors["torchaudio"] = "none"
            file.preprocessors["torchaudio.info"] = torchaudio.info(p)
            return errors["torchaudio"], errors.get("torchaudio")
        """,
        """
        import torchaudio
        def read(p, errors, file, sys):
            errors["torchaudio"] = "none"
            file.preprocessors["torchaudio.info"] = torchaudio.info(p, backend="soundfile")
            return errors["torchaudio"], errors.get("torchaudio")
        """,
    ),
    stays("getattr as a test", "import torchaudio\nif getattr(torchaudio, 'load_wav', None):\n    pass\n"),
    stays("getattr of something else", "import torchaudio\nx = getattr(torchaudio.transforms, name)(p)\n"),
)


test_what_was_neither_changed_nor_reported = table(
    stays(
        "a function whose name is asked for",
        "import torchaudio\ntorchaudio.set_audio_backend('soundfile')\ndef name(f):\n    return f.__name__\nx = name(torchaudio.load)\n",
        "TAC101",
    ),
)


test_beside_what_asks_whether_torchaudio_is_there = table(
    changes(
        "beside the import that may fail",
        f"try:\n    import torchaudio\n    {SET}except ImportError:\n    torchaudio = None\n{CALL}",
        f"try:\n    import torchaudio\nexcept ImportError:\n    torchaudio = None\n{NAMED}",
    ),
    changes(
        "beside the import that may fail, for 2.9",
        f"try:\n    import torchaudio\n    {SET}except (ImportError, ModuleNotFoundError):\n    torchaudio = None\n{CALL}",
        f"try:\n    import torchaudio\nexcept (ImportError, ModuleNotFoundError):\n    torchaudio = None\n{CALL}",
        target="2.9",
    ),
    stays(
        "a handler that also minds the setter",
        f"try:\n    import torchaudio\n    {SET}except Exception:\n    torchaudio = None\n{CALL}",
        "TAC101",
    ),
    stays(
        "a try that imports something else",
        f"import torchaudio\ntry:\n    import soundfile\n    {SET}except ImportError:\n    pass\n{CALL}",
        "TAC101",
    ),
    *(
        changes(
            f"where torchaudio is there: {name}",
            f"{before}if {test}:\n    {SET}{CALL}",
            f"{before}{NAMED}",
        )
        for name, before, test in (
            ("not None", "try:\n    import torchaudio\nexcept ImportError:\n    torchaudio = None\n", "torchaudio is not None"),
            ("true", "try:\n    import torchaudio\nexcept ImportError:\n    torchaudio = None\n", "torchaudio"),
            ("a flag", "try:\n    import torchaudio\n    OK = True\nexcept ImportError:\n    OK = False\n", "OK"),
            (
                "a flag in the else",
                "try:\n    import torchaudio\nexcept ImportError:\n    OK = False\nelse:\n    OK = True\n",
                "OK",
            ),
            ("a name that says so", "import torchaudio\nfrom .tools import HAS_TORCHAUDIO\n", "HAS_TORCHAUDIO"),
            ("a function that says so", "import torchaudio\nfrom .tools import is_torchaudio_available\n", "is_torchaudio_available()"),
        )
    ),
    changes(
        "where it is found, with the import",
        f"import importlib.util\nif importlib.util.find_spec('torchaudio') is not None:\n    import torchaudio\n    {SET}{CALL}",
        f"import importlib.util\nif importlib.util.find_spec('torchaudio') is not None:\n    import torchaudio\n{NAMED}",
    ),
    stays("a flag that is more", f"import torchaudio\nOK = True\nif OK:\n    {SET}{CALL}", "TAC101"),
    stays("a flag set elsewhere", f"import torchaudio\nfrom flags import OK\nif OK:\n    {SET}{CALL}", "TAC101"),
    stays("a name that says more", f"import torchaudio\nfrom flags import OLD_TORCHAUDIO\nif OLD_TORCHAUDIO:\n    {SET}{CALL}", "TAC121"),
)


test_what_runs_before_a_setter = table(
    *(
        stays(f"before the setter: {name}", f"import torchaudio\ndef read(p):\n    return torchaudio.load(p)\n{early}\n{SET}", "TAC101")
        for name, early in (
            ("a default value", "def other(x=read('a')):\n    return x"),
            ("a default value by keyword", "def other(*, x=read('a')):\n    return x"),
            ("a default value of a method", "class C:\n    def other(self, x=read('a')):\n        return x"),
            ("a decorator of a method", "class C:\n    @read\n    def other(self):\n        pass"),
            ("an attribute of a class", "class C:\n    x = read('a')"),
            ("by way of another function", "def other():\n    return read('a')\nother()"),
        )
    ),
    *(
        changes(
            f"not before the setter: {name}",
            f"import torchaudio\ndef read(p):\n    return torchaudio.load(p)\n{early}\n{SET}",
            f'import torchaudio\ndef read(p):\n    return torchaudio.load(p, backend="soundfile")\n{early}\n',
        )
        for name, early in (
            ("in the body of a function", "def other():\n    return read('a')"),
            ("in a method", "class C:\n    def other(self):\n        return read('a')"),
        )
    ),
)
