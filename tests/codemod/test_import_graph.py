"""Who imports whom, read from text."""

from pathlib import Path

import pytest

from compat.codemod.files import import_graph
from compat.codemod.files.import_graph import Files, Graph, Quiet
from tests.codemod.tables import rewrite

# A text, and the dotted names in it.
TEXTS = {
    "plain": ("import a, b.c as d\n", {"a", "b", "b.c"}),
    "from": ("from a.b import c as d, e\n", {"a", "a.b", "a.b.c", "a.b.e"}),
    "relative": ("from . import a\nfrom .b import c\nfrom ..d.e import f\n", {".", ".a", ".b", ".b.c", "..d", "..d.e", "..d.e.f"}),
    "dots without space": ("from .import a\n", {".", ".a"}),
    "brackets": ("from a import (  # why\n    b,  # c\n    d,\n)\n", {"a", "a.b", "a.d"}),
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
    "nothing": ("", set()),
}


@pytest.mark.parametrize("name", TEXTS)
def test_names_imported(name: str) -> None:
    text, expected = TEXTS[name]
    assert import_graph.facts("x.py", text.encode()).imports == expected


@pytest.mark.parametrize("quote", ["'", '"'])
def test_programs_and_dynamic_imports(quote: str) -> None:
    file = import_graph.facts(
        "x.py", f"import importlib\nif __name__ == {quote}__main__{quote}:\n    importlib.import_module('a')\n".encode()
    )
    assert (file.is_main, file.dynamic) == (True, True)
    assert import_graph.facts("x.py", b"if __name__ == '__main__': pass").is_main
    assert not import_graph.facts("x.py", b"  if __name__ == '__main__': pass").is_main


PROJECT = {
    "main.py": "from package import tools\n",
    "package/__init__.py": "from .audio import read\n",
    "package/audio.py": "import torchaudio as ta\n",
    "package/tools.py": "from . import audio\nfrom .audio import ta\n",
    "package/deep/__init__.py": "",
    "package/deep/more.py": "from ..audio import *\n",
    "other.py": "import os\n",
}


@pytest.fixture
def graph(tmp_path: Path) -> tuple[Graph, dict[str, str]]:
    for name, text in PROJECT.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    paths = {name: str(tmp_path / name) for name in PROJECT}
    files = Files(paths.values())
    speaking = [files.link(import_graph.facts(paths["package/audio.py"], PROJECT["package/audio.py"].encode()))]
    quiet = Quiet([path for name, path in paths.items() if name != "package/audio.py"], files.read)
    return Graph(speaking, quiet), {path: name for name, path in paths.items()}


@pytest.mark.parametrize(
    ("start", "forward", "backward"),
    [
        ("main.py", {"main.py", "package/__init__.py", "package/tools.py", "package/audio.py"}, {"main.py"}),
        (
            "package/audio.py",
            {"package/audio.py"},
            {"package/audio.py", "package/__init__.py", "package/tools.py", "package/deep/more.py", "main.py"},
        ),
        ("other.py", {"other.py"}, {"other.py"}),
    ],
)
def test_reachable_and_importers(graph: tuple[Graph, dict[str, str]], start: str, forward: set[str], backward: set[str]) -> None:
    found, names = graph
    path = next(path for path, name in names.items() if name == start)
    assert {names[one] for one in found.reachable(path)} >= forward
    assert {names[one] for one in found.importers(path)} >= backward
    assert not {names[one] for one in found.importers(path)} & ({"other.py"} - backward)


def test_who_imports_a_name_or_all(graph: tuple[Graph, dict[str, str]]) -> None:
    found, names = graph
    audio = next(path for path, name in names.items() if name == "package/audio.py")
    assert {names[one] for one in found.who_imports(audio, "ta")} == {"package/tools.py", "package/deep/more.py"}
    assert {names[one] for one in found.who_imports(audio, "read")} == {"package/__init__.py", "package/deep/more.py"}


@pytest.mark.parametrize(
    "other",
    [
        "from audio import x, \\\n    ta\nta.load(1)\n",
        "from audio import *\nta.load(1)\n",
        "from audio import x; from audio import ta\n",
    ],
)
def test_torchaudio_taken_from_another_file_is_seen_however_the_import_is_written(other: str, tmp_path: Path) -> None:
    """A call through it is not changed, so the setter has to stay."""
    path = tmp_path / "other.py"
    path.write_text(other)
    audio = str(tmp_path / "audio.py")
    files = Files([audio, str(path)])
    sources = {audio: "import torchaudio as ta\nta.set_audio_backend('soundfile')\nta.load('a.wav')\n"}
    assert rewrite(sources)[audio].changed
    found = rewrite(sources, known_files=files, quiet=Quiet([str(path)], files.read))[audio]
    assert "ta.load('a.wav', backend=\"soundfile\")" in found.text
    assert ("set_audio_backend" in found.text) == ("ta.load" in other) == bool(found.left)
