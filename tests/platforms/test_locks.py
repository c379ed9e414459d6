"""The audit's rows are locked on Windows too, by a byte that no row reaches."""

import os
import pathlib
import sys
import types

import pytest

from compat.audit.storage import locks


def test_the_second_one_is_refused_and_no_row_is_locked(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
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
