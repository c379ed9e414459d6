"""What the files that do not speak of torchaudio say all the same: who patches a name, what is passed in, what comes back."""

import ast
import collections
import re
from collections.abc import Callable

import pytest

from compat.codemod.files.import_graph import Files, Quiet
from compat.codemod.run.session import run
from compat.codemod.source.calls import called
from compat.codemod.source.module import Module
from compat.codemod.source.options import Options
from compat.codemod.uses import arguments, replacements
from compat.codemod.uses.project import Project
from tests.codemod.commands import put

SETTER = 'torchaudio.set_audio_backend("sox_io")\n'
IMPORTED = "from torchaudio import load\n\n\ndef read(path):\n    return load(filepath=path)\n"
READ = f"import torchaudio\n{SETTER}def read(path, rate=None):\n    return torchaudio.load(path)\n"
METHOD = f"import torchaudio\n{SETTER}class Reader:\n    def read(self, path):\n        return torchaudio.load(path)\n"
MADE = f"import torchaudio\n{SETTER}class Clip:\n    def __init__(self, path):\n        self.x = torchaudio.load(path)\n"
STATIC = f"import torchaudio\n{SETTER}class Reader:\n    @staticmethod\n    def read(path):\n        return torchaudio.load(path)\n"
RETURNED = f"import torchaudio\nimport places\n{SETTER}x = torchaudio.load(places.find(1))\n"
WRITE = f"import torchaudio\n{SETTER}def write(path, waveform, **more):\n    torchaudio.save(path, waveform, 8000, **more)\n"
NAMED = f"import torchaudio\nfrom places import find\n{SETTER}where = find(1)\nx = torchaudio.load(where)\n"
UNSURE = f"import torchaudio\nimport places\n{SETTER}x = torchaudio.load(places.config.clip)\n"

FILE = "a file object is passed, which the per-call sox backend does not take"
PLAIN, WRAPPED = ', backend="sox")', '), backend="sox")'


# A project; ``data.py``, or the one file that is named, becomes another with some words in it, or stays and some words are said
Row = collections.namedtuple(
    "Row",
    "name speaking quiet text says related path",
    defaults=(
        "",
        "",
        "",
        "data.py",
    ),
)


