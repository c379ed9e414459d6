"""Whatever happens while a file is saved, the old one is whole, and nothing is left lying about."""

import io
import os
import pathlib
import random
import resource
import signal
import tempfile
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import soundfile
import torch

import dispatcher
from dispatcher import atomic_files
from dispatcher.writing import target
from tests.codemod.commands import contents, put
from tests.conftest import BACKENDS
from tests.doubles import Watched, fails, odd
from tests.reliability import process
from tests.tables import table

WAVE = torch.rand(2, 40_000, generator=torch.Generator().manual_seed(1)) - 0.5


@pytest.mark.parametrize(
    ("backend", "extension"),
    [
        *(("ffmpeg", extension) for extension in ("wav", "flac", "mp3", "ogg", "m4a")),
        *(("soundfile", extension) for extension in ("wav", "flac", "mp3", "ogg")),
        *(pytest.param("sox", extension, marks=pytest.mark.libsox) for extension in ("wav", "flac", "mp3", "ogg", "sph")),
    ],
)
def test_a_full_disk_leaves_the_old_file(backend: str, extension: str) -> None:
    """At the first byte, in the middle, and in what a library holds back until it closes the file."""
    name = f"x.{extension}"
    dispatcher.save(name, WAVE, 16000, backend=backend)
    size = os.path.getsize(name)
    put({name: "precious"})
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    for limit in (100, size // 3, size - 5000, size - 10):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))  # no file may grow beyond that
        try:
            with pytest.raises(RuntimeError, match=name):
                dispatcher.save(name, WAVE, 16000, backend=backend)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert contents() == {name: b"precious"}
    dispatcher.save(name, WAVE, 16000, backend=backend)
    assert os.path.getsize(name) > 1000


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_killed_process_leaves_the_old_file(backend: str) -> None:
    """Whole, each time; what it was writing is removed by the next save into that folder."""
    chance, littered, other = random.Random(backend), False, ".torchaudio-compat-notes.wav"
    dispatcher.save("x.wav", torch.zeros(2, 200_000), 16000, backend="soundfile", bits_per_sample=16)
    put({other: "someone else's"})
    wave = torch.rand(2, 200_000) - 0.5

    def save_for_ever() -> None:
        while True:
            dispatcher.save("x.wav", wave, 16000, backend=backend)

    for tries in range(200):  # on a busy machine a child may not even begin
        pid = process.child(save_for_ever)
        time.sleep(chance.uniform(0.01, 0.1))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        assert soundfile.info("x.wav").frames == 200_000
        littered = littered or len(os.listdir()) > 2
        if littered and tries >= 9:
            break
    assert littered
    atomic_files._swept.clear()
    dispatcher.save("x.wav", WAVE, 16000, backend=backend)
    assert sorted(os.listdir()) == [other, "x.wav"]


def test_a_file_that_is_being_written_is_no_litter() -> None:
    """Not even for one that starts in the middle of it."""
    with target.writing("a.wav") as part:
        put({part: "half"})
        atomic_files._swept.clear()
        dispatcher.save("b.wav", WAVE, 16000)
    assert sorted(os.listdir()) == ["a.wav", "b.wav"]
    assert contents()["a.wav"] == b"half"


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_encoder_that_fails_leaves_the_old_file(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    put({"x.wav": "precious"})
    held = io.BytesIO()
    monkeypatch.setattr(torch.Tensor, "numpy", fails(RuntimeError("the samples are gone")))
    for place in ["x.wav", held][: 1 if backend == "sox" else 2]:
        with pytest.raises(RuntimeError, match="the samples are gone"):
            dispatcher.save(place, WAVE, 16000, format="wav", backend=backend)
    assert (contents(), held.getvalue()) == ({"x.wav": b"precious"}, b"")


@pytest.mark.parametrize("backend", ["ffmpeg", pytest.param("sox", marks=pytest.mark.libsox)])
@pytest.mark.parametrize("place", ["/dev/stdout", "/dev/fd/1"])
@pytest.mark.parametrize("output", ["pipe", "file"])
def test_standard_output_is_written_to_where_it_stands(output: str, place: str, backend: str) -> None:
    put({"out": ""})
    read, write = os.pipe() if output == "pipe" else (os.open("out", os.O_RDONLY), os.open("out", os.O_WRONLY))

    def work() -> None:
        os.dup2(write, 1)
        os.write(1, b"before\n")
        dispatcher.save(place, torch.zeros(1, 1000), 8000, format="wav", backend=backend)
        os.write(1, b"after\n")

    assert process.finished(work) == 0
    os.close(write)
    with os.fdopen(read, "rb") as told:
        got = told.read()
    assert (got[:11], got[-6:]) == (b"before\nRIFF", b"after\n")
    assert soundfile.info(io.BytesIO(got[7:-6])).frames == 1000
    assert os.listdir() == ["out"]


def test_links_lead_to_their_target() -> None:
    """Chains of them, those that lead nowhere yet, and into other folders; a circle is an error."""
    os.mkdir("deep")
    links = {"a.wav": "b.wav", "b.wav": "deep/c.wav", "round.wav": "round.wav"}
    for name, where in links.items():
        os.symlink(where, name)
    dispatcher.save("a.wav", WAVE, 16000)
    with pytest.raises(RuntimeError, match=r"round\.wav"):
        dispatcher.save("round.wav", WAVE, 16000)
    assert {name: os.readlink(name) for name in links} == links
    assert [(path.name, path.is_symlink()) for path in pathlib.Path("deep").iterdir()] == [("c.wav", False)]


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_open_temporary_file_shows_what_is_saved_under_its_name(backend: str) -> None:
    """As in the releases, which wrote into the file; each time, also less than before."""
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        for frames in (1000, 400):
            dispatcher.save(file.name, WAVE[:, :frames], 16000, backend=backend)
            file.seek(0)
            assert soundfile.info(io.BytesIO(file.read())).frames == frames


@pytest.mark.parametrize("others", [{"x.wav": b""}, {"x.wav": b"precious", "y.wav": b"precious"}], ids=["made empty", "with another name"])
def test_a_file_that_others_may_hold_gets_the_new_content(others: dict[str, bytes]) -> None:
    """A parent process the one that it made, and a link the other; if ``save`` fails, both keep the old content."""
    put({"x.wav": others["x.wav"]})
    for name in others.keys() - {"x.wav"}:
        os.link("x.wav", name)
    before = os.stat("x.wav").st_ino
    with pytest.raises(ValueError, match=r"x\.wav"):
        dispatcher.save("x.wav", torch.zeros(300, 10), 16000, backend="soundfile", format="flac")
    assert contents() == others
    dispatcher.save("x.wav", WAVE, 16000)
    assert {os.stat(name).st_ino for name in others} == {before}
    assert soundfile.info("x.wav").frames == WAVE.shape[1]


def test_a_thread_that_reads_the_old_file_reads_on_in_it() -> None:
    """It never reads a half of each."""
    put({"x.wav": b"precious"})
    with open("x.wav", "rb") as file:
        dispatcher.save("x.wav", WAVE, 16000)
        assert file.read() == b"precious"


@pytest.mark.parametrize("why", [1, 16], ids=["of another user in a sticky folder", "a mount point"])
def test_a_file_that_cannot_be_replaced_gets_the_new_content(why: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's answer is made up; a file that is not there yet cannot be such a one."""
    put({"x.wav": b"precious"})
    monkeypatch.setattr(os, "replace", fails(OSError(why, os.strerror(why))))
    dispatcher.save("x.wav", WAVE, 16000)
    assert os.listdir() == ["x.wav"]
    assert soundfile.info("x.wav").frames == WAVE.shape[1]
    with pytest.raises(RuntimeError, match=r"y\.wav"):
        dispatcher.save("y.wav", WAVE, 16000)


@pytest.mark.parametrize("files", [{"x.wav": b"precious"}, {"x.wav/precious": b""}], ids=["read-only", "folder"])
def test_what_may_not_be_written_is_told_of(files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """And stays. A superuser may write everything, so the answer of the system is made up."""
    put(files)
    real = os.access
    monkeypatch.setattr(os, "access", lambda place, mode, **rest: not place.endswith("x.wav") and real(place, mode, **rest))
    with pytest.raises(RuntimeError, match=r"read-only|directory"):
        dispatcher.save("x.wav", WAVE, 16000)
    assert contents() == files


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("by", ["the same process", "a fork of it"])
def test_what_a_killed_worker_left_is_removed_by_those_who_saved_there_before(by: str) -> None:
    """Not only by processes that see the folder for the first time."""
    dispatcher.save("x.wav", WAVE, 16000)

    def half() -> None:
        with target.writing("y.wav"):
            os.kill(os.getpid(), signal.SIGKILL)

    def save() -> None:
        dispatcher.save("x.wav", WAVE, 16000)

    process.finished(half)
    assert len(os.listdir()) == 2
    save() if by == "the same process" else process.finished(save)
    assert os.listdir() == ["x.wav"]


@pytest.mark.parametrize("grows", [True, False])
def test_where_no_file_can_be_put_beside_the_old_bytes_stay_until_there_is_room(
    grows: bool, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that is read-only: the file itself may be written."""
    path = tmp_path / "x.wav"
    path.write_bytes(bytes(100 if grows else 500_000))
    real = os.access
    monkeypatch.setattr(os, "access", lambda what, mode: str(what) != str(tmp_path) and real(what, mode))
    if grows:
        with monkeypatch.context() as patched:
            patched.setattr(os, "posix_fallocate", fails(OSError(28, "No space left on device")))
            with pytest.raises(RuntimeError, match="No space left"):
                dispatcher.save(path, WAVE, 16000)
        assert path.read_bytes() == bytes(100)
    dispatcher.save(path, WAVE, 16000)
    assert dispatcher.load(path)[0].shape == WAVE.shape
    assert path.stat().st_size == 160_078


class _Answers(io.BytesIO):
    """Writes nothing, and answers as it was told."""

    def __init__(self, answers: list[Any]) -> None:
        super().__init__()
        self.answers = answers

    def write(self, data: Any) -> Any:
        answer = self.answers.pop(0) if self.answers else len(data)
        if isinstance(answer, int) and answer > 0:
            super().write(bytes(data)[:answer])
        return answer


@pytest.mark.parametrize("backend", ["ffmpeg", "soundfile"])
@table(
    "make, says",
    {
        "a full disk": (lambda: Watched(write=fails(OSError(28, "No space left on device"))), "No space left"),
        "fewer than none": (lambda: _Answers([-1]), r"write\(\) gave"),
        "more than there are": (lambda: _Answers([10**9]), r"write\(\) gave"),
        "words": (lambda: _Answers(["many"]), r"write\(\) gave"),
        "a fraction": (lambda: _Answers([2.5]), r"write\(\) gave"),
        "nothing, for ever": (lambda: _Answers([0] * 1000), "takes nothing"),
        "nothing, and None, as a pipe that must not block": (
            odd(io.RawIOBase, writable=lambda _: True, write=lambda *_: None),
            "takes nothing",
        ),
    },
)
def test_an_object_that_does_not_take_what_it_is_given_is_an_error(
    make: Callable[[], Any], says: str, backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else bytes would be left out, or written twice."""
    monkeypatch.setattr(target, "_PAUSE", 0.001)
    with pytest.raises((OSError, RuntimeError), match=says):
        dispatcher.save(make(), WAVE, 16000, format="wav", backend=backend)


@pytest.mark.parametrize("backend", ["ffmpeg", "soundfile"])
def test_an_object_may_count_in_numpys_integers(backend: str) -> None:
    """As one over an array does."""
    held = odd(write=lambda self, data: np.int64(io.BytesIO.write(self, data)))()
    dispatcher.save(held, torch.zeros(1, 100), 16000, format="wav", backend=backend)
    assert dispatcher.info(io.BytesIO(held.getvalue())).num_frames == 100


def test_an_object_that_takes_nothing_for_a_while_is_asked_again() -> None:
    file = _Answers([0, 0, 10, 0])
    dispatcher.save(file, WAVE, 16000, format="wav")
    assert dispatcher.load(io.BytesIO(file.getvalue()))[0].shape == WAVE.shape
