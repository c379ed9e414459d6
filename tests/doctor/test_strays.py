"""Packages that come from where no installer put them, or are the user's own: a build from source, a line of a .pth file, the working folder."""

import json
import pathlib
import sysconfig
from collections.abc import Callable

import pytest

from tests.codemod.commands import put
from tests.conftest import Python, printed
from tests.doctor.cases import Case, worlds
from tests.doctor.worlds import World, plant

BROKEN = "raise OSError('no')\n"
OURS = "copies,backend-ffmpeg,backend-soundfile,backend-sox"
CHECKOUT = {"torchaudio 2.11.0": "__version__ = '2.11.0'\n", "torchaudio@other": "__version__ = '2.8.0a0'\n"}


def hiding(name: str, program: str, **more: str) -> Case:
    """A file called as a module of Python or of a package; the doctor goes on, and nothing of what fails for it is installed again."""
    plants = {"soundfile 0.13.1": f"{program}__version__ = '0.13.1'\n", "torch 2.8.0": "", **more}
    files = {name: "x = 1\n"}
    return Case(
        name, "copies,imports", "error", "shadowed", "python", ("soundfile", "torch"), plants, files, root="copies", commands=("mv ",)
    )


test_names_that_something_else_has = worlds(
    # a build from source, or a copied folder; what works is not to be renamed
    *(
        Case(f"a {name} without metadata", "copies", "note", without=(name,), plants={name: "__version__ = '9.9.9'\n"}, says=("9.9.9",), never=" ")
        for name in ("torchaudio", "soundfile", "av", "numpy")
    ),
    Case("a torchaudio without metadata that does not work", "copies", "warning",
         plants={"torchaudio": {"__init__.py": BROKEN, "version.py": "__version__ = '2.8.0'\n"}}, commands=("install",)),
    Case("a file that only has the name", "copies", "error", "shadowed", files={"torchaudio.py": "import os\n"}, commands=("mv ",)),
    Case("a checkout that works before the installed one", "copies", "warning", "shadowed", plants=CHECKOUT, env={"PYTHONPATH": "{other}"},
         says=("{other}",), never=" "),
    Case("two copies inside the environment", "copies", "error", "two-copies", "torchaudio", without=("torch",),
         plants={"torchaudio 2.8.0": ""}, files={"vendored/torchaudio-2.7.0.dist-info/METADATA": "Name: torchaudio\nVersion: 2.7.0\n",
         "vendored/torchaudio/__init__.py": ""}, env={"PYTHONPATH": "{folder}/vendored"}, commands=("uninstall",)),
    Case("an environment that is gone", "environment", "warning", "other-environment-active", env={"VIRTUAL_ENV": "/gone"},
         says=("there is no such environment",), commands=("unset VIRTUAL_ENV",)),
    *(
        Case(f"a folder called {name}", OURS, "error", "shadowed", name, files={f"{name}/__init__.py": ""}, root="copies",
             says=(f"{{folder}}/{name}", "torchaudio-compat"))
        for name in ("dispatcher", "legacy")
    ),
    hiding("copy.py", "from copy import deepcopy\n"),
    hiding("queue/__init__.py", "import queue\nqueue.SimpleQueue\n"),
    hiding("helper.py", "from helper import thing\n", helper="thing = 1\n"),
    hiding("helper/__init__.py", "import helper\nhelper.thing\n", helper="thing = 1\n"),
    *(
        Case(name, f"copies,{check}", "error", "shadowed", "python", files={name: ""}, root="copies", commands=("mv ",))
        for name, check in {"cffi.py": "backend-sox", "elftools/__init__.py": "libraries", "deprecation.py": "resampling"}.items()
    ),
)  # fmt: skip


def test_one_that_no_package_needs_is_no_problem(build: Callable[..., World]) -> None:
    """Nor is it blamed for what fails for another cause."""
    world = build(without=("soundfile",), plants={"soundfile 0.13.1": BROKEN})
    put(dict.fromkeys(("statistics.py", "test.py", "code.py"), "x = 1\n"), world.folder)
    report = world.examine("--only", "copies")
    assert (report.code, [found["status"] for found in report.findings("copies")]) == (0, ["note", "note"])


@pytest.fixture
def other(tmp_path: pathlib.Path) -> pathlib.Path:
    """The site-packages of another environment, with a torchaudio."""
    folder = tmp_path / "other env"
    paths = sysconfig.get_paths(vars={"base": str(folder), "platbase": str(folder)}, scheme="venv")
    site = pathlib.Path(paths["purelib"])
    plant(site, "torchaudio 2.8.0", "")
    (folder / "pyvenv.cfg").write_text("home = /usr/bin\n")
    return site


LINES = {
    "a folder": "{site}\n",
    "code": "import site; site.addsitedir({site!r})\n",
    "below a comment": "# of mine\n\n{site}\n",
    "PYTHONPATH": "",
}


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("own", [False, True])
def test_a_line_that_leads_to_another_environment_is_taken_out_and_nothing_removed(
    build: Callable[..., World], other: pathlib.Path, line: str, own: bool
) -> None:
    world = build(plants={"torchaudio 2.11.0": ""} if own else {})
    env, says = {"PYTHONPATH": str(other)}, "PYTHONPATH"
    if LINES[line]:
        (world.site / "zz_other.pth").write_text(LINES[line].format(site=str(other)))
        env, says = {}, f"take line {len(LINES[line].splitlines())} out of {world.site / 'zz_other.pth'}"
    found = world.examine("--only", "copies", env=env).findings("copies")[0]
    assert found["cause"] in ("two-copies", "two-places")
    assert not [command for command in found["mend"]["commands"] if command.startswith("rm")]
    assert says in found["mend"]["text"]


def test_a_module_of_another_environment_is_not_renamed(build: Callable[..., World], other: pathlib.Path) -> None:
    world = build(without=("soundfile",), plants={"soundfile 0.13.1": "from helper import thing\n", "helper 1.0": "thing = 1\n"})
    (other / "helper.py").write_text("")
    found = world.examine("--only", "copies", env={"PYTHONPATH": str(other)}).findings("copies")
    mends = [one["mend"] for one in found if "helper" in one["text"]]
    assert [(mend["commands"], str(other) in mend["text"]) for mend in mends] == [([], True)]


CONSOLE = "import sys; del sys.path[0]; from compat.cli import main; sys.exit(main({}))"


@pytest.mark.parametrize("name", ["torchaudio.py", "soundfile.py", "numpy/__init__.py", "torch.py"])
def test_the_console_command_finds_what_lies_in_the_working_folder(python: Python, name: str) -> None:
    """As `python -m compat.doctor` does: it stands before the real one for every program that is run from there."""
    put({name: "import os\n"})
    done = python(code=CONSOLE.format(["doctor", "--only", "copies", "--json"]))
    assert done.returncode == 2, done.stderr
    found = json.loads(done.stdout)["verdict"]["root"]
    assert (found["cause"], found["subject"]) == ("shadowed", name.partition("/")[0].removesuffix(".py"))


def test_the_working_folder_is_seen_for_another_interpreter(python: Python, build: Callable[..., World]) -> None:
    put({"torchaudio.py": "import os\n"})
    done = python("-m", "compat.doctor", "--python", str(build().python), "--only", "copies", "--json")
    assert json.loads(done.stdout)["verdict"]["root"]["cause"] == "shadowed", done.stderr


def test_the_console_command_keeps_out_of_a_folder_with_a_package_of_our_name(python: Python) -> None:
    put({"compat.py": "raise SystemExit('the wrong one')\n"})
    printed(python(code=CONSOLE.format(["doctor", "--only", "backend-soundfile"])))
