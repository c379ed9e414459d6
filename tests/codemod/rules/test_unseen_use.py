"""TAC127: Imports and code that are not seen."""

from tests.codemod.tables import project, stays, table

test_reports = table(
    stays(
        "unseen imports",
        """
        import importlib
        a = importlib.import_module("torchaudio")
        b = __import__("torchaudio.backend")
        c = pytest.importorskip("torchaudio")
    """,
        "TAC127",
    ),
    stays(
        "code in a string",
        """
        import subprocess
        subprocess.run(["python", "-c", "import torchaudio; torchaudio.set_audio_backend('sox_io')"])
    """,
        "TAC127",
    ),
)


test_programs = table(
    stays(
        "handed to a function that sets", "import torchaudio\ndef f(m):\n    m.set_audio_backend('soundfile')\nf(torchaudio)\n", "TAC127"
    ),
    *(
        stays(f"torchaudio.backend: {code}", f"import torchaudio\n{code}\n", "TAC127")
        for code in (
            "be = torchaudio.backend\nbe.set_audio_backend('soundfile')",
            "def f(m):\n    m.set_audio_backend('soundfile')\nf(torchaudio.backend)",
            "class A:\n    be = torchaudio.backend\nA.be.set_audio_backend('soundfile')",
            "class A:\n    from torchaudio import set_audio_backend\nA.set_audio_backend('soundfile')",
        )
    ),
    stays("a setter of another thing", "import torchaudio\nprint(torchaudio)\ndef f(m):\n    m.set_audio_backend('soundfile')\n"),
    stays("getattr with the setter's name", "import torchaudio\ngetattr(torchaudio, 'set_audio_backend')('soundfile')\n", "TAC127"),
    stays(
        "methodcaller with it",
        "import torchaudio, operator\noperator.methodcaller('set_audio_backend', 'soundfile')(torchaudio)\n",
        "TAC127",
    ),
    stays(
        "attrgetter with it", "import torchaudio, operator\noperator.attrgetter('set_audio_backend')(torchaudio)('soundfile')\n", "TAC127"
    ),
    *(
        stays(f"by way of {owner}", f"import sys, torchaudio\n{owner}.set_audio_backend('soundfile')\n", "TAC127")
        for owner in (
            "sys.modules['torchaudio']",
            "sys.modules.get('torchaudio')",
            "sys.modules[torchaudio.__name__]",
            "globals()['torchaudio']",
            "find()",
        )
    ),
    *(
        stays(f"kept from {value}", f"import lazy_loader, torchaudio\nta = {value}\nta.set_audio_backend('soundfile')\n", "TAC127")
        for value in (
            "lazy_loader.load('torchaudio')",
            "module_from_spec(find_spec('torchaudio'))",
            "inspect.getmodule(torchaudio.functional)",
        )
    ),
    stays("a name with a colon", "import pkgutil\npkgutil.resolve_name('torchaudio:set_audio_backend')('soundfile')\n", "TAC127"),
    stays(
        "a method of the project",
        "import torchaudio\nclass Config:\n    def set_audio_backend(self, name):\n        self.name = name\nconfig = Config()\nconfig.set_audio_backend('x')\n",
    ),
    stays("getattr with a name from elsewhere", "import torchaudio\nx = getattr(torchaudio, name)(p)\n", "TAC127"),
)


test_what_was_neither_changed_nor_reported = table(
    stays("code that is run from a string", "import torchaudio\nexec(\"torchaudio.set_audio_backend('soundfile')\")\n", "TAC127"),
    *(
        stays(f"made code that is run by {name}", f"import torchaudio\n{code}\ntorchaudio.set_audio_backend('sox_io')\n", "TAC101")
        for name, code in (
            ("exec", "exec(text)"),
            ("another name of exec", "run = exec\nrun(text)"),
            ("exec of builtins", "import builtins\nbuiltins.exec(text)"),
            ("a function that gets exec", "any(map(exec, texts))"),
        )
    ),
    stays("an old argument in such a string", 'import torchaudio\nexec("torchaudio.load(filepath=p)")\n', "TAC127"),
    stays("the old tuple in such a string", 'import torchaudio\nexec("si, ei = torchaudio.info(p)")\n', "TAC127"),
    stays("the new argument in such a string", 'import torchaudio\nexec("torchaudio.load(uri=p)")\n'),
    stays("a doctest", '"""\n>>> torchaudio.set_audio_backend("sox_io")\n"""\nimport torchaudio\n', "TAC127"),
    stays("a docstring that only speaks of it", '"""Call set_audio_backend() first."""\nimport torchaudio\n'),
    stays("the backends printed", "import torchaudio\nprint(torchaudio.list_audio_backends())\n"),
)


test_by_way_of_another_module = table(
    *(
        project(user, {"pkg/deps.py": exporter, "pkg/main.py": user}, left={"pkg/main.py": ["TAC127"]})
        for exporter, user in (
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
            ("import torchaudio\n", "from . import deps\ndeps.torchaudio.load_wav('a')\n"),
        )
    ),
    *(
        project(
            user,
            {"pkg/deps.py": "import torchaudio\n", "pkg/main.py": user, "other.py": "def set_audio_backend(name):\n    pass\n"},
            left={"pkg/main.py": []},
        )
        for user in (
            "from pkg.deps import torchaudio\ntorchaudio.load('a.wav')\n",
            "from other import set_audio_backend\nset_audio_backend('a')\n",
        )
    ),
)


test_torchaudio_by_another_name = table(
    *(
        stays(name, f"import torchaudio\n{code}\n", "TAC127")
        for name, code in (
            ("another name", "ta = torchaudio\nta.info(filepath='a')"),
            ("another name, the setter", "ta = torchaudio\nta.set_audio_backend('sox_io')"),
            (
                "an attribute",
                "class A:\n    def __init__(self):\n        self.ta = torchaudio\n    def f(self):\n        self.ta.load(filepath='a')",
            ),
            ("an annotated name", "ta: object = torchaudio\nta.load(filepath='a')"),
            ("a default value", "def f(p, ta=torchaudio):\n    return ta.load(filepath=p)"),
        )
    ),
    stays("another name, and nothing old", "import torchaudio\nta = torchaudio\nta.load('a')\n"),
)
