"""By the rules of Windows, put up by ``windows.py`` in a child and in its children; and what Windows is asked for, told by a stand-in."""

import codecs
import json
import os
import pathlib
import subprocess
import sys
import types
from collections.abc import Callable, Iterator

import pytest

from compat.audit.storage import locks
from dispatcher.backends.sox import paths
from dispatcher.errors import BackendError
from tests.codemod.commands import put
from tests.conftest import ASSETS, ROOT
from tests.tables import table

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def windows(tmp_path: pathlib.Path) -> Run:
    """Run Python under those rules, with a console of a Western code page."""

    def run(*arguments: str, code: str = "") -> subprocess.CompletedProcess[str]:
        put({"sitecustomize.py": "import tests.platforms.windows\n", "program.py": code}, tmp_path)
        command = [sys.executable, *([str(tmp_path / "program.py")] if code else arguments)]
        path = os.pathsep.join([str(tmp_path), str(ROOT)])
        variables = {**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "cp1252", "PYTHONWARNDEFAULTENCODING": "1"}
        return subprocess.run(command, env=variables, capture_output=True, encoding="cp1252", errors="replace", timeout=300, check=False)

    return run


# a program, and what it prints
@table("program, prints", {
    # our packages do not see the names, and cannot rename what is open; the rest of Python is as before
    "the rules are there": ("""
import importlib, os, pathlib, signal
import tests.platforms.windows as rules
ours, others = {"__name__": "dispatcher.anything"}, {"__name__": "anything"}
for module, names in rules.NO_NAMES.items():
    for name in names:
        assert not eval("hasattr(module, name)", {**ours, "module": importlib.import_module(module), "name": name}), name
for name in rules.NO_MODULES:
    try:
        exec(f"import {name}", dict(ours))
    except ImportError:
        exec(f"import {name}", dict(others))
    else:
        raise SystemExit(name)
assert eval("signal.SIGKILL", {**others, "signal": signal}) == 9
pathlib.Path("x").write_text("")
held = open("x")
try:
    exec("os.replace('x', 'y')", {**ours, "os": os})
except PermissionError:
    held.close(); exec("os.replace('x', 'y')", {**ours, "os": os}); print("as there")
""", "as there"),
    # a new file, one over another, one over itself with no litter left, and an error that leaves the old one
    "saving and loading": ("""
import os, torch
import compat as torchaudio
wave = torch.rand(2, 800) - 0.5
for backend in ("ffmpeg", "soundfile", "sox"):
    for _ in range(2):
        torchaudio.save("é.wav", wave, 8000, backend=backend)
    found, rate = torchaudio.load("é.wav", backend=backend)
    assert rate == 8000 and torchaudio.info("é.wav", backend=backend).num_frames == 800
    assert torch.allclose(found, wave, atol=1e-3)
    before = open("é.wav", "rb").read()
    try:
        torchaudio.save("é.wav", wave.to(torch.complex64), 8000, backend=backend)
    except Exception:
        pass
    else:
        raise SystemExit("it was saved")
    assert open("é.wav", "rb").read() == before
    assert os.listdir() == ["é.wav"], os.listdir()
    os.unlink("é.wav")
    print("saved by", backend)
""", "saved by ffmpeg\nsaved by soundfile\nsaved by sox\n"),
    # the drop-in is in spawned processes as well, which is how Windows starts them
    "installing and workers": (f"""
import multiprocessing, compat
def work(path):
    import torchaudio
    return torchaudio.load(path)[0].shape[1], torchaudio.__version__
if __name__ == "__main__":
    compat.install("2.0")
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        print(pool.map(work, [{str(ASSETS / 'stereo_16.flac')!r}])[0])
""", "(4000, '2.0"),
})  # fmt: skip
def test_a_program(program: str, prints: str, windows: Run) -> None:
    done = windows(code=program)
    assert done.stdout.startswith(prints), done.stderr[-2000:]


def test_running_a_program(windows: Run) -> None:
    """As it is, and with code that ends it by itself; what it prints in its own encoding, what we print in any."""
    put({"old.py": "import sys, torchaudio; print(torchaudio.info(sys.argv[1]).num_frames, torchaudio.get_audio_backend()); sys.exit(3)"})
    done = windows("-m", "compat.run", "--version", "2.0", "old.py", str(ASSETS / "stereo_16.flac"))
    assert (done.stdout.split()[:1], done.returncode) == (["4000"], 3), done.stderr[-2000:]
    gone = windows("-m", "compat.run", "名前.py")
    assert (gone.returncode, "there is no file" in gone.stderr) == (2, True), gone.stderr[-2000:]


