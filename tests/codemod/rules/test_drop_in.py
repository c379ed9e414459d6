"""TAC132: Install the drop-in at an entry point."""

from collections.abc import Mapping

from tests.codemod.commands import Case, commands, notebook, row
from tests.codemod.tables import PROGRAM, project, said, table

HEAD = "#!/usr/bin/env python\n# licence\n"
SET = "import torchaudio\ntorchaudio.set_audio_backend('sox_io')\n"

test_drop_in = table(
    project(
        "below the head of an entry point, and nowhere else",
        {"a.py": HEAD + SET, "b.py": HEAD + SET},
        {"a.py": f'{HEAD}import compat\n\ncompat.install("2.0")\n\n{SET}'},
        target="compat",
        entries=["a.py"],
    ),
    project(
        "a clash of names is told with a way out",
        {"a.py": "import torchaudio\n"},
        says={"a.py": "torchaudio-compat run"},
        target="compat",
        entries=["a.py"],
        own_names=["compat"],
    ),
    said(
        "code on the docstring's line",
        "other code shares the line of the docstring",
        '"""What it does."""; import torchaudio\ntorchaudio.load("a")\n',
        "compat",
    ),
    said(
        "code on the line of an import from __future__",
        "other code shares the line of the docstring or of the import from __future__",
        f"from __future__ import annotations; {SET}",
        "compat",
    ),
    *(
        project(
            f"below {name}",
            {"a.py": f"{head}{rest}"},
            {"a.py": f'{head}{between}import compat\n\ncompat.install("2.0")\n{rest and chr(10)}{rest}'},
            target="compat",
            entries=["a.py"],
        )
        for name, head, between, rest in (
            ("a docstring with a semicolon", '"""What it does.""";\n', "\n", SET),
            ("two imports from __future__ with semicolons", "from __future__ import division;  # so\n", "\n", SET),
            ("a comment that ends without a newline", "#!/usr/bin/env python", "\n", ""),
            ("nothing", "", "", ""),
        )
    ),
)

LATE = "torchaudio may be imported before this runs"
OTHER = "may install another release than 2.0"
CALL = 'compat.install("2.0")\n'
HAS = f"import compat\n{CALL}"

test_a_call_that_is_there_already = table(
    *(
        said(name, words, source, "compat", **others)
        for name, words, source, others in (
            ("after torchaudio", LATE, f"import torchaudio\n{HAS}", {}),
            ("after a try around torchaudio", LATE, f"try:\n    import torchaudio\nexcept ImportError:\n    pass\n{HAS}", {}),
            ("after torchaudio in a handler", LATE, f"try:\n    import b\nexcept ImportError:\n    import torchaudio\n{HAS}", {}),
            ("after torchaudio in a block", LATE, f"with b:\n    import torchaudio\n{HAS}", {}),
            (
                "after torchaudio where types are not checked",
                LATE,
                f"if TYPE_CHECKING:\n    b = 1\nelse:\n    import torchaudio\n{HAS}",
                {},
            ),
            ("after an import for type checkers", LATE, f"if TYPE_CHECKING:\n    import torchaudio\n{HAS}{SET}", {}),
            ("after a function with torchaudio", LATE, f"def work():\n    import torchaudio\n{HAS}", {}),
            ("after a module with torchaudio", LATE, f"import b\n{HAS}", {"b": "import c\n", "c": SET}),
            ("in a function", LATE, f"import compat\ndef main():\n    {CALL}    import torchaudio\n", {}),
            ("under a condition", LATE, f"import compat, os\nif os.name:\n    {CALL}{SET}", {}),
            ("of another release", OTHER, f'import compat\ncompat.install("2.2")\n{SET}', {}),
            ("of the release in the environment", OTHER, f"from compat import install\ninstall()\n{SET}", {}),
            ("of a release in a variable", OTHER, f'import compat\nV = "2.0"\ncompat.install(V)\n{SET}', {}),
        )
    ),
    *(
        project(name, files, left={PROGRAM: ()}, target="compat", entries=files)
        for name, files in (
            ("first", {PROGRAM: f"{HAS}{SET}"}),
            ("by keyword", {PROGRAM: f'from compat import install\ninstall(version="2.0")\n{SET}'}),
            ("after a module that needs no torchaudio", {PROGRAM: f"import os\n{HAS}{SET}"}),
            ("after another entry point", {PROGRAM: f"import b\n{HAS}{SET}", "b.py": f"{HAS}{SET}"}),
            ("protected", {PROGRAM: f'import compat\ncompat.install("2.2")  # compat: ignore\n{SET}'}),
        )
    ),
)

