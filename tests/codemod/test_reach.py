"""What runs after a setter in the same program: projects, the backend that each call is to name, and the setters that stay."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from compat.codemod.run import session
from compat.codemod.source import Options
from tests.codemod.commands import put

SET = 'torchaudio.set_audio_backend("soundfile")'
SOX = 'torchaudio.set_audio_backend("sox_io")'
GET = "import torchaudio\ndef get(p): return torchaudio.load(p)\n"
GUARD = "if __name__ == '__main__':\n    "
SCRIPT = '[project]\nname = "x"\nversion = "1"\n[project.scripts]\nx = "pkg.cli:main"\n'

# Files, the backends of the calls of load by file ("-" for none), the files in which a setter stays.
PROJECTS: dict[str, tuple[dict[str, str], dict[str, str], str]] = {
    "a module beside the one that sets": (
        {"main.py": "import conf, data\ndata.get('a')\n", "conf.py": f"import torchaudio\n{SOX}\n", "data.py": GET},
        {"data.py": "sox"}, "",
    ),
    "beside it, but called before": (
        {"main.py": "import data\ndata.get('a')\nimport conf\n", "conf.py": f"import torchaudio\n{SOX}\n", "data.py": GET},
        {"data.py": "-"}, "",
    ),
    "beside it, called before and after": (
        {"main.py": "import data\ndata.get('a')\nimport conf\ndata.get('b')\n", "conf.py": f"import torchaudio\n{SOX}\n", "data.py": GET},
        {"data.py": "-"}, "conf.py",
    ),
    "two that set, the last one wins": (
        {"main.py": "import one, two, data\ndata.get('a')\n", "one.py": f"import torchaudio\n{SOX}\n", "two.py": f"import torchaudio\n{SET}\n",
         "data.py": GET},
        {"data.py": "soundfile"}, "",
    ),
    "two programs that never meet": (
        {"one.py": f"import torchaudio\n{SOX}\ntorchaudio.load('a')\n", "two.py": f"import torchaudio, data\n{SET}\ndata.get('a')\n",
         "data.py": GET},
        {"one.py": "sox", "data.py": "soundfile"}, "",
    ),
    "two programs that meet in a module": (
        {"one.py": f"import torchaudio, data\n{SOX}\ndata.get('a')\n", "two.py": f"import torchaudio, data\n{SET}\ndata.get('a')\n",
         "data.py": GET},
        {"data.py": "-"}, "one.py two.py",
    ),
    "two programs that meet in a module that only one calls": (
        {"one.py": f"import torchaudio, data\n{SOX}\n", "two.py": f"import torchaudio, data\n{SET}\ndata.get('a')\n", "data.py": GET},
        {"data.py": "soundfile"}, "",
    ),
    "a package that sets": (
        {"one/__init__.py": f"import torchaudio\n{SOX}\n", "one/m.py": GET, "two/__init__.py": f"import torchaudio\n{SET}\n", "two/m.py": GET},
        {"one/m.py": "sox", "two/m.py": "soundfile"}, "",
    ),
    "a package whose conf sets": (
        {"p/__init__.py": "from . import conf\n", "p/conf.py": f"import torchaudio\n{SET}\n", "p/m.py": GET, "run.py": "from p.m import get\nget('a')\n"},
        {"p/m.py": "soundfile"}, "",
    ),
    "a package that sets after it has imported its module": (
        {"p/__init__.py": f"from .m import X\nimport torchaudio\n{SET}\n", "p/m.py": "import torchaudio\nX = torchaudio.load('a')\n"},
        {"p/m.py": "-"}, "",
    ),
    "a package imported by one program only": (
        {"p/__init__.py": f"import torchaudio\n{SET}\n", "p/m.py": "X = 1\n", "data.py": GET, "one.py": "import p.m, data\ndata.get('a')\n",
         "two.py": "import data\ndata.get('a')\n"},
        {"data.py": "-"}, "p/__init__.py",
    ),
    "a test that sets": (
        {"data.py": GET, "main.py": "import data\ndata.get('a')\n", "test_data.py": f"import torchaudio, data\ndef test():\n    {SET}\n    data.get('a')\n"},
        {"data.py": "-"}, "test_data.py",
    ),
    "a conftest that sets": (
        {"data.py": GET, "conftest.py": f"import torchaudio\n{SET}\n", "test_data.py": "import data\ndef test():\n    data.get('a')\n"},
        {"data.py": "soundfile"}, "",
    ),
    "a function bound before the setter": (
        {"main.py": f"import data, torchaudio\n{SET}\ndata.get('a')\n", "data.py": "from torchaudio import load\ndef get(p): return load(p)\n"},
        {"data.py": "-"}, "",
    ),
    "a function bound after the setter keeps it": (
        {"main.py": f"import torchaudio\n{SET}\nimport data\n{SOX}\ndata.get('a')\n",
         "data.py": "from torchaudio import load\ndef get(p): return load(p)\n"},
        {"data.py": "soundfile"}, "",
    ),
    "a function bound with and without the setter": (
        {"main.py": f"import torchaudio\n{SET}\nimport data\ndata.get('a')\n", "other.py": "import data\ndata.get('a')\n",
         "data.py": "from torchaudio import load\ndef get(p): return load(p)\n"},
        {"data.py": "-"}, "main.py",
    ),
    "a function bound while a backend is set and restored": (
        {"main.py": f"import torchaudio\nb = torchaudio.get_audio_backend()\n{SET}\nfrom torchaudio import load\ntorchaudio.set_audio_backend(b)\nload('a')\n"},
        {"main.py": "soundfile"}, "",
    ),
    "an attempt": (
        {"main.py": f"import torchaudio\ntry:\n    {SET}\nexcept RuntimeError:\n    pass\ntorchaudio.load('a')\n"}, {"main.py": "-"}, "main.py",
    ),
    "a console script": (
        {"pkg/__init__.py": "", "pkg/cli.py": f"import torchaudio\nfrom pkg.data import get\ndef main():\n    {SET}\n    get('a')\n",
         "pkg/data.py": GET, "pyproject.toml": SCRIPT},
        {"pkg/data.py": "soundfile"}, "",
    ),
    "a console script beside a program that sets nothing": (
        {"pkg/__init__.py": "", "pkg/cli.py": f"import torchaudio\nfrom pkg.data import get\ndef main():\n    {SET}\n    get('a')\n",
         "pkg/data.py": GET, "pyproject.toml": SCRIPT, "tool.py": "from pkg.data import get\nget('b')\n"},
        {"pkg/data.py": "-"}, "pkg/cli.py",
    ),
    "__main__.py": (
        {"pkg/__init__.py": "", "pkg/__main__.py": "from pkg.cli import main\nmain()\n",
         "pkg/cli.py": f"import torchaudio\nfrom .data import get\ndef main():\n    {SET}\n    get('a')\n", "pkg/data.py": GET},
        {"pkg/data.py": "soundfile"}, "",
    ),
    "a script in a package that sets, which it imports": (
        {"pkg/__init__.py": "from . import conf\n", "pkg/conf.py": f"import torchaudio\n{SET}\n", "pkg/data.py": GET,
         "pkg/cli.py": f"from pkg.data import get\n{GUARD}get('a')\n"},
        {"pkg/data.py": "soundfile"}, "",
    ),
    "a script in a package that sets, which it may not import": (
        {"pkg/__init__.py": "from . import conf\n", "pkg/conf.py": f"import torchaudio\n{SET}\n", "data.py": GET,
         "pkg/cli.py": f"from data import get\n{GUARD}get('a')\n"},
        {"data.py": "-"}, "pkg/conf.py",
    ),
    "a script in a package that sets, which imports relatively": (
        {"pkg/__init__.py": "from . import conf\n", "pkg/conf.py": f"import torchaudio\n{SET}\n", "pkg/data.py": GET,
         "pkg/cli.py": f"from .data import get\n{GUARD}get('a')\n"},
        {"pkg/data.py": "soundfile"}, "",
    ),
    "fire": (
        {"main.py": f"import fire, torchaudio\nfrom data import get\ndef main():\n    {SET}\n    get('a')\n{GUARD}fire.Fire(main)\n", "data.py": GET},
        {"data.py": "soundfile"}, "",
    ),
    "a command of typer": (
        {"main.py": f"import typer, torchaudio\nfrom data import get\napp = typer.Typer()\n@app.command()\ndef main():\n    {SET}\n    get('a')\n{GUARD}app()\n",
         "data.py": GET},
        {"data.py": "soundfile"}, "",
    ),
    "a command of click": (
        {"main.py": f"import click, torchaudio\nfrom data import get\n@click.command()\ndef main():\n    {SET}\n    get('a')\n{GUARD}main()\n", "data.py": GET},
        {"data.py": "soundfile"}, "",
    ),
    "a group of click with two backends": (
        {"main.py": f"import click, torchaudio\nfrom data import get\n@click.command()\ndef one():\n    {SET}\n    get('a')\n"
                    f"@click.command()\ndef two():\n    {SOX}\n    get('a')\n", "data.py": GET},
        {"data.py": "-"}, "main.py",
    ),
    "main() without a guard": (
        {"main.py": f"import torchaudio\nfrom data import get\ndef main():\n    {SET}\n    get('a')\nmain()\n", "data.py": GET}, {"data.py": "soundfile"}, "",
    ),
    "the getter holds only what is in force there": (
        {"one.py": f"import torchaudio\n{SET}\ntorchaudio.load('a')\nprint(torchaudio.get_audio_backend())\n",
         "two.py": f"import torchaudio\n{SOX}\ntorchaudio.load('a')\n"},
        {"one.py": "soundfile", "two.py": "sox"}, "one.py",
    ),
    "a condition holds its own setter": (
        {"one.py": f"import sys, torchaudio\nif len(sys.argv) > 1:\n    {SET}\ntorchaudio.load('a')\n", "two.py": f"import torchaudio\n{SOX}\ntorchaudio.load('a')\n"},
        {"one.py": "-", "two.py": "sox"}, "one.py",
    ),
    "torchaudio by way of another module": (
        {"deps.py": "import torchaudio\n", "one.py": f"import torchaudio\n{SET}\nfrom deps import torchaudio as ta\nta.load('a')\ntorchaudio.load('b')\n"},
        {"one.py": "- soundfile"}, "one.py",
    ),
    "files that import everything from each other": (
        {"main.py": f"from data import *\nimport torchaudio\n{SET}\nunknown()\nget('a')\n", "data.py": f"from main import *\n{GET}"},
        {"data.py": "soundfile"}, "",
    ),
    "a setter that asks first": (
        {"main.py": f"import torchaudio\nif torchaudio.get_audio_backend() != 'soundfile':\n    {SET}\ntorchaudio.load('a')\n"}, {"main.py": "soundfile"}, "",
    ),
    "one that asks first the other way round": (
        {"main.py": f"import torchaudio\nif not 'soundfile' == torchaudio.get_audio_backend():\n    {SET}\ntorchaudio.load('a')\n"}, {"main.py": "soundfile"}, "",
    ),
    "one that asks for another name": (
        {"main.py": f"import torchaudio\nif torchaudio.get_audio_backend() != 'sox_io':\n    {SET}\ntorchaudio.load('a')\n"}, {"main.py": "-"}, "main.py",
    ),
    "a data set loads under it": (
        {"main.py": f"import torchaudio\n{SET}\nd = torchaudio.datasets.YESNO('.')\ntorchaudio.load('a')\n"}, {"main.py": "soundfile"}, "main.py",
    ),
    "a data set as a base, in another file": (
        {"main.py": f"import torchaudio\n{SET}\nfrom ds import D\nd = D('.')\ntorchaudio.load('a')\n",
         "ds.py": "import torchaudio.datasets as td\nclass D(td.YESNO):\n    pass\n"},
        {"main.py": "soundfile"}, "main.py",
    ),
    "modules found by name": (
        {"main.py": f"import importlib, sys, torchaudio\n{SET}\nimportlib.import_module(sys.argv[1]).get('a')\n", "data.py": GET},
        {"data.py": "soundfile"}, "",
    ),
    "modules found by a name that is made from itself": (
        {"main.py": f"import importlib, torchaudio\nfrom names import *\n{SET}\nname = name + '.sub'\nimportlib.import_module(name).get('a')\n", "data.py": GET},
        {"data.py": "soundfile"}, "",
    ),
    "modules found by two names that are made from each other": (
        {"main.py": f"import importlib, torchaudio\nfrom names import *\n{SET}\na = b + '.a'\nb = a + '.b'\nimportlib.import_module(b).get('a')\n", "data.py": GET},
        {"data.py": "soundfile"}, "",
    ),
    "modules found by name before the setter": (
        {"main.py": f"import importlib, sys, torchaudio\nimportlib.import_module(sys.argv[1]).get('a')\n{SET}\n", "data.py": GET},
        {"data.py": "-"}, "main.py",
    ),
    "a method, before and after the setter": (
        {"main.py": f"import torchaudio\nfrom data import R\nr = R()\nr.read('a')\n{SET}\nr.read('b')\n",
         "data.py": "import torchaudio\nclass R:\n    def read(self, p): return torchaudio.load(p)\n"},
        {"data.py": "-"}, "main.py",
    ),
    "an object made before the setter and used after it": (
        {"main.py": f"import torchaudio\nfrom data import R\nr = R()\n{SET}\nr.read('b')\n",
         "data.py": "import torchaudio\nclass R:\n    def read(self, p): return torchaudio.load(p)\n"},
        {"data.py": "soundfile"}, "",
    ),
    "an error on the way": (
        {"main.py": f"import torchaudio\nfrom data import get\ntry:\n    go()\n    {SET}\n    go()\nexcept OSError:\n    pass\nget('a')\n", "data.py": GET},
        {"data.py": "-"}, "main.py",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("files", "backends", "stays"), PROJECTS.values(), ids=PROJECTS)
def test_reach(files: dict[str, str], backends: dict[str, str], stays: str) -> None:
    put(files)
    result = session.run(Options(paths=(".",)))
    texts = {path: Path(path).read_text() for path in files}
    assert {path: given(texts[path]) for path in backends} == backends, texts
    assert " ".join(path for path in files if "set_audio_backend" in texts[path]) == stays
    assert set(stays.split()) <= {finding.place.path for file in result.files for finding in file.left}


def given(text: str) -> str:
    """What each call of load names as its backend, in order."""
    calls = [one for one in ast.walk(ast.parse(text)) if isinstance(one, ast.Call)]
    loads = sorted((one for one in calls if ast.unparse(one.func).rpartition(".")[2] == "load"), key=lambda one: one.lineno)
    return " ".join(next((ast.literal_eval(key.value) for key in one.keywords if key.arg == "backend"), "-") for one in loads)
