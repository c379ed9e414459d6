"""What our code asks Windows for, told by a stand-in: locks, and the code page in which libsox takes names."""

import codecs
import os
import pathlib
import sys
import types
from collections.abc import Iterator

import pytest

from compat.audit.storage import locks
from dispatcher.backends.sox import paths
from dispatcher.errors import BackendError


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
    """A Windows of code page 1252."""
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
