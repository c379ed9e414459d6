"""``filepath=`` given to functions of torchaudio that are kept as values or passed on."""

import textwrap

from tests.codemod.commands import commands, row
from tests.codemod.tables import project, stays, table

test_it_is_reported = table(
    *(
        stays(name, f"import functools, torchaudio\n{textwrap.dedent(code).strip()}\n", "TAC110")
        for name, code in (
            ("a default argument", "def read(p, loader=torchaudio.load):\n    return loader(filepath=p)"),
            ("a keyword-only default", "def read(p, *, loader=torchaudio.load):\n    return loader(num_frames=1, filepath=p)"),
            ("a default of a lambda", "read = lambda p, loader=torchaudio.load: loader(filepath=p)"),
            ("passed on", "def use(fn):\n    return fn(filepath='a.wav')\n\n\nuse(torchaudio.load)"),
            ("passed on by name", "def use(fn):\n    return fn(filepath='a.wav')\n\n\nuse(fn=torchaudio.info)"),
            ("passed on twice", "def a(fn):\n    b(fn)\ndef b(fn):\n    fn(filepath=1)\na(torchaudio.load)"),
            ("getattr", "getattr(torchaudio, 'load')(filepath=p)"),
            ("getattr, kept", "read = getattr(torchaudio, 'load')\nread(filepath=p)"),
            ("a static method", "class R:\n    read = staticmethod(torchaudio.load)\nR.read(filepath=p)"),
            ("a static method, by an instance", "class R:\n    read = staticmethod(torchaudio.load)\ndef f(r):\n    r.read(filepath=1)"),
            ("a table", "READERS = {'wav': torchaudio.load, 'npy': None}\ndef f(kind, p):\n    return READERS[kind](filepath=p)"),
            ("a table, by get", "READERS = {'wav': torchaudio.load}\ndef f(kind, p):\n    return READERS.get(kind)(filepath=p)"),
            ("a table, by way of a name", "R = {'wav': torchaudio.load}\ndef f(kind, p):\n    read = R[kind]\n    return read(filepath=p)"),
            ("a partial", "read = functools.partial(torchaudio.load, num_frames=5)\ndef f(p):\n    return read(filepath=p)"),
            ("a partial of a partial", "read = functools.partial(functools.partial(torchaudio.load))\nread(filepath=p)"),
            ("an attribute", "class R:\n    def __init__(self, fn=torchaudio.load):\n        self.fn = fn\n    def f(self, p):\n        return self.fn(filepath=p)"),
            ("an attribute of a class", "class R:\n    fn = torchaudio.load\nR.fn(filepath=p)"),
            ("a field", "cfg = Config(reader=torchaudio.load)\ncfg.reader(filepath=p)"),
            ("what a function gives", "def reader():\n    return torchaudio.load\nreader()(filepath=p)"),
            ("one of two", "read = torchaudio.load if x else other\nread(filepath=p)"),
            ("one of two, at once", "(torchaudio.load if x else other)(filepath=p)"),
            ("in a loop", "for fn in (torchaudio.load, torchaudio.info):\n    fn(filepath=p)"),
            ("in a comprehension", "[fn(filepath=p) for fn in [torchaudio.load]]"),
            ("a walrus", "if (fn := torchaudio.load):\n    fn(filepath=p)"),
            ("two names", "a, b = torchaudio.load, torchaudio.save\na(filepath=p)"),
            ("a keyword in a dict", "def use(fn):\n    return fn(**{'filepath': 1})\nuse(torchaudio.load)"),
            ("keywords in a dict", "kw = {'filepath': 1}\ndef use(fn):\n    return fn(**kw)\nuse(torchaudio.load)"),
            ("a retry", "retry(torchaudio.load, tries=3, filepath=p)"),
            ("set by its name", "setattr(r, 'fn', torchaudio.load)\nr.fn(filepath=p)"),
            ("a named tuple", "cfg = Config(torchaudio.load)\ncfg.reader(filepath=p)"),
            ("a field with a type", "class R:\n    fn: object = torchaudio.load\n    def f(self, p):\n        self.fn(filepath=p)"),
            ("a registry", "registry.add('wav', torchaudio.load)\nregistry.get('wav')(filepath=p)"),
            ("a partial with a dict", "functools.partial(torchaudio.load, **{'filepath': 1})"),
            ("the module itself", "def use(ta, p):\n    return ta.load(filepath=p)\nuse(torchaudio, 1)"),
        )
    ),
    *(
        stays(name, f"import torchaudio\nfrom keras.callbacks import ModelCheckpoint\nimport keras\nread = torchaudio.load\n{code}\n")
        for name, code in (
            ("a class of another library", "ModelCheckpoint(filepath='a')"),
            ("a function of another library", "keras.models.save_model(filepath='a')"),
            ("a method that nothing is stored under", "def f(model):\n    model.save_weights(filepath='a')"),
            ("a function of this file", "def write(filepath):\n    return filepath\nwrite(filepath='a')"),
            ("a class of this file", "class A:\n    def __init__(self, filepath): ...\nA(filepath='a')"),
            ("nothing of that name", "read('a')\nread(uri='a')"),
        )
    ),
)  # fmt: skip

USE = "def use(fn):\n    return fn(filepath='a.wav')\n"
KEPT = "import torchaudio\nREAD = {1: torchaudio.load}\n"
test_in_another_module = table(
    project(
        "passed on",
        {"a.py": "import torchaudio\nfrom b import use\nuse(torchaudio.load)\n", "b.py": f"import torchaudio\n{USE}"},
        left={"a.py": [], "b.py": ["TAC110"]},
    ),
    project("kept", {"a.py": KEPT, "b.py": "import torchaudio, a\na.READ[1](filepath=1)\n"}, left={"a.py": [], "b.py": ["TAC110"]}),
    project("not imported", {"a.py": KEPT, "b.py": "import torchaudio\na[1](filepath=1)\n"}, left={"a.py": [], "b.py": []}),
)

test_in_a_module_that_does_not_speak_of_torchaudio = commands(
    *(
        row(name, "--check --format concise --ignore TAC139 .", {"audio.py": audio, "other.py": other}, 1, "other.py:")
        for name, audio, other in (
            ("passed on", "import torchaudio\nfrom other import use\nuse(torchaudio.load)\n", USE),
            ("a table", "import torchaudio\nREADERS = {'wav': torchaudio.load}\n", "from audio import READERS\nREADERS['wav'](filepath='a')\n"),
            ("a name", "import torchaudio\nread = torchaudio.load\n", "from audio import read\nread(filepath='a')\n"),
            ("a class", "import torchaudio\nclass R:\n    read = staticmethod(torchaudio.load)\n", "import audio\naudio.R.read(filepath='a')\n"),
        )
    )
)  # fmt: skip
