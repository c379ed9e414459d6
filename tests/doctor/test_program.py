"""``doctor --for PROJECT``: which release of the drop-in runs a project, and what it lacks here."""

import json
from typing import Any

import pytest

from compat.doctor import cli, program
from compat.doctor.probes import program as probe
from compat.projects import needs
from tests.codemod.commands import put
from tests.tables import table

USES = """\
import numpy, torchaudio
from torchaudio.backend.sox_io_backend import load

torchaudio.set_audio_backend("soundfile")
torchaudio.transforms.MelSpectrogram()
"""


def _told(capsys: pytest.CaptureFixture[str], **files: str) -> tuple[int, dict[str, list[dict[str, Any]]]]:
    put({name.replace("_", ".", 1): text for name, text in files.items()}, "project")
    status = cli.main(["--for", "project", "--json"])
    return status, {check["check"]: check["findings"] for check in json.loads(capsys.readouterr().out)["checks"]}


def test_a_project_is_told_its_release_and_what_it_lacks(capsys: pytest.CaptureFixture[str]) -> None:
    """The names are looked up under that release, in a child process."""
    pins = "torch==2.0.1\ntorchaudio==2.0.2\nnumpy<1.0\n\n# a comment\n-r other.txt\nno-such-package>=1 # why\n"
    status, told = _told(capsys, main_py=USES, requirements_txt=pins)
    assert status == 2
    (release,) = told["release"]
    assert "as torchaudio 2.0: requirements.txt:2 has torchaudio==2.0.2" in release["text"]
    assert release["data"]["release"] == "2.0"
    lacking, there = told["names"]
    assert lacking["subject"] == "torchaudio.transforms.MelSpectrogram"
    assert "pip install torchaudio" in lacking["mend"]["commands"][0]
    assert "the stand-in has 1 of them" in there["text"]
    assert [(one["status"], one["subject"]) for one in told["packages"]] == [
        ("note", "torch"), ("warning", "numpy"), ("error", "no-such-package>=1"),
    ]  # fmt: skip


# a program under 2.9, and the names of each finding about what is missing
@table(
    "source, wanted",
    {
        "one name": ("torchaudio.transforms.MFCC()\n", [["transforms.MFCC"]]),
        "names that the stand-in lacks": (
            "torchaudio.transforms.MFCC()\ntorchaudio.datasets.YESNO(x)\ntorchaudio.functional.vad(x)\n",
            [["datasets.YESNO", "functional.vad", "transforms.MFCC"]],
        ),
        "names that were removed for reasons of their own": (
            "torchaudio.info(x)\ntorchaudio.set_audio_backend(x)\n",
            [["info"], ["set_audio_backend"]],
        ),
        "both": (
            "torchaudio.info(x)\ntorchaudio.models.Conformer()\ntorchaudio.transforms.MFCC()\n",
            [["info"], ["models.Conformer", "transforms.MFCC"]],
        ),
    },
)
def test_one_reason_is_said_once(capsys: pytest.CaptureFixture[str], source: str, wanted: list[list[str]]) -> None:
    status, told = _told(capsys, main_py=f"import torchaudio\n{source}", requirements_txt="torchaudio==2.9.1\n")
    *lacking, there = told["names"]
    assert [one["data"]["names"] for one in lacking] == wanted
    assert all(f"torchaudio.{name}" in one["text"] + one["why"] for one in lacking for name in one["data"]["names"])
    assert there["status"] == "ok"
    assert status == 2


# files, what the release's finding says, and the exit status
@table(
    "files, words, wanted",
    {
        "one that is old": ({"requirements_txt": "torchaudio==0.7.0\n"}, "older than any", 1),
        "one without torchaudio": ({"main_py": "print(1)\n"}, "no file in it mentions torchaudio", 0),
        "one that is well": ({"main_py": "try:\n    import nowhere\nexcept ImportError:\n    pass\n"}, "no file in it", 0),
        "one that imports what is not here": ({"main_py": "import surely_nowhere\n"}, "no file in it", 2),
        "one that may import what is not here": ({"main_py": "def f():\n    import surely_nowhere\n"}, "no file in it", 1),
    },
)
def test_the_status_is_that_of_the_worst(capsys: pytest.CaptureFixture[str], files: dict[str, str], words: str, wanted: int) -> None:
    status, told = _told(capsys, **files)
    assert words in told["release"][0]["text"]
    assert status == wanted, told


def test_a_folder_that_is_not_there_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--for", "nowhere"]) == cli.FAILED
    assert "--for nowhere: there is no such folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("release", "name", "words"),
    [
        ("2.0", "set_audio_backend", ""),
        ("2.0", "backend.sox_io_backend.load", ""),
        ("2.9", "info", "gone since torchaudio 2.9"),
        ("2.2", "datasets.LIBRISPEECH", "pip install torchaudio"),
    ],
)
def test_a_name_is_looked_up_under_the_release(release: str, name: str, words: str) -> None:
    lacking = probe.probe({"release": release, "names": [name]})["lacking"]
    assert words in lacking.get(name, "")
    assert bool(lacking) == bool(words)


def test_what_the_program_can_do_without_is_not_needed() -> None:
    """Imports in a ``try``, for types, relative ones, and modules of the project and of Python."""
    put(
        {
            "pkg/own.py": "",
            "a.py": "import os, own, pkg.own, needed.deep\nfrom . import x\nfrom typing import TYPE_CHECKING\n"
            "if TYPE_CHECKING:\n    import types_only\ntry:\n    import perhaps\nexcept ImportError:\n    import instead\nelse:\n    import after\n",
        }
    )
    assert needs.imported(".") == {"needed": ("a.py:1", True), "after": ("a.py:11", True)}


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("import lost", "error"),
        ("class A:\n    import lost", "error"),
        ("def f():\n    import lost", "warning"),
        ("async def f():\n    import lost", "warning"),
        ("if a:\n    import lost", "warning"),
        ("if a:\n    pass\nelse:\n    import lost", "warning"),
        ("def f():\n    import lost\nimport lost", "error"),
        ("try:\n    pass\nfinally:\n    import lost", "error"),
        ("with contextlib.suppress(ImportError):\n    import lost", ""),
        ("if TYPE_CHECKING:\n    pass\nelse:\n    import lost", "warning"),
    ],
)
def test_a_missing_package_stops_the_program_only_where_it_is_always_imported(text: str, level: str) -> None:
    put({"a.py": text})
    assert [one.status.value[0] for one in program._packages(".")] == [level] * bool(level)
