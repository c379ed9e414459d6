"""The audit's rows are locked on Windows too, by a byte that no row reaches."""

import pathlib
import sys
import types

import pytest

from compat.audit.storage import locks


class Windows(types.ModuleType):
    """``msvcrt`` as far as it locks: a byte of a file, for one holder."""

    LK_NBLCK = 2

    def __init__(self) -> None:
        super().__init__("msvcrt")
        self.held: list[tuple[int, int]] = []

    def locking(self, descriptor: int, mode: int, size: int) -> None:
        import os

        place = os.fstat(descriptor).st_ino, os.lseek(descriptor, 0, os.SEEK_CUR)
        if mode != self.LK_NBLCK or size != 1 or place in self.held:
            raise OSError(36, "Resource deadlock avoided")
        self.held.append(place)


def test_the_second_one_is_refused_and_no_row_is_locked(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    system = Windows()
    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setitem(sys.modules, "msvcrt", system)
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"x" * 100)
    with open(path, "ab+", buffering=0) as one, open(path, "ab+", buffering=0) as other:
        one.seek(7)
        assert locks.lock(one)
        assert one.tell() == 7
        assert not locks.lock(other)
    assert system.held[0][1] > 1 << 30
    assert path.stat().st_size == 100


def test_without_any_locks_nobody_is_refused(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setitem(sys.modules, "msvcrt", None)
    with open(tmp_path / "rows.jsonl", "ab+") as file:
        assert locks.lock(file)
