"""TAC132: Install the drop-in at an entry point."""

import json
from pathlib import Path
from typing import Any

import pytest

from compat.codemod.run import cli
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
            ("after an import for type checkers", {PROGRAM: f"if TYPE_CHECKING:\n    import torchaudio\n{HAS}{SET}"}),
            ("after a function with torchaudio", {PROGRAM: f"def work():\n    import torchaudio\n{HAS}"}),
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
            ("with torchaudio in a function", "def go():\n    import torchaudio\n", ""),
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


@pytest.mark.parametrize(
    ("cells", "first"),
    [
        (["%%time\nimport torchaudio\n"], f"%%time\n\n{BELOW}\nimport torchaudio\n"),
        (["!pip install x\n", SET], f"!pip install x\n\n{BELOW}"),
        (["%torchaudio 2.0\n", SET], f"%torchaudio 2.0\n\n{BELOW}"),
        (["import torchaudio\n", "from __future__ import annotations\n"], f"{BELOW}\nimport torchaudio\n"),
        (["%torchaudio 2.2\n", SET], "%torchaudio 2.2\n"),
    ],
    ids=["a cell magic", "a line that installs", "the release that we want", "a later import from __future__", "another release"],
)
def test_a_notebook_keeps_its_first_magics_first(tmp_path: Path, cells: list[str], first: str) -> None:
    made = [{"cell_type": "code", "source": one} for one in cells]
    assert run(tmp_path, "a.ipynb", files={"a.ipynb": json.dumps({"cells": made})}) == int("2.2" in first)
    after = [one["source"] for one in json.loads((tmp_path / "a.ipynb").read_text())["cells"]]
    assert after == [first, *cells[1:]]


@pytest.mark.parametrize(
    "sources",
    [
        [f"%%capture out\n{SET}"],
        [f"%%timeit -n 10\n{SET}"],
        [f"%time import torchaudio\n{SET}"],
        ["    import torchaudio\n"],
        ["%%bash\nls\n", "    import torchaudio\n"],
        ["%%bash\npip install torchaudio==2.0.2\n"],
    ],
    ids=["captured", "timed", "a line", "indented", "below another language", "another language alone"],
)
def test_a_notebook_in_which_the_call_has_no_place_is_told(tmp_path: Path, sources: list[str], capsys: Any) -> None:
    cells = [{"cell_type": "code", "source": one} for one in sources]
    files = {"a.ipynb": json.dumps({"cells": cells})}
    assert run(tmp_path, "a.ipynb", files=files) == 1
    assert "the notebook begins with an indented cell or Python behind a magic" in " ".join(capsys.readouterr().out.split())
    assert (tmp_path / "a.ipynb").read_text() == files["a.ipynb"]


def test_the_next_step_names_our_package(tmp_path: Path, capsys: Any) -> None:
    assert run(tmp_path, "a.py", files={"a.py": SET}) == 0
    assert "add torchaudio-compat to its requirements" in capsys.readouterr().err


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


def run(folder: Path, *entries: str, files: dict[str, str]) -> int:
    """Write a project, run the command on it, and return its exit status."""
    for path, text in files.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text)
    return cli.main(["--target", "compat", *(f"--entry={folder / one}" for one in entries), str(folder)])


@pytest.mark.parametrize("name", [".", "run.sh", "pyproject.toml", "README.md"])
def test_an_entry_that_cannot_be_given_the_call_is_refused(tmp_path: Path, name: str, capsys: Any) -> None:
    files = {"a.py": SET, "run.sh": "", "pyproject.toml": "", "README.md": ""}
    assert run(tmp_path, name, files=files) == 2
    assert "name the Python file or notebook that is started" in capsys.readouterr().err
    assert (tmp_path / "a.py").read_text() == SET


def test_an_ignored_entry_is_changed(tmp_path: Path) -> None:
    assert run(tmp_path, "a.py", files={"a.py": SET, ".gitignore": "a.py\n"}) == 0
    assert CALL in (tmp_path / "a.py").read_text()


def test_a_package_that_only_imports_torchaudio_is_seen(tmp_path: Path, capsys: Any) -> None:
    files = {"pkg/__init__.py": "import torchaudio\n", "pkg/__main__.py": SET}
    assert run(tmp_path, "pkg/__main__.py", files=files) == 1
    assert "torchaudio may be imported there" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("entry", "status"),
    [("pkg/train.py", 1), ("pkg/__main__.py", 0), ("pkg/cli.py", 0)],
    ids=["a script", "a module", "a console script"],
)
def test_a_compat_beside_a_file_hides_ours_if_the_file_is_run_by_its_path(tmp_path: Path, entry: str, status: int) -> None:
    scripts = '[project.scripts]\nx = "pkg.cli:main"\n'
    files = {"pyproject.toml": scripts, "pkg/__init__.py": "", "pkg/compat.py": "", entry: SET}
    assert run(tmp_path, entry, files=files) == status
    assert (CALL in (tmp_path / entry).read_text()) is (status == 0)


def test_an_entry_in_the_settings_is_for_the_drop_in_alone(tmp_path: Path) -> None:
    settings = '[tool.torchaudio-compat]\ntarget = "compat"\nentry = ["a.py"]\n'
    (tmp_path / "pyproject.toml").write_text(settings)
    (tmp_path / "a.py").write_text(SET)
    assert cli.main(["--target=2.2", str(tmp_path)]) == 0
    assert CALL not in (tmp_path / "a.py").read_text()
    (tmp_path / "a.py").write_text(SET)
    assert cli.main([str(tmp_path)]) == 0
    assert CALL in (tmp_path / "a.py").read_text()


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("pytest.ini", "[pytest]\naddopts = -q -p plug\n"),
        ("pyproject.toml", '[tool.pytest.ini_options]\naddopts = "-p plug"\n'),
        ("conftest.py", "pytest_plugins = ['plug']\n"),
        ("conftest.py", "pytest_plugins: str = 'plug'\n"),
    ],
)
def test_a_plugin_that_runs_before_a_test(tmp_path: Path, file: str, text: str, capsys: Any) -> None:
    run(tmp_path, "test_a.py", files={file: text, "plug.py": "import torchaudio\n", "test_a.py": SET})
    assert "plug.py runs before this file" in capsys.readouterr().out


test_a_name_that_is_not_torchaudio = table(
    project(
        "our package by the name torchaudio",
        {"a.py": 'import compat\n\ncompat.install("2.0")\n\nimport compat as torchaudio\n\ntorchaudio.load("a")\n'},
        says={"a.py": "torchaudio is the package compat here"},
        target="compat",
        entries=["a.py"],
    ),
)
