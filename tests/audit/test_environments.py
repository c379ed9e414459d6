"""The new side of another environment: decoded there, in a process that is used for many files.

The environments here have a torchaudio of a few lines, over a torch of a few lines, so that they
start at once. One marked test takes the real one.
"""

import json
import pathlib
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import soundfile

from compat.audit.cli import main
from compat.audit.environments import environment
from compat.audit.reading import Reading
from compat.commands.arguments import UsageError
from tests.audit.runs import Audit, encoded, rows_of
from tests.codemod.commands import put
from tests.conftest import ASSETS
from tests.tables import table

NOISE = np.random.default_rng(3).uniform(-0.5, 0.5, (4000, 2))
SOUND = encoded(NOISE)
TORCH = """
class Tensor:
    dtype = "torch.float32"
    def __init__(self, samples): self.samples, self.shape = samples, samples.shape
    def detach(self): return self
    cpu = contiguous = detach
    def numel(self): return self.samples.size
    def element_size(self): return 4
    def data_ptr(self): return self.samples.ctypes.data
"""
TORCHAUDIO = """
import os, sys, types, warnings
import numpy, soundfile, torch
__version__ = "2.2.2+cu121"
print("what a library prints on standard output")
def list_audio_backends(): return ["soundfile"]
def info(path):
    found = soundfile.info(path)
    return types.SimpleNamespace(sample_rate=found.samplerate, num_frames=found.frames, num_channels=found.channels,
                                 bits_per_sample=16, encoding="PCM_S")
def load(path, normalize=True):
    name = os.path.basename(path)
    if "abort" in name: os.abort()
    if "exit" in name: os._exit(7)
    if "import" in name: raise ImportError("no codec library")
    if "warned" in name: warnings.warn("old")
    print("decoding")
    if "empty" in name: return torch.Tensor(numpy.zeros((1, 0), "float32")), 8000
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return torch.Tensor(numpy.ascontiguousarray(samples[7 * ("moved" in name):].T)), rate
"""
DIED = "the process of torchaudio 2.2.2 died while it read the file: it ended"
Make = Callable[..., pathlib.Path]


@pytest.fixture
def spool(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """The folder for temporary files."""
    folder = tmp_path / "spool"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@pytest.fixture
def made(tmp_path: pathlib.Path) -> Make:
    """Make an environment: its folder, with ``bin/python``."""

    def make(**modules: str) -> pathlib.Path:
        place = tmp_path / "env"
        texts = {"torch": TORCH, "torchaudio": TORCHAUDIO, **modules}
        put({f"modules/{name}.py": text for name, text in texts.items()}, place)
        put({"bin/python": f'#!/bin/sh\nPYTHONPATH={place / "modules"} exec {sys.executable} "$@"\n'}, place)
        (place / "bin/python").chmod(0o755)
        return place

    return make


@pytest.fixture
def audit(capsys: pytest.CaptureFixture[str]) -> Audit:
    """Run the command with an old side."""
    return Audit(capsys, "--from", "2.0:soundfile", "--quiet", "--jobs", "1")


def files(*names: str) -> None:
    put(dict.fromkeys([f"data/{name}" for name in names], SOUND))


def rows(audit: Audit, *arguments: object) -> tuple[int, dict[str, dict[str, Any]]]:
    status = audit(*arguments, "--results", "rows.jsonl").status
    return status, {pathlib.Path(row["path"]).name: row for row in rows_of("rows.jsonl")}


def test_files_are_decoded_there(made: Make, audit: Audit) -> None:
    """Each file has its own fate, and a file that ends the process is no harm to the next one."""
    files("a.wav", "abort.wav", "b.wav", "exit.wav", "moved.wav", "warned.wav")
    put({"data/text.wav": b"no sound " * 99})
    place = made()
    status, found = rows(audit, "--to-python", place, "data", "--report", "audit.html")
    assert status == 2
    wanted: dict[str, dict[str, object]] = {
        "a.wav": {"kind": "identical", "to_side": f"2.2.2@{place / 'bin' / 'python'}", "to_backend": "torchaudio 2.2.2"},
        "abort.wav": {"kind": "error_to", "to_error": f"{DIED} by SIGABRT"},
        "b.wav": {"kind": "identical"},
        "exit.wav": {"kind": "error_to", "to_error": f"{DIED} with status 7"},
        "moved.wav": {"kind": "shifted", "shift": 7},
        "warned.wav": {"kind": "identical", "to_warning": "old"},
        "text.wav": {"kind": "error_both"},
    }
    assert {name: {field: row[field] for field in wanted[name]} for name, row in found.items()} == wanted
    assert "LibsndfileError" in found["text.wav"]["to_error"]
    data = json.loads(pathlib.Path("audit.html").read_text(encoding="utf-8").partition("id='data'>")[2].partition("</script>")[0])
    assert [bool(drawing["new"]) for drawing in data["drawings"]] == [True]


def test_rows_are_named_by_the_version_and_the_page_is_made_again_from_them(made: Make, audit: Audit) -> None:
    files("moved.wav")
    assert audit("--to", "2.2", "--to-python", made() / "bin/python", "data").status == 1
    assert pathlib.Path("audit-2.0_soundfile-2.2.2-python.jsonl").exists()
    assert main(["--results", "audit-2.0_soundfile-2.2.2-python.jsonl", "--report", "audit.html"]) == 1
    assert '"error":""' in pathlib.Path("audit.html").read_text(encoding="utf-8")


# modules of the environment that are other than they should be, and what is said
@table("modules, text", {
    "no torchaudio": ({"torchaudio": "raise ModuleNotFoundError('No module', name='torchaudio')"}, "it has no torchaudio"),
    "no torch": ({"torch": "raise ModuleNotFoundError('No module', name='torch')"}, "it has no torch"),
    "a module of it is missing": (
        {"torchaudio": "import nothing_of_this_name"}, "torchaudio does not load: ModuleNotFoundError: No module named 'nothing_of_this_name'",
    ),
    "does not load": ({"torchaudio": "raise OSError('libtorchaudio.so: undefined symbol')"}, "torchaudio does not load: OSError: libtor"),
    "the stand-in": ({"torchaudio": "import sys; sys.modules['compat'] = sys"}, "is the stand-in of torchaudio-compat"),
    "no backend": ({"torchaudio": "def list_audio_backends(): return []"}, "its torchaudio has no backend: install soundfile"),
    "it crashes": ({"torchaudio": "import os; os.abort()"}, "is no Python that runs: it ended by SIGABRT"),
    "it speaks and ends": (
        {"torchaudio": "import os, sys; print('out of luck', file=sys.stderr, flush=True); os._exit(3)"},
        "is no Python that runs: it ended with status 3; it says: out of luck",
    ),
})  # fmt: skip
def test_a_broken_environment_is_told_before_any_file(modules: dict[str, str], text: str, made: Make, audit: Audit) -> None:
    files("a.wav")
    place = made(**modules)
    told = audit("--to-python", place, "data")
    assert told.status == 3
    assert f"--to-python {place / 'bin' / 'python'}" in told.err
    assert text in told.err
    assert not list(pathlib.Path().glob("*.jsonl"))


def test_what_no_file_survives_ends_the_run(made: Make, audit: Audit) -> None:
    files("import.wav")
    told = audit("--to-python", made(), "data")
    assert (told.status, "its torchaudio cannot load files: no codec library" in told.err) == (3, True)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("gone", "there is no such program, and no bin/python in a folder of that name"),
        ("data", "name an interpreter, or the folder of its environment"),
        ("data/a.wav", "does not start: Permission denied"),
    ],
)
def test_paths_that_are_no_environment(path: str, text: str) -> None:
    files("a.wav")
    with pytest.raises(UsageError, match=text):
        environment.named(path)


