"""TAC110: Rename filepath= to uri=."""

from __future__ import annotations

from tests.codemod.tables import changes, project, said, stays, table

SETTER = 'torchaudio.set_audio_backend("sox_io")\n'


test_filepath = table(
    changes(
        "comments that ignore single rules",
        """
        import torchaudio
        x = torchaudio.load(filepath='a')  # compat: ignore[TAC110]
        y = torchaudio.load(filepath='a')  # compat: ignore[TAC101]
        """,
        """
        import torchaudio
        x = torchaudio.load(filepath='a')  # compat: ignore[TAC110]
        y = torchaudio.load(uri='a')  # compat: ignore[TAC101]
        """,
    ),
    project(
        "a patch of the function where it was imported holds the call",
        {
            "audio.py": "from torchaudio import load\n\ndef read(p):\n    return load(filepath=p)\n",
            "test_audio.py": "import torchaudio\nfrom unittest.mock import patch\n\n@patch('audio.load')\ndef test(load): ...\n",
        },
        says={"audio.py": " TAC110 "},
    ),
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


test_decisions = table(
    changes(
        "under the drop-in of the target",
        """
        import compat
        compat.install("2.2")
        import torchaudio
        x = torchaudio.load(filepath="a.wav")
    """,
        """
        import compat
        compat.install("2.2")
        import torchaudio
        x = torchaudio.load(uri="a.wav")
    """,
    ),
)


test_it_stays_and_it_is_said_why = table(
    said(
        "the old name of the path, where the dispatcher may be off",
        "because the dispatcher may be off here",
        'import os, torchaudio\nos.environ["TORCHAUDIO_USE_BACKEND_DISPATCHER"] = "0"\nx = torchaudio.load(filepath="a")\n',
        "2.1",
    ),
    *(
        said(
            f"torchaudio in sys.modules, {name}",
            "is replaced in sys.modules",
            "import torchaudio\nx = torchaudio.load(filepath=p)\n",
            test_it=f"import sys, torchaudio\n{line}\n",
        )
        for name, line in (
            ("by default", 'sys.modules.setdefault("torchaudio", fake)'),
            ("by its method", 'sys.modules.__setitem__("torchaudio", fake)'),
            ("one of it", 'sys.modules["torchaudio.backend"] = fake'),
            ("with others", 'mock.patch.dict(sys.modules, {"torchaudio": fake})'),
        )
    ),
    *(
        said(
            f"the function in its place, {name}",
            f"not changed, because torchaudio.load {how} elsewhere",
            "import torchaudio\nx = torchaudio.load(filepath=p)\n",
            test_it=f"import data, torchaudio\n{line}\n",
        )
        for name, how, line in (
            ("by way of a module", "is assigned", "data.torchaudio.load = fake"),
            ("taken away by way of a module", "is assigned", "del data.torchaudio.load"),
            ("by its own path", "is assigned", "torchaudio.load = fake"),
            ("by a fixture", "is replaced", 'monkeypatch.setattr(torchaudio, "load", fake)'),
            ("by a fixture that is given its path", "is patched", 'monkeypatch.setattr("torchaudio.load", fake)'),
            ("by its module in a module", "is replaced", 'mock.patch.object(data.torchaudio, "load")'),
        )
    ),
)


test_what_becomes_of_it = table(
    changes(
        "the variable of the dispatcher, turned on",
        'import os, torchaudio\nos.environ["TORCHAUDIO_USE_BACKEND_DISPATCHER"] = "1"\nx = torchaudio.load(filepath="a")\n',
        'import os, torchaudio\nos.environ["TORCHAUDIO_USE_BACKEND_DISPATCHER"] = "1"\nx = torchaudio.load(uri="a")\n',
        target="2.1",
    ),
)  # fmt: skip


test_filepath_that_comes_another_way = table(
    *(
        stays(name, f"import functools, torchaudio\n{code}\n", "TAC110")
        for name, code in (
            ("an item of a dict", "kw = {}\nkw['filepath'] = p\ntorchaudio.load(**kw)"),
            ("a union of dicts", "kw = {}\nkw |= {'filepath': p}\ntorchaudio.load(**kw)"),
            ("a dict in a table", "calls = [(torchaudio.load, {'filepath': p})]\nfor f, kw in calls: f(**kw)"),
            ("a text of JSON", 'kw = json.loads(\'{"filepath": "a"}\')\ntorchaudio.load(**kw)'),
            ("options of a command", "p.add_argument('--filepath')\ntorchaudio.load(**vars(p.parse_args()))"),
            ("fields of a class", "class Q:\n    filepath: str\ntorchaudio.load(**asdict(Q('a')))"),
            ("an update of a dict", "kw = {}\nkw.update(filepath=p)\ntorchaudio.load(**kw)"),
            ("an update by a dict", "kw = {}\nkw.update({'filepath': p})\ntorchaudio.load(**kw)"),
            ("a dict kept in an object", "class R:\n    def f(self):\n        self.kw['filepath'] = 1\n        torchaudio.load(**self.kw)"),
            ("arguments handed through", "def read(**kw):\n    return torchaudio.load(**kw)\nread(filepath=p)"),
            ("parts of a dict", "base = {'filepath': p}\ntorchaudio.load(**{**base, 'normalize': True})"),
            ("what a function is given", "def read(filepath):\n    return torchaudio.load(**locals())"),
            ("another name", "load = torchaudio.load\nload(filepath=p)"),
            ("an attribute", "class R:\n    load = staticmethod(torchaudio.load)\n    def f(self):\n        self.load(filepath='a')"),
            ("a partial called later", "load = functools.partial(torchaudio.load, num_frames=5)\nload(filepath=p)"),
            ("a table of functions", "LOADERS = {'wav': torchaudio.load}\nLOADERS['wav'](filepath=p)"),
        )
    ),
    changes(
        "passed on, and given a backend",
        "import functools\nimport torchaudio\ntorchaudio.set_audio_backend('soundfile')\ncall(torchaudio.load, filepath=p)\n",
        'import functools\nimport torchaudio\ncall(functools.partial(torchaudio.load, backend="soundfile"), filepath=p)\n',
        "TAC110",
    ),
    stays(
        "another function that has it", "import torchaudio\ndef load(filepath):\n    return torchaudio.load(filepath)\nload(filepath=p)\n"
    ),
)


COMPLETED = """
from torchaudio.{} import torchaudio{}
torchaudio.load({}="a.wav")
"""
test_torchaudio_out_of_one_of_its_modules = table(
    *(
        changes(module, COMPLETED.format(module, "", "filepath"), COMPLETED.format(module, "", "uri"))
        for module in ("_extension", "functional.functional", "transforms._transforms")
    ),
    stays("by another name", COMPLETED.format("functional", " as ta", "filepath")),
    stays("out of another package", COMPLETED.format("", "", "filepath").replace("torchaudio. ", "mine.torchaudio ")),
    stays("out of a module beside it", COMPLETED.format("", "", "filepath").replace("torchaudio. ", ".torchaudio ")),
)


HEAD = "import torchaudio\n"
test_a_dict_that_must_hold_the_path = table(
    *(
        stays(name, HEAD + code, *rules)
        for name, code, rules in (
            ("from a function", "torchaudio.load(**given('a'))\n", ["TAC110"]),
            ("beside a keyword", "torchaudio.load(num_frames=5, **options)\n", ["TAC110"]),
            ("that a pool is given", "pool.apply(torchaudio.load, (), {'filepath': 'a'})\n", ["TAC110"]),
            (
                "that a caller gives",
                "def read(**options):\n    return torchaudio.load('b', **options)\ngiven = {'filepath': 'a'}\nread(**given)\n",
                ["TAC110"],
            ),
            ("the path is written", "torchaudio.load('a', **options)\n", []),
            ("the path is written by its new name", "torchaudio.load(uri='a', **options)\n", []),
            ("it holds the new name", "options = {'uri': 'a'}\ntorchaudio.load(**options)\n", []),
        )
    ),
)
