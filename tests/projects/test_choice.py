"""Which release a project says that it was written for."""

import os
import pathlib

import pytest

from compat.codemod import source
from compat.names import pins
from compat.projects import choice
from tests.codemod.commands import put
from tests.tables import table

SETTER = "import torchaudio\n\ntorchaudio.set_audio_backend('sox_io')\n"
PER_CALL = "import torchaudio\n\ntorchaudio.load('a.wav', backend='sox')\n"
POETRY = '[[package]]\nname = "torch"\nversion = "2.1.0"\n\n[[package]]\nname = "torchaudio"\nversion = "2.1.2+cpu"\ndescription = ""\n'
PIPFILE = '{"_meta": {"hash": {}}, "default": {"torchaudio": {"hashes": ["sha256:1"], "version": "==2.0.2"}}}'
CONDA = "package:\n- name: numpy\n  version: 1.0.0\n- name: torchaudio\n  version: 2.5.1\n  manager: conda\n"


MATRIX = "[testenv]\ncommands =\n    a: torchaudio==0.8.1\n    b: torchaudio==0.13.1\n    c: torchaudio==2.2.2\n    d: torchaudio==2.4.0\n"


# files, the release, and what the reason begins with
@table("files, release, reason", {
    "a pin": ({"requirements.txt": "numpy\ntorchaudio==2.0.2\n"}, "2.0", "requirements.txt:2 has torchaudio==2.0.2"),
    "a release like 2.2": ({"requirements.txt": "torchaudio~=2.5.0\n"}, "2.5", "requirements.txt:1 has torchaudio~=2.5.0"),
    "several like 2.2": ({"requirements.txt": "torchaudio>=2.3,<2.6\n", "a.py": SETTER}, "2.3", "requirements.txt:1 has torchaudio>=2.3,<2.6"),
    "an open pin beyond 2.2": ({"requirements.txt": "torchaudio>=2.4\n", "a.py": PER_CALL}, "2.4", "requirements.txt:1 has torchaudio>=2.4"),
    "a release like 2.9": ({"requirements.txt": "torchaudio==2.10.0\n"}, "2.10", "requirements.txt:1 has"),
    "a setter and a pin beyond 2.2": ({"requirements.txt": "torchaudio>=2.6\n", "a.py": SETTER}, "2.6", "a.py:3 sets"),
    "one of 0.x": ({"requirements.txt": "torchaudio==0.12.1\n"}, "2.0", "requirements.txt:1 has"),
    "one that is older": ({"requirements.txt": "torchaudio==0.7.2\n"}, "2.0", "requirements.txt:1 has torchaudio==0.7.2, older than any"),
    "a wheel": (
        {"requirements.txt": "torchaudio @ https://download.pytorch.org/whl/torchaudio-2.0.2-cp310-cp310-linux_x86_64.whl\n"},
        "2.0",
        "requirements.txt:1 has torchaudio-2.0.2-cp310-cp310-linux_x86_64.whl",
    ),
    "a version after a name": ({"environment.yml": "dependencies:\n  - pytorch 2.1.*\n"}, "2.1", "environment.yml:2 has pytorch 2.1.*"),
    "torch alone": ({"environment.yml": "dependencies:\n  - torch=2.1\n"}, "2.1", "environment.yml:2 has torch=2.1"),
    "torch 1.13": ({"requirements/base.txt": "torch==1.13.1\n"}, "2.0", "requirements/base.txt:1 has torch==1.13.1"),
    "torchaudio before torch": ({"requirements.txt": "torch==2.8.0\ntorchaudio==2.1.0\n"}, "2.1", "requirements.txt:2"),
    "pyproject": ({"pyproject.toml": '[project]\ndependencies = ["torchaudio>=2.8,<2.9"]\n'}, "2.8", "pyproject.toml:2"),
    "poetry": ({"pyproject.toml": '[tool.poetry.dependencies]\ntorchaudio = "~2.1"\n'}, "2.1", "pyproject.toml:2"),
    "setup.cfg": ({"setup.cfg": "[options]\ninstall_requires =\n    torchaudio==2.9.*\n"}, "2.9", "setup.cfg:3"),
    "setup.py": ({"setup.py": "install_requires = ['torchaudio==2.0.2']\n"}, "2.0", "setup.py:1"),
    "pixi": ({"pixi.toml": '[dependencies]\ntorchaudio = "2.2.*"\n'}, "2.2", "pixi.toml:2 has"),
    "an image": ({"Dockerfile": "FROM python:3.11\nRUN pip install torchaudio==2.0.2\n"}, "2.0", "Dockerfile:2 has torchaudio==2.0.2"),
    "an included file": ({"requirements.txt": "-r deps/base.in\n", "deps/base.in": "torchaudio==2.1.0\n"}, "2.1", "deps/base.in:1 has"),
    "a lock before a pin": ({"poetry.lock": POETRY, "pyproject.toml": '[project]\ndependencies = ["torchaudio<2.1"]\n'}, "2.1", "poetry.lock:6 has torchaudio 2.1.2+cpu"),
    "uv.lock": ({"uv.lock": 'version = 1\n\n[[package]]\nname = "torchaudio"\nversion = "2.8.0"\nsource = { registry = "x" }\n'}, "2.8", "uv.lock:4"),
    "pylock": ({"pylock.toml": 'lock-version = "1.0"\n\n[[packages]]\nname = "torchaudio"\nversion = "2.0.2"\n'}, "2.0", "pylock.toml:4"),
    "Pipfile.lock": ({"Pipfile.lock": PIPFILE}, "2.0", "Pipfile.lock:1 has torchaudio 2.0.2"),
    "conda-lock": ({"conda-lock.yml": CONDA}, "2.5", "conda-lock.yml:"),
    "a lock that cannot be read": ({"Pipfile.lock": "{", "requirements.txt": "torchaudio==2.1.0\n"}, "2.1", "requirements.txt:1"),
    "a comment is no pin": ({"requirements.txt": "# torchaudio==2.0.2\n", "a.py": "import torchaudio\n"}, "2.2", "no pin and no call"),
    "a setter": ({"a.py": SETTER}, "2.0", "a.py:3 sets a global backend; no pin names one release"),
    "an argument of old": ({"a.py": "import torchaudio\n\ntorchaudio.info(filepath='x')\n"}, "2.0", "a.py:3 says filepath=; no pin names"),
    "a setter below": ({"src/a.py": SETTER, ".git/x": ""}, "2.0", "src/a.py:3 sets a global backend"),
    "a setter and an open pin": ({"a.py": SETTER, "requirements.txt": "torchaudio>=2.1\n"}, "2.1", "a.py:3 sets"),
    "a setter and a bounded pin": ({"a.py": SETTER, "requirements.txt": "torchaudio>=2.0,<2.3\n"}, "2.0", "requirements.txt:1 has torchaudio>=2.0,<2.3, and a.py:3"),
    "no setter and a bounded pin": ({"a.py": PER_CALL, "requirements.txt": "torchaudio<2.3\n"}, "2.2", "requirements.txt:1 has torchaudio<2.3"),
    "both ways": ({"a.py": SETTER, "b.py": PER_CALL}, "2.1", "a.py:3 sets a global backend, and b.py:3 names one in a call"),
    "a name of 2.9": ({"a.py": "import torchaudio\ntorchaudio.load_with_torchcodec('x')\n"}, "2.8", "it uses torchaudio.load_with_torchcodec"),
    "a name that 2.0 alone has": ({"a.py": "import torchaudio\ntorchaudio.backend.soundfile_backend.save\n"}, "2.0", "it uses torchaudio.backend.soundfile_backend.save, which 2.2 warns of"),
    "a name that 2.2 forwards": ({"a.py": "import torchaudio\ntorchaudio.utils.ffmpeg_utils.get_audio_decoders()\n"}, "2.2", "no pin and no call names a release"),
    "a name that 2.2 no longer forwards": ({"a.py": "import torchaudio\ntorchaudio.backend.utils.get_audio_backend()\n"}, "2.1", "it uses torchaudio.backend.utils.get_audio_backend, which 2.2 lacks"),
    "a test matrix": ({"tox.ini": MATRIX}, "2.2", "tox.ini:3 has torchaudio==0.8.1, and elsewhere torchaudio==0.13.1, torchaudio==2.2.2, torchaudio==2.4.0"),
    "a test matrix and a setter": ({"tox.ini": MATRIX, "a.py": SETTER}, "2.0", "tox.ini:3 has torchaudio==0.8.1, and elsewhere"),
    "a matrix of old releases": ({"tox.ini": "".join(MATRIX.splitlines(keepends=True)[:3]) + "    b: torchaudio==0.7.0\n"}, "2.0", "tox.ini:3 has torchaudio==0.8.1, and elsewhere torchaudio==0.7.0, older than any"),
    "a requirement and a wheel for the documentation": (
        {"setup.py": "wheel = 'https://x/torch-1.7.0%2Bcpu-cp36-cp36m-linux_x86_64.whl'\ninstall_requires = ['torch>=1.13']\n", "a.py": PER_CALL},
        "2.2",
        "no pin and no call names a release",
    ),
    "pins for two systems": (
        {"requirements.txt": "torchaudio==2.1.0; sys_platform == 'darwin'\ntorchaudio==2.1.2; sys_platform != 'darwin'\n"},
        "2.1",
        "requirements.txt:1 has torchaudio==2.1.0, and elsewhere torchaudio==2.1.2",
    ),
    "pins that agree": ({"requirements.txt": "torchaudio>=2.0\ntorchaudio==2.1.0\n"}, "2.1", "requirements.txt:2 has torchaudio==2.1.0"),
    "names that no release has together": ({"a.py": "import torchaudio\ntorchaudio.backend.soundfile_backend.save\ntorchaudio.pipelines.MMS_FA\n"}, "2.2", "no pin and no call names a release"),
    "few names of one release, more of others": ({"a.py": "import torchaudio\ntorchaudio.load_with_torchcodec\ntorchaudio.info\ntorchaudio.io\n"}, "2.8", "it uses torchaudio.load_with_torchcodec, which 2.2 lacks"),
    "an open pin of torch beyond 2.2": ({"setup.py": "install_requires = ['torch>=2.9']\n", "a.py": PER_CALL}, "2.9", "setup.py:1 has torch>=2.9"),
    "an open pin that admits 2.2": ({"requirements.txt": "torchaudio>=2.1\n", "a.py": PER_CALL}, "2.2", "no pin and no call names a release"),
    "nothing tells": ({"a.py": "import torchaudio\ntorchaudio.load('a.wav')\n"}, "2.2", "no pin and no call names a release"),
    "nothing at all": ({"a.py": "print(1)\n"}, "2.2", ""),
    "what cannot be parsed": ({"a.py": "import torchaudio; torchaudio.set_audio_backend(\n"}, "2.2", "no pin"),
    "what git ignores": ({"a.py": SETTER, ".gitignore": "a.py\n", ".git/x": ""}, "2.2", ""),
})  # fmt: skip
def test_a_project_says_which_release_it_was_written_for(files: dict[str, str | bytes], release: str, reason: str) -> None:
    check(files, release, reason)


