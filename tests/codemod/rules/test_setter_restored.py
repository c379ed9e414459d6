"""TAC106: Take away a backend that is set and then restored."""

from tests.codemod.tables import changes, project, said, stays, table

RESTORED = """
import torchaudio
class R:
    def read(self, p):
        return torchaudio.load(p)
    def __getitem__(self, i):
        return {item}
    def both(self, p, d):
        before = torchaudio.get_audio_backend()
        torchaudio.set_audio_backend("soundfile")
        try:
            {inside}
            return torchaudio.load(p)
        finally:
            torchaudio.set_audio_backend(before)
"""
AROUND = """
import torchaudio
before = torchaudio.get_audio_backend()
try:
    from elsewhere import Encoder
except ImportError:
    Encoder = None
finally:
    torchaudio.set_audio_backend(before)
"""
SET = 'torchaudio.set_audio_backend("soundfile")\n'


test_setter_restored = table(
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


test_it_stays_and_it_is_said_why = table(
    said(
        "a restored backend on one line with its try",
        "",
        """
            import torchaudio
            def f(p):
                before = torchaudio.get_audio_backend()
                torchaudio.set_audio_backend("sox_io")
                try: return torchaudio.load(p)
                finally: torchaudio.set_audio_backend(before)
            """,
    ),
)


test_what_runs_while_a_backend_is_set = table(
    *(
        changes(
            name,
            before := RESTORED.format(inside=inside, item=item),
            before.replace("return torchaudio.load(p)\n        finally", 'return torchaudio.load(p, backend="soundfile")\n        finally'),
            "TAC106",
        )
        for name, inside, item in (
            ("a method that loads", "x = self.read(p)", "i"),
            ("an item of a data set that loads", "x = d[0]", "torchaudio.load(i)"),
            ("a loop over a data set that loads", "for x in d: pass", "self.read(i)"),
            ("a method of a stranger that may ask for items", "trainer.fit(d)", "torchaudio.load(i)"),
        )
    ),
    changes(
        "a method that does not load",
        RESTORED.format(inside="d.append(p)", item="i"),
        RESTORED[: RESTORED.index("        before")].format(item="i")
        + '        d.append(p)\n        return torchaudio.load(p, backend="soundfile")\n',
    ),
)


test_put_back_after_others_may_have_set_it = table(
    *(
        changes(f"around an import, for {target}", AROUND, AROUND[: AROUND.index("before")] + AROUND[AROUND.index("try") : AROUND.index("finally")], target=target)
        for target in ("2.2", "2.9")
    ),
    changes(
        "around a call of a stranger",
        "import numpy, torchaudio\nb = torchaudio.get_audio_backend()\nnumpy.load(1)\ntorchaudio.set_audio_backend(b)\n",
        "import numpy, torchaudio\nnumpy.load(1)\n",
    ),
    stays("kept, and read again", "import torchaudio\nb = torchaudio.get_audio_backend()\nprint(b)\ntorchaudio.set_audio_backend(b)\n", "TAC105", "TAC107"),
    project(
        "in one file it does not hold the setter of another",
        {"pkg/io.py": f"import torchaudio\n{SET}def read(p):\n    return torchaudio.load(p)\n", "pkg/speakers.py": AROUND},
        {
            "pkg/io.py": 'import torchaudio\ndef read(p):\n    return torchaudio.load(p, backend="soundfile")\n',
            "pkg/speakers.py": AROUND[: AROUND.index("before")] + AROUND[AROUND.index("try") : AROUND.index("finally")],
        },
        left={"pkg/io.py": [], "pkg/speakers.py": []},
    ),
)  # fmt: skip