def test_the_audit(windows: Run) -> None:
    """Its rows are UTF-8, whatever the console's code page; the same command goes on where it stopped."""
    command = ("-m", "compat.audit", "--from", "2.0", "--to", "2.2", str(ASSETS), "--results", "rows.jsonl", "--report", "page.html")
    first = windows(*command)
    assert "Every file's row is in rows.jsonl" in first.stdout, first.stderr[-2000:]
    again = windows(*command)
    assert again.returncode == first.returncode, again.stderr[-2000:]
    told = windows("-m", "compat.audit", "--results", "rows.jsonl", "--json")
    assert json.loads(told.stdout)["results"] == "rows.jsonl", told.stderr[-2000:]
    assert "名前" in pathlib.Path("rows.jsonl").read_text("utf-8")
    assert pathlib.Path("page.html").read_text("utf-8").count("charset='utf-8'") == 1


def test_the_doctor(windows: Run) -> None:
    done = windows("-m", "compat.doctor", "--json", "--skip", "files,libraries,resampling")
    assert done.stdout, done.stderr[-2000:]
    assert "crashed" not in {check["status"] for check in json.loads(done.stdout)["checks"]}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_codemod(windows: Run, newline: str) -> None:
    """It writes UTF-8 with the file's own line ends, and what it prints does not fail at the code page."""
    source = newline.join(["import torchaudio  # 名前", 'torchaudio.set_audio_backend("soundfile")', 'x = torchaudio.load("é.wav")', ""])
    put({"old.py": source})
    shown = windows("-m", "compat.codemod", "--diff", "old.py")
    assert "backend=" in shown.stdout, shown.stderr[-2000:]
    done = windows("-m", "compat.codemod", "old.py")
    assert done.returncode in (0, 1), done.stderr[-2000:]
    written = pathlib.Path("old.py").read_bytes()
    assert "名前".encode() in written
    assert b'backend="soundfile"' in written
    assert written.count(b"\r\n") == (written.count(b"\n") if newline == "\r\n" else 0)


def test_the_second_who_locks_rows_is_refused_and_no_row_is_locked(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The audit's rows are locked by a byte that no row reaches."""
    held: list[tuple[int, int]] = []

    def locking(descriptor: int, mode: str, size: int) -> None:
        """Lock a byte of a file, for one holder, as ``msvcrt`` does."""
        place = os.fstat(descriptor).st_ino, os.lseek(descriptor, 0, os.SEEK_CUR)
        if (mode, size) != ("without waiting", 1) or place in held:
            raise OSError(36, "Resource deadlock avoided")
        held.append(place)

    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setitem(sys.modules, "msvcrt", types.SimpleNamespace(LK_NBLCK="without waiting", locking=locking))
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"x" * 100)
    with open(path, "ab+", buffering=0) as one, open(path, "ab+", buffering=0) as other:
        one.seek(7)
        assert locks.lock(one)
        assert one.tell() == 7
        assert not locks.lock(other)
    assert held[0][1] > 1 << 30
    assert path.stat().st_size == 100


def test_without_any_locks_nobody_is_refused(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setitem(sys.modules, "msvcrt", None)
    with open(tmp_path / "rows.jsonl", "ab+") as file:
        assert locks.lock(file)


@pytest.fixture
def western(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if sys.platform == "win32":
        pytest.skip("it is a real one")

    def find(name: str) -> codecs.CodecInfo | None:
        return codecs.lookup("cp1252") if name == "mbcs" else None

    codecs.register(find)
    monkeypatch.setattr(sys, "platform", "win32")
    yield
    codecs.unregister(find)


@pytest.mark.usefixtures("western")
def test_a_path_is_given_in_the_code_page() -> None:
    """And comes back from there; a letter that it has not is refused, and the way out told."""
    assert paths.for_libsox("C:\\Müller\\a.wav") == b"C:\\M\xfcller\\a.wav"
    assert paths.of_libsox(b"C:\\M\xfcller\\a.wav") == "C:\\Müller\\a.wav"
    with pytest.raises(BackendError, match=r"'音声'.*backend=\"ffmpeg\""):
        paths.for_libsox("C:\\音声.wav")


def test_elsewhere_it_is_as_python_has_it() -> None:
    assert paths.for_libsox("/音声\udcff.wav") == "/音声".encode() + b"\xff.wav"