def check(files: dict[str, str | bytes], release: str, reason: str, program: str = "") -> None:
    put(files)
    found = choice.choose(".", "2.2", program)
    assert (found.release, bool(found.reason)) == (release, bool(reason)), found
    assert found.reason.startswith(reason), found


OLD = "requirements.txt:1 has torchaudio>=2.0,<2.3, and lib/old.py:3 sets a global backend"


@pytest.mark.parametrize(
    ("program", "release", "reason"),
    [
        ("new.py", "2.2", "requirements.txt:1"),
        ("main.py", "2.0", OLD),
        ("main", "2.0", OLD),
        ("lib", "2.0", OLD),
        ("lib.deep", "2.0", OLD),
        ("plain.py", "2.1", f"{OLD}, and new.py:3"),
    ],
)
def test_a_program_and_what_it_imports_count_before_other_files(program: str, release: str, reason: str) -> None:
    files: dict[str, str | bytes] = {
        "requirements.txt": "torchaudio>=2.0,<2.3\n",
        "new.py": PER_CALL,
        "plain.py": "print(1)\n",
        "main.py": "from lib.deep import run\n",
        "lib/__init__.py": "",
        "lib/__main__.py": "from . import old\n",
        "lib/deep/__init__.py": "from ..old import x\n",
        "lib/old.py": SETTER,
    }
    check(files, release, reason, program)
    if program.endswith(".py"):
        check(files, release, reason, os.path.abspath(program))


