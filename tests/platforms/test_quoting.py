"""Commands that the doctor prints mean the same in cmd and in PowerShell."""

from __future__ import annotations

import ctypes
import types

import pytest

from compat.doctor import machine
from dispatcher import parts


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("pip", "install", "numpy>=1.24"), 'pip install "numpy>=1.24"'),
        (("pip", "install", "av>=18.0,<19.1"), 'pip install "av>=18.0,<19.1"'),
        (("pip", "install", "torch==2.8.0+cpu"), "pip install torch==2.8.0+cpu"),
        (("pip", "install", "torchaudio-compat[torch]"), 'pip install "torchaudio-compat[torch]"'),
        (("pip", "--index-url", "https://download.pytorch.org/whl/cpu"), "pip --index-url https://download.pytorch.org/whl/cpu"),
        (("type", r"C:\Users\A & B\x.py"), r'type "C:\Users\A & B\x.py"'),
        (("type", r"C:\A&B\x.py"), r'type "C:\A&B\x.py"'),
        (("type", ""), 'type ""'),
    ],
)
def test_words_with_a_meaning_of_their_own_are_quoted(monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], line: str) -> None:
    monkeypatch.setattr(machine.os, "name", "nt")
    said = machine.quoted(*words)
    monkeypatch.undo()
    assert said == line


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """``os.name`` as it is there, for as long as the commands are made: the rest of the library here would not bear it."""
    monkeypatch.setattr(machine.os, "name", "nt")
    return monkeypatch


def test_a_variable_is_taken_away_and_set_in_powershell_and_in_cmd(windows: pytest.MonkeyPatch) -> None:
    """What is PowerShell's comes first: ``cmd`` says that it knows no such command, where PowerShell is silent on that of ``cmd``."""
    said = machine.unset("NAME"), machine.setting("NAME", "a & b's")
    windows.undo()
    assert said == (("Remove-Item Env:NAME", "set NAME="), ("$env:NAME = 'a & b''s'", 'set "NAME=a & b\'s"'))
    assert (machine.unset("NAME"), machine.setting("NAME", "a b")) == (("unset NAME",), ("export NAME='a b'",))


def test_commands_that_are_of_one_shell_are_run_by_it(windows: pytest.MonkeyPatch) -> None:
    folder, file = r"C:\A & B\torch", r"C:\a b.wav"
    said = machine.removing(folder), machine.readable(file), parts.one_rate(file, 8000)
    windows.undo()
    assert said[:2] == (rf'cmd /c rmdir /s /q "{folder}"', rf'icacls "{file}" /reset')
    assert rf'ffmpeg -i "{file}" -ar 8000' in said[2]
    assert machine.removing("/a b") == "rm -r '/a b'"
    assert machine.readable("/a b") == "chmod u+r '/a b'"


@pytest.mark.parametrize(
    ("short", "program"), [(r"C:\PROGRA~1\python.exe", r"C:\PROGRA~1\python.exe"), ("", r"C:\Program Files\python.exe")]
)
def test_a_command_does_not_begin_with_a_quote(windows: pytest.MonkeyPatch, short: str, program: str) -> None:
    """Where Windows keeps short names, as it does on the drive of the system; PowerShell wants ``&`` before a quote, ``cmd`` no ``&``."""

    def short_name(path: str, room: ctypes.Array[ctypes.c_wchar], size: int) -> int:
        room.value = short
        return len(short)

    kernel = types.SimpleNamespace(GetShortPathNameW=short_name)
    windows.setattr(ctypes, "windll", types.SimpleNamespace(kernel32=kernel), raising=False)
    said = machine.program(r"C:\Program Files\python.exe"), machine.program(r"C:\Python\python.exe")
    windows.undo()
    assert said == (program, r"C:\Python\python.exe")
