"""Who imports whom, read from text."""

import pytest

from compat.codemod.files import import_graph
from compat.codemod.files.import_graph import Files, Graph, Quiet
from compat.codemod.source import Module
from compat.codemod.uses import Project
from tests.codemod.commands import commands, put, row

# A text, and the dotted names in it.
TEXTS = {
    "plain": ("import a, b.c as d\n", {"a", "b", "b.c"}),
    "from": ("from a.b import c as d, e\n", {"a", "a.b", "a.b.c", "a.b.e"}),
    "relative": ("from . import a\nfrom .b import c\nfrom ..d.e import f\n", {".", ".a", ".b", ".b.c", "..d", "..d.e", "..d.e.f"}),
    "dots without space": ("from .import a\n", {".", ".a"}),
    "brackets": ("from a import (  # why\n    b,  # c\n    d,\n)\n", {"a", "a.b", "a.d"}),
    "brackets in comments": ("from a import (  # why (not)\n    b,  # c)\n    d,\n)\nimport e\n", {"a", "a.b", "a.d", "e"}),
    "a comment that ends as if continued": ("# in C:\\\nimport a\n", {"a"}),
    "continued": ("from a import b, \\\n    c, \\\n    d\nx = 1\n", {"a", "a.b", "a.c", "a.d"}),
    "continued before import": ("from a \\\n  import b\n", {"a", "a.b"}),
    "continued, CRLF": ("from a import b, \\\r\n    c\r\n", {"a", "a.b", "a.c"}),
    "two on a line": ("import a; import b\nx = 1; from c import d\n", {"a", "b", "c", "c.d"}),
    "behind a colon": ("try: import a\nexcept ImportError: a = None\n", {"a"}),
    "indented": ("def f():\n\timport a\n", {"a"}),
    "a name that ends so": ("from zipimport import zipimporter\nimport a\n", {"zipimport", "zipimport.zipimporter", "a"}),
    "a name that begins so": ("importlib = important\n", set()),
    "prose": ("# we import a\nx = 'to import b'\n", set()),
    "star": ("from a import *\n", {"a", "a.*"}),
    "after a BOM": ("\ufeffimport a\n", {"a"}),
    "after a form feed": ("x = 1\n\fimport a\n", {"a"}),
    "letters beyond ASCII": ("from ciné.été import son\n", {"ciné", "ciné.été", "ciné.été.son"}),
    "nothing": ("", set()),
}


@pytest.mark.parametrize(("text", "expected"), TEXTS.values(), ids=TEXTS)
def test_names_imported(text: str, expected: set[str]) -> None:
    statements = import_graph.imports(import_graph.with_whole_lines(text.encode()))
    assert {name for one in statements for name in import_graph.names_in(*one)} == expected


@pytest.mark.parametrize("quote", ["'", '"'])
def test_programs_and_dynamic_imports(quote: str) -> None:
    text = f"import importlib\nif __name__ == {quote}__main__{quote}:\n    importlib.import_module('a')\n"
    assert import_graph.is_main(text)
    assert Files(()).file("x.py", text.encode()).dynamic
    for test in ("__name__ == '__main__'", "(__name__ == '__main__')", "'__main__' == __name__", "x and __name__ == '__main__'"):
        assert import_graph.is_main("if " + test + ": pass")
    assert import_graph.is_main("if(__name__=='__main__'): pass")
    assert import_graph.is_main("if (\n    __name__ == '__main__'\n): pass")
    assert not import_graph.is_main("name = '__main__'\nif x:\n    print(__name__)")
    assert not import_graph.is_main("  if __name__ == '__main__': pass")


# A text, and whether a file with it may import what a string names.
BY_A_STRING = {
    "import importlib\nimportlib.import_module(name)\n": True,
    "from importlib import import_module as load\nload(name)\n": True,
    "module = __import__(name)\n": True,
    "import imp\nimp.load_source('a', path)\n": True,
    "from tools import load_source\nload_source('a', path)\n": True,
    "import a.helpers\na.helpers.import_module(name)\n": True,
    "from importlib.util import (\n    spec_from_file_location,\n)\n": True,
    "import \\\n    runpy\n": True,
    "import urllib\ndownload_source = 'https://example.org'\n": False,
    "cut.load_source_feats()\n": False,
    "import importlib.metadata\n": False,
    "from tools import *\nimportlib.util.spec_from_file_location('a', path)\n": True,
    "from pkgutil import resolve_name as find\nfind(name)\n": True,
    "import imp\nimp.load_module(name, *imp.find_module(name))\n": True,
    "import pydoc\npydoc.locate(name)\n": True,
    "from tools import *\nallocate(4)\n": False,
    "import pkgutil\ntext = pkgutil.get_data('a', 'b')\n": False,
}


