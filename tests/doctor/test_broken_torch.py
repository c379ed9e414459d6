"""Worlds in which torch hangs, aborts, crashes, raises or is absent: the doctor ends in time and says so."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.doctor.cases import Case, worlds
from tests.doctor.worlds import FOR_CPU, Report, World

Make = Callable[..., World]
ALONE = ("torch", "numpy", "soundfile", "av")  # left out where only the import of torch counts


def of_torch(report: Report) -> list[dict[str, Any]]:
    """What the check of imports found of torch."""
    return [
        found for found in report.checks["imports"]["findings"] if found["subject"] == "torch" or found["data"].get("package") == "torch"
    ]


_SIGNAL = "import os\nimport signal\n\nos.kill(os.getpid(), signal.{})\n"
_LIMIT = 8  # seconds; a busy machine takes more than two to import what is healthy
# what its __init__ does; the cause, the words and the mend that are to come of it
ENDS = {
    "hangs": ("import time\n\ntime.sleep(3600)\n", "time-limit", f"did not finish within the time limit ({_LIMIT} s)", "--force-reinstall"),
    "aborts": ("import os\n\nos.abort()\n", "sigabrt", "aborted", "uninstall -y torch torchaudio"),
    "segfaults": (
        "import ctypes\n\nctypes.string_at(0)\n",
        "sigsegv",
        "crashed with a segmentation fault",
        "uninstall -y torch torchaudio",
    ),
    "illegal": (_SIGNAL.format("SIGILL"), "sigill", "illegal instruction", "torch<2.8.0"),
    "killed": (_SIGNAL.format("SIGKILL"), "sigkill", "was killed from outside", "Free memory"),
    "leaves": ("import os\n\nos._exit(7)\n", "exit", "ended the process", "--force-reinstall"),
}


@pytest.mark.parametrize("how", ENDS)
def test_a_torch_that(how: str, build: Make) -> None:
    code, cause, words, mend = ENDS[how]
    is_whole = how in ("hangs", "segfaults")  # for the others the import alone is tried
    world = build(without=("torch",), plants={"torch 2.8.0": {"__init__.py": "from torch import deeper\n", "deeper.py": code}})
    begun = time.monotonic()
    report = world.examine("--time-limit", str(_LIMIT), *(("--skip", "files,libraries,variables") if is_whole else ("--only", "imports")))
    assert time.monotonic() - begun < 90
    (found,) = of_torch(report)
    assert (report.code, found["status"], found["cause"]) == (2, "error", cause)
    assert words in found["text"]
    assert (report.verdict["root"]["check"], report.verdict["also"]) == ("imports", [])
    assert mend in " ".join([report.verdict["next"]["text"], *report.verdict["next"]["commands"]])
    if is_whole:  # what does not need torch is still looked at, and what needs it is not blamed
        assert report.status("backend-ffmpeg") in ("ok", "note")
        assert report.status("backend-soundfile") == "ok"
        assert report.status("round-trip") == report.status("resampling") == "skipped"
    if how in ("hangs", "segfaults", "aborts"):  # where it stood is told
        places = " ".join(found["data"]["stood_at"])
        assert str(world.site / "torch" / "deeper.py") in places
        assert str(world.site / "torch" / "__init__.py") in places


def test_a_torchaudio_that_fails_because_torch_does_is_not_blamed(build: Make) -> None:
    torch = "raise OSError('libcudnn.so.9: cannot open shared object file: No such file')\n"
    report = build(without=ALONE, plants={"torch 2.8.0": torch, "torchaudio 2.8.0": "import torch\n"}).examine("--only", "imports")
    assert [(found["subject"], found["cause"]) for found in of_torch(report)] == [
        ("torch", "incomplete-cuda"),
        ("torch", "mixed-builds"),
    ]
    assert report.verdict["root"]["cause"] == "incomplete-cuda"
    assert "libcudnn.so.9" in report.verdict["text"]
    assert "--no-deps" not in report.verdict["next"]["commands"][0]


def test_no_torch(build: Make) -> None:
    report = build(without=("torch",)).examine()
    assert report.code == 2
    assert report.finding("pair")["cause"] == "not-installed"
    assert report.verdict["root"]["check"] == "pair"
    assert report.verdict["next"]["commands"][0].endswith(f"-m pip install torch{FOR_CPU}")
    assert report.status("backend-soundfile") == "ok"


test_imports = worlds(
    Case("a file of that name in the working directory", "copies,imports", "error", "shadowed", "torch", root="copies",
         files={"torch.py": "tensor = list\n"}, says=("{folder}/torch.py",), commands=("mv {folder}/torch.py {folder}/my_torch.py",)),
    Case("a folder of that name in the working directory", "copies", "error", "shadowed", "torchaudio", files={"torchaudio/notes.txt": "my data\n"},
         commands=("-m pip install",), never="mv "),
    Case("the rest of a removed package", "copies", "error", "shadowed", "torch", without=ALONE, files={"torch/notes.txt": "my data\n"},
         commands=("-m pip install torch",), never="mv "),
    Case("a module that is missing", "imports", "error", "missing-package", without=ALONE, plants={"torch 2.8.0": "import surely_not_installed\n"},
         commands=("-m pip install surely_not_installed",)),
    Case("a part of itself that is missing", "imports", "error", "missing-part", without=ALONE, plants={"torch 2.8.0": "import torch._gone\n"},
         commands=("--force-reinstall",)),
)  # fmt: skip


def test_a_module_that_writes_to_standard_output_is_no_trouble(build: Make) -> None:
    world = build(without=ALONE, plants={"torch 2.8.0": "print('hello' * 10000)\n__version__ = '2.8.0'\n"})
    (found,) = of_torch(world.examine("--only", "imports"))
    assert found["status"] == "ok"