FIRST = "pkg/__init__.py runs before this file"

test_a_package_that_runs_before_its_entry_point = table(
    *(
        project(
            name,
            {"pkg/__init__.py": init, "pkg/work.py": SET, "pkg/__main__.py": HAS},
            says={"pkg/__main__.py": says} if says else {},
            left={} if says else {"pkg/__main__.py": ()},
            target="compat",
            entries=["pkg/__main__.py"],
        )
        for name, init, says in (
            ("with torchaudio", "import torchaudio\n", FIRST),
            ("with torchaudio under a condition", "import sys\nif sys.argv:\n    import torchaudio\n", FIRST),
            ("with torchaudio in a class", "class A:\n    import torchaudio\n", FIRST),
            ("with a module that imports torchaudio", "from .work import go\n", FIRST),
            ("without torchaudio", "import os\n", ""),
            ("with torchaudio in a function", "def go():\n    import torchaudio\n", FIRST),
            ("with the entry point itself", "from . import __main__\n", ""),
        )
    ),
    project(
        "which is an entry point too",
        {"pkg/__init__.py": f"{HAS}import torchaudio\n", "pkg/__main__.py": HAS},
        left={"pkg/__main__.py": (), "pkg/__init__.py": ()},
        target="compat",
        entries=["pkg/__init__.py", "pkg/__main__.py"],
    ),
)


test_names_in_an_entry_point = table(
    project(
        "of a package leave the name of its own module alone",
        {"pkg/__init__.py": SET, "pkg/compat.py": "x = 1\n"},
        {"pkg/__init__.py": f'import compat as torchaudio_compat\n\ntorchaudio_compat.install("2.0")\n\n{SET}'},
        target="compat",
        entries=["pkg/__init__.py"],
    ),
    *(
        project(
            f"a {name} of the project",
            {"a.py": SET},
            says={"a.py": f"a module of its own called {name}"},
            target="compat",
            entries=["a.py"],
            own_names=[name],
        )
        for name in ("legacy", "dispatcher")
    ),
)

BELOW = 'import compat\n\ncompat.install("2.0")\n'
NO_PLACE = "the notebook begins with an indented cell or Python behind a magic"


def installed(name: str, arguments: str, files: Mapping[str, str], after: str = "", status: int = 0, says: str = "") -> Case:
    """A run that gives the call to one file, or to none."""
    given = {after: f"{BELOW}\n{files[after]}"} if after else {}
    return row(name, f"--target compat {arguments} .", files, status, says, after=given)


test_notebooks = commands(
    *(
        row(
            f"its first magics stay first: {name}",
            "--target compat --entry a.ipynb .",
            {"a.ipynb": notebook(*cells)},
            int(first == cells[0]),
            after={"a.ipynb": notebook(first, *cells[1:])},
        )
        for name, cells, first in (
            ("a cell magic", ["%%time\nimport torchaudio\n"], f"%%time\n\n{BELOW}\nimport torchaudio\n"),
            ("a line that installs", ["!pip install x\n", SET], f"!pip install x\n\n{BELOW}"),
            ("the release that we want", ["%torchaudio 2.0\n", SET], f"%torchaudio 2.0\n\n{BELOW}"),
            (
                "a later import from __future__",
                ["import torchaudio\n", "from __future__ import annotations\n"],
                f"{BELOW}\nimport torchaudio\n",
            ),
            ("another release", ["%torchaudio 2.2\n", SET], "%torchaudio 2.2\n"),
        )
    ),
    *(
        installed(f"the call has no place: {name}", "--entry a.ipynb", {"a.ipynb": notebook(*cells)}, status=1, says=NO_PLACE)
        for name, cells in (
            ("captured", [f"%%capture out\n{SET}"]),
            ("timed", [f"%%timeit -n 10\n{SET}"]),
            ("a line", [f"%time import torchaudio\n{SET}"]),
            ("indented", ["    import torchaudio\n"]),
            ("below another language", ["%%bash\nls\n", "    import torchaudio\n"]),
            ("another language alone", ["%%bash\npip install torchaudio==2.0.2\n"]),
        )
    ),
)

