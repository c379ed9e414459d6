"""TAC118: Give a backend to torchaudio.load where it is passed on as a value."""

from tests.codemod.tables import changes, project, stays, table

PARTIAL = 'functools.partial(torchaudio.load, backend="soundfile")'


test_function_as_value = table(
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
        stays(name, f"import torchaudio\ntorchaudio.set_audio_backend('soundfile')\nclass A: pass\n{code}\n", "TAC101")
        for name, code in (
            ("an attribute of a class", "A.read = torchaudio.load"),
            ("an attribute of a class, by setattr", "setattr(A, 'read', torchaudio.load)"),
            (
                "asked for its name by getattr",
                "def call(f, p):\n    print(getattr(f, '__name__', ''))\n    return f(p)\ncall(torchaudio.load, 'a')",
            ),
            ("asked whether it is a function", "def call(f, p):\n    assert isinstance(f, types.FunctionType)\ncall(torchaudio.load, 'a')"),
        )
    ),
    project(
        "asked for its name in a file without torchaudio",
        {
            "calling.py": "def call(f, p):\n    print(f.__name__)\n    return f(p)\n",
            "main.py": "import torchaudio, calling\ntorchaudio.set_audio_backend('soundfile')\ncalling.call(torchaudio.load, 'a')\n",
        },
        left={"main.py": ["TAC101"]},
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
        changes(
            f"its backend is named already: {name}",
            f"import torchaudio, functools, joblib\ntorchaudio.set_audio_backend('soundfile')\n{code}\n",
            f"import torchaudio, functools, joblib\n{code}\n",
        )
        for name, code in (
            ("partial", "read = functools.partial(torchaudio.load, backend='sox')"),
            ("submit", "pool.submit(torchaudio.load, p, backend='sox')"),
            ("delayed", "joblib.delayed(torchaudio.load)(p, backend='sox')"),
        )
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