def test_another_release_than_the_one_named(made: Make) -> None:
    place = str(made())
    for release in ("2.2", "2.2.2", "2", None):
        assert environment.named(place, release).startswith("2.2.2@")
    for release in ("2.0", "2.20", "2.2.1"):
        with pytest.raises(UsageError, match=f"it has torchaudio 2.2.2, and --to says {release}; leave out --to"):
            environment.named(place, release)


def test_in_blocks_and_no_file_is_left(made: Make, spool: pathlib.Path) -> None:
    files("a.wav", "empty.wav")
    side = environment.Environment(environment.named(str(made())))
    with side.open("data/a.wav", normalize=True, block_frames=1500) as stream:
        assert list(spool.iterdir()) == []
        blocks = list(stream.blocks)
        assert [block.shape for block in blocks] == [(2, 1500), (2, 1500), (2, 1000)]
        assert np.array_equal(np.concatenate(blocks, axis=1), soundfile.read("data/a.wav", dtype="float32")[0].T)
        assert (stream.metadata.encoding, stream.metadata.num_frames) == ("PCM_S", 4000)
    with Reading(side, "data/empty.wav", normalize=True, block_frames=1500) as reading:
        assert reading.take() is None
        assert reading.error is None
    assert list(spool.iterdir()) == []


def test_no_file_is_left_if_this_process_is_killed(made: Make, spool: pathlib.Path) -> None:
    """By a time limit, say, while the file is decoded there: nothing could delete the samples then."""
    files("a.wav")
    seen = f"{TORCHAUDIO}\ndef load(path, normalize=True): raise RuntimeError(os.listdir({str(spool)!r}))\n"
    side = environment.Environment(environment.named(str(made(torchaudio=seen))))
    with pytest.raises(RuntimeError, match=r"RuntimeError: \[\]"), side.open("data/a.wav", normalize=True, block_frames=9):
        pass


def test_2_9_has_no_info() -> None:
    names = {"2.9.1@/python": False, "2.10.0@/python": False, "3.0@/python": False, "2.8.0@/python": True, "0.13.1@/python": True}
    assert {name: environment.Environment(name).has_info for name in names} == names


def test_its_process_ends_with_ours(made: Make) -> None:
    process = environment._Process(str(made() / "bin" / "python"))
    child = process._process
    assert child.stdin is not None
    child.stdin.close()
    began = time.monotonic()
    assert child.wait(timeout=30) == 0
    assert time.monotonic() - began < 30
    process.close()


@pytest.mark.real
def test_the_real_torchaudio_of_this_environment(audit: Audit) -> None:
    if subprocess.run([sys.executable, "-c", "import torchaudio"], check=False, capture_output=True).returncode:
        pytest.fail("this cell has no torchaudio that loads")
    status, found = rows(audit, "--to-python", sys.executable, ASSETS / "stereo_24.flac")
    assert (status, found["stereo_24.flac"]["kind"]) == (0, "identical")