test_a_conftest_that_runs_before_a_test = table(
    *(
        project(
            name,
            {"conftest.py": "import torchaudio\n", "tests/conftest.py": HAS, "tests/test_it.py": HAS},
            says=dict.fromkeys(told, "conftest.py runs before this file"),
            left={path: () for path in entries if path not in told},
            target="compat",
            entries=entries,
        )
        for name, entries, told in (
            ("of an inner folder", ["tests/conftest.py"], ["tests/conftest.py"]),
            ("which is not an entry point", ["tests/test_it.py"], ["tests/test_it.py"]),
        )
    ),
    project(
        "which is an entry point too",
        {"conftest.py": f"{HAS}import torchaudio\n", "tests/conftest.py": HAS},
        left={"conftest.py": (), "tests/conftest.py": ()},
        target="compat",
        entries=["conftest.py", "tests/conftest.py"],
    ),
)


SCRIPTS = {"pyproject.toml": '[project.scripts]\nx = "pkg.cli:main"\n', "pkg/__init__.py": "", "pkg/compat.py": ""}
SETTINGS = {"pyproject.toml": '[tool.torchaudio-compat]\ntarget = "compat"\nentry = ["a.py"]\n', "a.py": SET}

test_entries = commands(
    installed("the next step names our package", "--entry a.py", {"a.py": SET}, "a.py", says="add torchaudio-compat to its requirements"),
    installed("an ignored entry is changed", "--entry a.py", {"a.py": SET, ".gitignore": "a.py\n"}, "a.py"),
    *(
        installed(
            f"an entry that cannot be given the call: {name}",
            f"--entry {name}",
            {"a.py": SET, "run.sh": "", "pyproject.toml": "", "README.md": ""},
            status=2,
            says="name the Python file or notebook that is started",
        )
        for name in (".", "run.sh", "pyproject.toml", "README.md")
    ),
    installed(
        "a package that only imports torchaudio",
        "--entry pkg/__main__.py",
        {"pkg/__init__.py": "import torchaudio\n", "pkg/__main__.py": SET},
        "pkg/__main__.py",
        1,
        "torchaudio may be imported there",
    ),
    # it hides ours if the file is run by its path
    installed("a compat beside a script", "--entry pkg/train.py", {**SCRIPTS, "pkg/train.py": SET}, status=1),
    *(
        installed(f"a compat beside {name}", f"--entry {path}", {**SCRIPTS, path: SET}, path)
        for name, path in (("a module", "pkg/__main__.py"), ("a console script", "pkg/cli.py"))
    ),
    row("an entry in the settings", ".", SETTINGS, 0, after={"a.py": f"{BELOW}\n{SET}"}),
    row("it is for the drop-in alone", "--target 2.2 .", SETTINGS, 0, never="compat.install", after={"a.py": "import torchaudio\n"}),
    *(
        installed(
            f"a plugin that runs before a test, {file}: {text}",
            "--entry test_a.py",
            {file: text, "plug.py": "import torchaudio\n", "test_a.py": SET},
            "test_a.py",
            1,
            "plug.py runs before this file",
        )
        for file, text in (
            ("pytest.ini", "[pytest]\naddopts = -q -p plug\n"),
            ("pyproject.toml", '[tool.pytest.ini_options]\naddopts = "-p plug"\n'),
            ("conftest.py", "pytest_plugins = ['plug']\n"),
            ("conftest.py", "pytest_plugins: str = 'plug'\n"),
        )
    ),
)

test_a_name_that_is_not_torchaudio = table(
    project(
        "our package by the name torchaudio",
        {"a.py": 'import compat\n\ncompat.install("2.0")\n\nimport compat as torchaudio\n\ntorchaudio.load("a")\n'},
        says={"a.py": "torchaudio is the package compat here"},
        target="compat",
        entries=["a.py"],
    ),
)