def test_a_folder_that_is_no_project_is_not_searched_below() -> None:
    """A script may lie in a home folder."""
    files: dict[str, str | bytes] = {"below/old.py": SETTER, "a.py": "import torchaudio\n"}
    check(files, "2.2", "no pin and no call", "a.py")
    check(files, "2.0", "below/old.py:3")


def test_a_pin_of_one_release_decides_without_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading it takes seconds in a large project."""
    monkeypatch.setattr(choice, "_calls", None)
    for pin, release, is_older in (("2.0.2", "2.0", False), ("2.1.*", "2.1", False), ("0.7.0", "2.0", True)):
        put({"requirements.txt": f"torchaudio=={pin}\n"})
        for program in ("", "a.py"):
            found = choice.choose(".", "2.2", program)
            assert (found.release, found.is_older) == (release, is_older)


def test_files_that_do_not_mention_torchaudio_are_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed, Module = [], source.Module

    def module(path: str, text: str) -> source.Module:
        parsed.append(os.path.basename(path))
        return Module(path, text)

    monkeypatch.setattr(source, "Module", module)
    check({"main.py": "import old, other\n", "other.py": "x = 1\n", "old.py": SETTER}, "2.0", "old.py:3", "main.py")
    assert parsed == ["old.py"]


def test_the_root_is_the_nearest_folder_that_has_something_of_a_project(tmp_path: pathlib.Path) -> None:
    below = tmp_path / "src" / "package"
    for name, root in (("src/package/x", below), ("requirements.txt", tmp_path), ("src/package/setup.py", below)):
        put({name: ""}, tmp_path)
        assert choice.root_of(str(below)) == str(root)


def test_files_that_include_each_other_are_read_once() -> None:
    put({"requirements/a.txt": "-r ../requirements/b.txt\n", "requirements/b.txt": "-r ../requirements/a.txt\ntorchaudio>=2.0\n"})
    assert [where for where, _ in choice._pins(".")] == ["requirements/b.txt:2"]


def test_a_pin_says_where_it_stands() -> None:
    pin = next(pins.found('x = ["torchaudio[all] >= 2.0, < 2.1"]'))
    assert (pin.name, pin.specifier, pin.is_bounded) == ("torchaudio", ">=2.0,<2.1", True)
    assert pin.admits(["2.0.1"])
    assert not pin.admits(["2.1.0"])