CALLED = 'import data\ndata.read(open("a", "rb"))\n'
ROWS = [
    Row(
        "a name patched where it is imported",
        IMPORTED,
        {"test_data.py": '\nfrom unittest.mock import patch\n@patch("data.load")\ndef test(load): ...\n'},
        says="torchaudio.load is patched where it is imported, elsewhere",
        related="test_data.py:3",
    ),
    Row(
        "by its whole dotted name, in single quotes",
        IMPORTED,
        {"test_data.py": "def test(mocker):\n    mocker.patch('app.data.load')\n"},
        says="torchaudio.load is patched where it is imported, elsewhere",
        related="test_data.py:2",
    ),
    Row(
        "in the package that imports it",
        IMPORTED,
        {"test_data.py": "def test(mocker):\n    mocker.patch('data.load')\n"},
        says="torchaudio.load is patched where it is imported, elsewhere",
        related="test_data.py:2",
        path="data/__init__.py",
    ),
    *(
        Row(
            f"under another name: {line}",
            IMPORTED,
            {"test_data.py": f"{line}\n{'# ' * 200}\ndef test(monkeypatch):\n    {replaced}\n"},
            says="torchaudio.load is patched where it is imported, elsewhere",
            related="test_data.py:4",
        )
        for line in ("import app.data as d", "from app import data as d", 'd = importlib.import_module("app.data")')
        for replaced in ('monkeypatch.setattr(d, "load", fake)', 'setattr(d, "load", fake)', "d.load = fake")
    ),
    *(
        Row(
            f"in {line}",
            IMPORTED,
            {"test_data.py": f"import app.data as d\n{line}\n"},
            says="torchaudio.load is patched where it is imported, elsewhere",
            related="test_data.py:2",
        )
        for line in (
            'd.__dict__["load"] = fake',
            "vars(d)['load'] = fake",
            "d.__dict__.update(load=fake)",
            'vars(d).update({"load": fake})',
            'TARGET = "app.data.load"; monkeypatch.setattr(TARGET, fake)',
            'NAME = "load"; monkeypatch.setattr(d, NAME, fake)',
            'for name in ["info", "load"]: patch.object(d, name, fake)',
            'args = d, "load", fake; setattr(*args)',
            'fakes = dict(load=fake); vars(d).update(fakes)',
            'space = d.__dict__; space |= {"load": fake}',
            'with_fakes = {"load": fake}; patch.multiple(d, **with_fakes)',
            'swap = monkeypatch.setattr; swap(d, "load", fake)',
            'NAME = "load"; vars(d)[NAME] = fake',
            'exec("load = fake", d.__dict__)',
            'd.get.__globals__["load"] = fake',
            "(d.load, other) = fake, 1",
            "d.load,other=fake,1",
            'MODULE = "app.data"; patch(f"{MODULE}.load", fake)',
        )
    ),
    Row(
        "by a function that is given the module",
        IMPORTED,
        {"test_data.py": f"from app import data\n{'# ' * 200}\ndef stub(patch, one):\n    patch.setattr(one, 'load', fake)\n"},
        says="torchaudio.load is patched where it is imported, elsewhere",
        related="test_data.py:4",
    ),
    Row("the name of another module is patched", IMPORTED, {"test_data.py": 'patch("metadata.load")\npatch("data.loads")\n'}, "load(uri=path)"),
    Row("a name is a key", IMPORTED, {"test_data.py": f"from app import data\n{'# ' * 200}\ntimes['load'] = vars(args)\n"}, "load(uri=path)"),
    Row("other names are replaced", IMPORTED, {"test_data.py": 'from app import data\nsetattr(data, NAME, "loads")\n'}, "load(uri=path)"),
    Row("a package is not patched by the name of its file", IMPORTED, {"a.py": 'patch("__init__.load")\n'}, "(uri=path)", path="data/__init__.py"),
    *(
        Row(f"{name}: {here}", f"{binding}\n", {**more, "main.py": code.format(source)}, says="is reached by way of", related="main.py")
        for here, more, source in (
            ("it takes it from the file itself", {}, "data"),
            ("it takes it from a package", {"p/__init__.py": "from data import ta, load_wav, read, info, save\n"}, "p"),
        )
        for name, binding, code in (
            ("the module", "import torchaudio as ta", "from {0} import ta\nx = ta.load_wav('a')[0].max()\n"),
            ("load_wav", "from torchaudio import load_wav", "import {0}\nx = {0}.load_wav('a')[0].max()\n"),
            ("an old keyword", "from torchaudio import load as read", "from {0} import read\nread(filepath='a')\n"),
            ("a tuple", "from torchaudio import info", "from {0} import info\nsi, ei = info('a')\n"),
            ("a fifth argument", "from torchaudio import save", "from {0} import save\nsave('a', x, 8000, True, None, 'wav')\n"),
        )
    ),
    Row("a function of another file gives an open file", RETURNED, {"places.py": 'def find(n):\n    return open(str(n), "rb")\n'}, says=FILE),
    Row("so says its annotation", RETURNED, {"places.py": "def find(n) -> BytesIO: ...\n"}, says=FILE),
    Row("by way of a name", NAMED, {"places.py": 'async def find(n):\n    return open(str(n), "rb")\n'}, says=FILE),
    Row(
        "by way of two files",
        RETURNED,
        {"places.py": "from deeper import find\n", "deeper.py": 'def find(n):\n    return open(n, "rb")\n'},
        says=FILE,
    ),
    Row("it gives a string", RETURNED, {"places.py": 'def find(n):\n    open(n)\n    return "a" + n\n'}, "find(1)" + PLAIN),
    Row("a file that is not imported defines it", RETURNED, {"other.py": 'def find(n):\n    return open(n, "rb")\n'}, "find(1)" + PLAIN),
    Row("another function of the file gives one", RETURNED, {"places.py": 'def finder(n):\n    return open(n, "rb")\n'}, "find(1)" + PLAIN),
    Row("its file cannot be parsed", RETURNED, {"places.py": 'def find(n):\n    return open(n, "rb"\n'}, "find(1)" + PLAIN),
    Row("its file is not UTF-8", RETURNED, {"places.py": b'def find(n):\n    return open("\xe9", "rb")\n'}, "find(1)" + PLAIN),
    Row("a caller in another file passes an open file", READ, {"main.py": CALLED}, says=FILE),
    Row("as a keyword", READ, {"main.py": 'import data\ndata.read(rate=1, path=open("a", "rb"))\n'}, says=FILE),
    Row(
        "what it passes comes from a third file",
        READ,
        {"main.py": "import data, places\nwhere = open('a')\ndata.read(places.find(1))\n", "places.py": 'def find(n):\n    return open(str(n), "rb")\n'},
        says=FILE,
    ),
    Row("in another position", READ, {"main.py": 'import data\ndata.read("a", open("b"))\n'}, "load(path" + PLAIN),
    Row("for another parameter", READ, {"main.py": 'import data\ndata.read("a", rate=open("b"))\n'}, "load(path" + PLAIN),
    Row("to a function of another name", READ, {"main.py": 'import data\nreread(open("b"))\ndata.read ("a")\n'}, "load(path" + PLAIN),
    Row("a file that does not import it", READ, {"main.py": 'import other\nother.read(open("a", "rb"))\n'}, "load(path" + PLAIN),
    Row("a caller that cannot be parsed", READ, {"main.py": f"{CALLED}("}, "load(path" + PLAIN),
    Row("a caller that is not UTF-8", READ, {"main.py": CALLED.encode() + b"# \xe9\n"}, "load(path" + PLAIN),
    Row("a method, of whatever is at hand", METHOD, {"main.py": 'def f(reader):\n    reader.read(open("a", "rb"))\n'}, says=FILE),
    Row("a method's second argument", METHOD, {"main.py": 'def f(reader):\n    reader.read("a", open("a", "rb"))\n'}, "load(path" + PLAIN),
    Row("a static method", STATIC, {"main.py": 'import data\ndata.Reader.read(open("a", "rb"))\n'}, says=FILE),
    Row("a static method of something else", STATIC, {"main.py": 'def f(other):\n    other.read(open("a", "rb"))\n'}, "load(path" + PLAIN),
    Row("the maker of an object", MADE, {"main.py": 'import data\ndata.Clip(open("a", "rb"))\n'}, says=FILE),
    Row("the maker of another object", MADE, {"main.py": 'import data\ndata.Clips(open("a", "rb"))\n'}, "load(path" + PLAIN),
    Row("a file that it imports speaks of path objects", UNSURE, {"places.py": "import pathlib\n"}, "load(str(places.config.clip" + WRAPPED),
    Row("a file that imports it does", UNSURE, {"main.py": "import data, pathlib\n"}, "load(str(places.config.clip" + WRAPPED),
    Row("a file apart does", UNSURE, {"main.py": "import pathlib\n"}, "load(places.config.clip" + PLAIN),
    Row(
        "a caller gives an encoding that has another bit depth per call",
        WRITE,
        {"main.py": 'import data\ndata.write("a", 0, encoding="PCM_S")\n'},
        says='encoding="PCM_S" may be given',
    ),
    Row("a caller gives another encoding", WRITE, {"main.py": 'import data\ndata.write("a", 0, encoding="ULAW")  # PCM_S\n'}, "**more" + PLAIN),
    Row("a file two steps away does", UNSURE, {"places.py": "import far\n", "far.py": "import pathlib\n"}, "load(places.config.clip" + PLAIN),
]  # fmt: skip


