"""Programs on which the codemod once went wrong, by what was wrong: most were found in real projects."""

from __future__ import annotations

import ast

import pytest

from tests.codemod.tables import Case, changes, check, rewrite, stays, table

SOX = "import torchaudio\ntorchaudio.set_audio_backend('sox_io')\n"


@table(
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
        def read(name: str, where):
            return torchaudio.load(name), torchaudio.load(os.path.join(where, name)), torchaudio.load(where.as_posix())
        """,
        """
        import os
        from pathlib import Path
        import torchaudio
        def read(name: str, where):
            return torchaudio.load(name, backend="sox"), torchaudio.load(os.path.join(where, name), backend="sox"), torchaudio.load(where.as_posix(), backend="sox")
        """,
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
def test_what_sox_is_given(case: Case) -> None:
    check(case)


@table(
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
def test_a_compression_for_soundfile(case: Case) -> None:
    check(case)


@table(
    *(
        stays(name, f"import functools, torchaudio\n{code}\n", "TAC110")
        for name, code in (
            ("an item of a dict", "kw = {}\nkw['filepath'] = p\ntorchaudio.load(**kw)"),
            ("an update of a dict", "kw = {}\nkw.update(filepath=p)\ntorchaudio.load(**kw)"),
            ("an update by a dict", "kw = {}\nkw.update({'filepath': p})\ntorchaudio.load(**kw)"),
            ("a dict kept in an object", "class R:\n    def f(self):\n        self.kw['filepath'] = 1\n        torchaudio.load(**self.kw)"),
            ("arguments handed through", "def read(**kw):\n    return torchaudio.load(**kw)\nread(filepath=p)"),
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
def test_filepath_that_comes_another_way(case: Case) -> None:
    check(case)


@table(
    stays("getattr with the setter's name", "import torchaudio\ngetattr(torchaudio, 'set_audio_backend')('soundfile')\n", "TAC127"),
    stays(
        "getattr with the setter's name beside a setter",
        SOX + "getattr(torchaudio, 'set_audio_backend')('soundfile')\nx = torchaudio.load(p)\n",
        "TAC101",
        "TAC127",
    ),
    stays("getattr with a name from elsewhere", "import torchaudio\nx = getattr(torchaudio, name)(p)\n", "TAC127"),
    stays("getattr as a test", "import torchaudio\nif getattr(torchaudio, 'load_wav', None):\n    pass\n"),
    stays("getattr of something else", "import torchaudio\nx = getattr(torchaudio.transforms, name)(p)\n"),
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
    changes(
        "a number of frames that may be 0 for all of it",
        """
        import torchaudio
        def read(p, start, n):
            if torchaudio.get_audio_backend() in ["soundfile", "sox_io"]:
                x, r = torchaudio.load(p, frame_offset=start, num_frames=n or -1)
            else:
                x, r = torchaudio.load(p, offset=start, num_frames=n)
            return x, r
        """,
        """
        import torchaudio
        def read(p, start, n):
            x, r = torchaudio.load(p, frame_offset=start, num_frames=n or -1)
            return x, r
        """,
    ),
    changes(
        "a number of frames by a condition",
        "import torchaudio\nx = torchaudio.load(p, offset=s, num_frames=n if n else 0)\n",
        "import torchaudio\nx = torchaudio.load(p, frame_offset=s, num_frames=(n if n else 0) or -1)\n",
    ),
)
def test_programs(case: Case) -> None:
    check(case)


@pytest.mark.parametrize("module", ["sys.modules", "modules"])
def test_a_stand_in_in_the_modules_is_one(module: str) -> None:
    source = f"import sys\nfrom sys import modules\nimport torchaudio\n{module}['torchaudio'] = fake\ntorchaudio.load(filepath=p)\n"
    outcome = rewrite({"program.py": source})["program.py"]
    assert not outcome.changed
    assert {"TAC110", "TAC122", "TAC123"} == {finding.rule for finding in outcome.left}


def test_a_path_object_from_a_function_of_another_module_is_made_a_string() -> None:
    found = rewrite(
        {
            "pkg/main.py": SOX + "from pkg.fetching import fetch\nx = torchaudio.load(fetch('a.wav'))\n",
            "pkg/fetching.py": "import pathlib\nimport torchaudio\ndef fetch(name):\n    return pathlib.Path(name)\n",
        }
    )
    assert "torchaudio.load(str(fetch('a.wav')), backend=\"sox\")" in found["pkg/main.py"].text
    ast.parse(found["pkg/main.py"].text)


def test_a_file_object_from_a_function_of_another_module_holds_sox() -> None:
    found = rewrite(
        {
            "pkg/main.py": SOX + "from pkg.fetching import fetch\nblob = fetch('a.wav')\nx = torchaudio.load(blob)\n",
            "pkg/fetching.py": "import io\nimport torchaudio\ndef fetch(name):\n    return io.BytesIO()\n",
        }
    )
    assert not found["pkg/main.py"].changed


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


@table(
    *(
        stays(name, RESTORED.format(inside=inside, item=item), "TAC106")
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
def test_what_runs_while_a_backend_is_set(case: Case) -> None:
    check(case)


@table(
    stays("code that is run from a string", "import torchaudio\nexec(\"torchaudio.set_audio_backend('soundfile')\")\n", "TAC127"),
    stays("a doctest", '"""\n>>> torchaudio.set_audio_backend("sox_io")\n"""\nimport torchaudio\n', "TAC127"),
    stays("a docstring that only speaks of it", '"""Call set_audio_backend() first."""\nimport torchaudio\n'),
    stays("a loop over the backends", "import torchaudio\nx = any(b == 'sox_io' for b in torchaudio.list_audio_backends())\n", "TAC108"),
    stays("the backends passed on", "import torchaudio\npick(torchaudio.list_audio_backends())\n", "TAC108"),
    stays("the backends printed", "import torchaudio\nprint(torchaudio.list_audio_backends())\n"),
    stays("the variable by keyword", "import os\nos.environ.update(TORCHAUDIO_USE_BACKEND_DISPATCHER='0')\n", "TAC119"),
    stays("the variable in a command", "run('TORCHAUDIO_USE_BACKEND_DISPATCHER=0 python a.py', shell=True)\n", "TAC119"),
    stays(
        "a function whose name is asked for",
        "import torchaudio\ntorchaudio.set_audio_backend('soundfile')\ndef name(f):\n    return f.__name__\nx = name(torchaudio.load)\n",
        "TAC101",
    ),
)
def test_what_was_neither_changed_nor_reported(case: Case) -> None:
    check(case)


@pytest.mark.parametrize(
    ("exporter", "user"),
    [
        ("import torchaudio\n", "from pkg.deps import torchaudio\ntorchaudio.set_audio_backend('sox_io')\n"),
        ("import torchaudio as ta\n", "import pkg.deps\npkg.deps.ta.set_audio_backend('sox_io')\n"),
        ("import torchaudio as ta\n", "from pkg import deps\ndeps.ta.set_audio_backend('sox_io')\n"),
        ("import torchaudio as ta\n", "from .deps import ta as audio\naudio.set_audio_backend('sox_io')\n"),
        ("import torchaudio as ta\n", "from .deps import *\nta.set_audio_backend('sox_io')\n"),
        ("from torchaudio import set_audio_backend\n", "from pkg.deps import set_audio_backend\nset_audio_backend('sox_io')\n"),
        ("from torchaudio import load\n", "from pkg.deps import load\nload(filepath='a.wav')\n"),
        ("import torchaudio\n", "from pkg.deps import torchaudio\ntorchaudio.info(filepath='a.wav')\n"),
        (
            "try:\n    import torchaudio\nexcept ImportError:\n    torchaudio = None\n",
            "from pkg import deps\ndeps.torchaudio.load_wav('a')\n",
        ),
    ],
)
def test_what_comes_by_way_of_another_module_is_reported(exporter: str, user: str) -> None:
    found = rewrite({"pkg/deps.py": exporter, "pkg/main.py": user})
    assert [finding.rule for finding in found["pkg/main.py"].left] == ["TAC127"]
    assert not found["pkg/main.py"].changed


@pytest.mark.parametrize(
    ("exporter", "user"),
    [
        ("import torchaudio as ta\nta.set_audio_backend('sox_io')\n", "import pkg.deps\nx = pkg.deps.ta.load('a.wav')\n"),
        (
            "import torchaudio\ntorchaudio.set_audio_backend('sox_io')\nfrom torchaudio import load\n",
            "from pkg.deps import load\nload('a')\n",
        ),
    ],
)
def test_what_comes_by_way_of_another_module_holds_the_setter(exporter: str, user: str) -> None:
    found = rewrite({"pkg/deps.py": exporter, "pkg/main.py": user})
    assert not any(outcome.changed for outcome in found.values())


@pytest.mark.parametrize(
    "user",
    ["from pkg.deps import torchaudio\ntorchaudio.load('a.wav')\n", "from other import set_audio_backend\nset_audio_backend('a')\n"],
)
def test_what_is_right_by_way_of_another_module_is_not_reported(user: str) -> None:
    found = rewrite({"pkg/deps.py": "import torchaudio\n", "pkg/main.py": user, "other.py": "def set_audio_backend(name):\n    pass\n"})
    assert not found["pkg/main.py"].left


LIBRARY = "import torchaudio\ndef load(p):\n    return torchaudio.load(p)\ndef warm():\n    load('a')\n"
SETTER = "torchaudio.set_audio_backend('soundfile')\n"


@pytest.mark.parametrize(
    "files",
    [
        {"main.py": f"import torchaudio\nimport lib\nlib.warm()\n{SETTER}lib.load('a')\n", "lib.py": LIBRARY},
        {"main.py": f"import torchaudio\nfrom lib import warm as begin\nbegin()\n{SETTER}", "lib.py": LIBRARY},
        {
            "main.py": f"import torchaudio\nimport lib\ndef main():\n    lib.warm()\n    {SETTER}if __name__ == '__main__':\n    main()\n",
            "lib.py": LIBRARY,
        },
        {"main.py": f"import torchaudio\nimport lib\nif __name__ == '__main__':\n    lib.warm()\n    {SETTER}", "lib.py": LIBRARY},
        {"main.py": f"import torchaudio\nimport lib\n{SETTER}", "lib.py": LIBRARY + "FIRST = load('a')\n"},
        {
            "main.py": f"import torchaudio\nimport third\n{SETTER}",
            "lib.py": LIBRARY,
            "third.py": "import torchaudio\nimport lib\nlib.warm()\n",
        },
        {"main.py": f"import torchaudio\nimport lib\n{SETTER}", "lib.py": LIBRARY + "class C:\n    x = warm()\n"},
    ],
)
def test_a_call_of_another_module_before_the_setter_holds_it(files: dict[str, str]) -> None:
    assert not any(outcome.changed for outcome in rewrite(files).values())


@pytest.mark.parametrize(
    "files",
    [
        {"main.py": f"import torchaudio\nimport lib\n{SETTER}lib.warm()\n", "lib.py": LIBRARY},
        {"main.py": f"import torchaudio\nimport lib, yaml\nx = yaml.load(1)\n{SETTER}lib.warm()\n", "lib.py": LIBRARY},
        {"pkg/__init__.py": f"import torchaudio\n{SETTER}from . import lib\n", "pkg/lib.py": LIBRARY + "FIRST = load('a')\n"},
        {"set.py": f"import torchaudio\n{SETTER}", "lib.py": LIBRARY, "run.py": "import set, lib, torchaudio\nlib.warm()\n"},
    ],
)
def test_a_call_of_another_module_after_the_setter_is_governed(files: dict[str, str]) -> None:
    found = rewrite(files)
    assert 'torchaudio.load(p, backend="soundfile")' in found[next(path for path in files if path.endswith("lib.py"))].text


@table(
    *(
        stays(name, f"import torchaudio\n{code}\n", "TAC127")
        for name, code in (
            ("another name", "ta = torchaudio\nta.info(filepath='a')"),
            ("another name, the setter", "ta = torchaudio\nta.set_audio_backend('sox_io')"),
            (
                "an attribute",
                "class A:\n    def __init__(self):\n        self.ta = torchaudio\n    def f(self):\n        self.ta.load(filepath='a')",
            ),
            ("a default value", "def f(p, ta=torchaudio):\n    return ta.load(filepath=p)"),
        )
    ),
    stays("another name, and nothing old", "import torchaudio\nta = torchaudio\nta.load('a')\n"),
)
def test_torchaudio_by_another_name(case: Case) -> None:
    check(case)


@table(
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
    stays("a bit depth in seventh place", "import torchaudio\ntorchaudio.save(p, w, 8000, True, None, None, 16)\n", "TAC117"),
)
def test_positional_arguments_of_save(case: Case) -> None:
    check(case)