@pytest.mark.parametrize("text", BY_A_STRING)
def test_which_files_may_import_by_a_string(text: str) -> None:
    assert Files(()).file("x.py", text.encode()).dynamic == BY_A_STRING[text]


SET = "import torchaudio as ta\nta.set_audio_backend('soundfile')\n"
TA = "ta.load('a.wav')\n"
NAMED = "ta.load('a.wav', backend=\"soundfile\")\n"
PROJECT = {
    "main.py": "from package import tools\n",
    "package/__init__.py": "from .audio import read\n",
    "package/audio.py": "import torchaudio as ta\n",
    "package/tools.py": "from . import audio\nfrom .audio import ta\n",
    "package/deep/__init__.py": "",
    "package/deep/more.py": "from ..audio import *\n",
    "other.py": "import os\n",
}


AUDIO = "package/audio.py"


@pytest.fixture
def graph() -> Graph:
    put(PROJECT)
    files = Files(PROJECT)
    speaking = [files.file(AUDIO, PROJECT[AUDIO].encode())]
    return Graph(speaking, Quiet([path for path in PROJECT if path != AUDIO], files))


@pytest.mark.parametrize(
    ("start", "forward", "backward"),
    [
        ("main.py", {"main.py", "package/__init__.py", "package/tools.py", AUDIO}, {"main.py"}),
        (AUDIO, {AUDIO}, {AUDIO, "package/__init__.py", "package/tools.py", "package/deep/more.py", "main.py"}),
        ("other.py", {"other.py"}, {"other.py"}),
    ],
)
def test_reachable_and_importers(graph: Graph, start: str, forward: set[str], backward: set[str]) -> None:
    assert {*graph.reachable(start)} >= forward
    assert {*graph.importers(start)} >= backward
    assert not {*graph.importers(start)} & ({"other.py"} - backward)


def test_who_may_take_a_name(graph: Graph) -> None:
    assert graph.near_importers(AUDIO) >= {"package/__init__.py", "package/tools.py", "package/deep/more.py", "main.py"}
    modules = [Module(path, text) for path, text in PROJECT.items()]
    project = Project(modules)
    assert [name for name in ("ta", "read", "other") if project.is_exported(modules[2], name)] == ["ta", "read", "other"]
    assert not project.is_exported(modules[3], "audio")


# a call through it is not changed, so the setter has to stay, however the import is written
test_torchaudio_taken_from_another_file = commands(
    *(
        row(other, "audio.py other.py", {"audio.py": SET + TA, "other.py": other}, status, after={"audio.py": text})
        for other, status, text in (
            ("from audio import x, \\\n    ta\nta.load(1)\n", 1, SET + NAMED),
            ("from audio import *\nta.load(1)\n", 1, SET + NAMED),
            ("from audio import x; from audio import ta\n", 0, SET.partition("\n")[0] + "\n" + NAMED),
        )
    )
)


def test_packages_around_a_file_end_at_the_current_folder(graph: Graph) -> None:
    assert graph.packages("package/deep/more.py") == ["package/__init__.py", "package/deep/__init__.py"]
    assert graph.packages("other.py") == []
    whole = Graph([], Quiet(["__init__.py", "a/__init__.py", "/__init__.py"], Files(["a/b.py"])))
    assert whole.packages("a/b.py") == ["__init__.py", "a/__init__.py"]
    assert whole.packages("/b.py") == ["/__init__.py"]


test_the_current_folder_is_a_package = commands(
    row(
        "run from within", ".", {"__init__.py": f"{SET}from .a import f\n", "a.py": f"import torchaudio as ta\ndef f():\n    {TA}"}, 0,
        after={"__init__.py": "import torchaudio as ta\nfrom .a import f\n", "a.py": f"import torchaudio as ta\ndef f():\n    {NAMED}"},
    ),
)  # fmt: skip