@pytest.mark.parametrize("case", [pytest.param(row, id=row.name) for row in ROWS])
def test_what_quiet_files_say(case: Row) -> None:
    put({case.path: case.speaking, **case.quiet})
    (file,) = run(Options(paths=(".",), check=True, ignore=("TAC139",))).files
    said = " | ".join(finding.reason for finding in file.left)
    assert (file.path, file.changed, bool(said)) == (case.path, not case.says, bool(case.says)), said
    assert case.says in said
    assert case.text in file.after
    related = [str(place) for finding in file.left for place in finding.related]
    assert not case.related or any(place.startswith(case.related) for place in related)


def _call_of(module: Module, name: str) -> ast.Call:
    return next(call for call in module.calls if called(call) == name)


GONE = [
    ("who patches", IMPORTED, lambda project, module: replacements.where_imported(project, module, "load"), []),
    ("what comes back", RETURNED, lambda project, module: arguments.kind(project, module, _call_of(module, "find")), "unknown"),
    ("who calls", METHOD, lambda project, module: arguments.callers(project, module, module.names.all(ast.FunctionDef)[0]), []),
    ("which words", UNSURE, lambda project, module: project.neighbours_mention(module, "pathlib"), False),
    ("what it holds", UNSURE, lambda project, module: project.parsed(project.quiet.paths[0], re.compile(b"")), None),
]


@pytest.mark.parametrize(("source", "ask", "answer"), [pytest.param(*row, id=name) for name, *row in GONE])
def test_a_file_that_is_gone_since_says_nothing(source: str, ask: Callable[[Project, Module], object], answer: object) -> None:
    files, module = Files(["data.py", "places.py"]), Module("data.py", source)
    project = Project([module], known_files=files, quiet=Quiet(["places.py"], files))
    assert ask(project, module) == answer
