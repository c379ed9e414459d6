"""Commands that the doctor prints are right in PowerShell and in cmd; where one line is not, there is one for each."""

import ast
import os
import pathlib
import re
import sysconfig
import types
from collections.abc import Callable, Iterator

import pytest

from compat.commands import shell
from compat.commands.shell import Line
from compat.diagnosis import machine, mends
from compat.diagnosis.findings import Mend
from compat.doctor import page
from dispatcher.reading import joined_files
from tests.conftest import ROOT
from tests.tables import table


@pytest.fixture(autouse=True)
def _on_windows(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Commands are those of Windows; what this machine has must not show in them, and its pip may be cached."""
    monkeypatch.setattr(shell, "is_windows", lambda: True)
    monkeypatch.setattr(machine, "python", lambda: r"C:\py\python.exe")
    monkeypatch.setattr(machine, "system_manager", lambda: "")
    forget = machine._pip.cache_clear
    forget()
    yield
    forget()


# words; PowerShell's line; that of cmd, where it is another
@pytest.mark.parametrize(
    ("words", "in_powershell", "in_cmd"),
    [
        (("pip", "install", "numpy>=1.24"), 'pip install "numpy>=1.24"', ""),
        (("pip", "install", "av>=18.0,<19.1"), 'pip install "av>=18.0,<19.1"', ""),
        (("pip", "install", "torch==2.8.0+cpu"), "pip install torch==2.8.0+cpu", ""),
        (("pip", "install", "torchaudio-compat[torch]"), 'pip install "torchaudio-compat[torch]"', ""),
        (("pip", "--index-url", "https://download.pytorch.org/whl/cpu"), "pip --index-url https://download.pytorch.org/whl/cpu", ""),
        (("x", r"C:\Users\A & B\x.py"), r'x "C:\Users\A & B\x.py"', ""),
        (("x", r"C:\A&B\x.py"), r'x "C:\A&B\x.py"', ""),
        (("x", r"C:\it's\x.py"), r'''x "C:\it's\x.py"''', ""),
        (("x", r"C:\100%\x^y!(1).py"), r'x "C:\100%\x^y!(1).py"', ""),
        (("x", r"C:\Müller\音.wav"), r"x C:\Müller\音.wav", ""),
        (("x", "@list", "~", "#1", "{}", ";"), 'x "@list" "~" "#1" "{}" ";"', ""),
        (("x", "C:\\a b\\"), 'x "C:\\a b\\\\"', ""),
        (("x", ""), 'x ""', ""),
        # PowerShell puts variables into double quotes, and takes a backtick for an escape
        (("x", r"C:\$Recycle\a.wav"), r"x 'C:\$Recycle\a.wav'", r'x "C:\$Recycle\a.wav"'),
        (("x", r"C:\it's $5\a`b.wav"), r"x 'C:\it''s $5\a`b.wav'", r'''x "C:\it's $5\a`b.wav"'''),
        (("x", "“quoted”.wav"), "x '“quoted”.wav'", 'x "“quoted”.wav"'),
        (("x", "‘$1’.wav"), "x '‘‘$1’’.wav'", 'x "‘$1’.wav"'),
        # cmd puts variables in within quotes too
        (("x", r"C:\%TEMP%\a b.wav"), r'x "C:\%TEMP%\a b.wav"', r'x ^"C:\^%TEMP^%\a b.wav^"'),
        (("x", 'a"b & c'), "x 'a\\\"b & c'", 'x ^"a\\^"b ^& c^"'),
        # PowerShell takes a line that begins with a quote for a text
        ((r"C:\Program Files\python.exe", "-V"), r'& "C:\Program Files\python.exe" -V', r'"C:\Program Files\python.exe" -V'),
        ((r"C:\a$b\python.exe", "-V"), r"& 'C:\a$b\python.exe' -V", r'"C:\a$b\python.exe" -V'),
    ],
)
def test_words_with_a_meaning_of_their_own_are_quoted(words: tuple[str, ...], in_powershell: str, in_cmd: str) -> None:
    assert shell.lines(*words) == ((in_powershell, in_cmd) if in_cmd else (in_powershell,))


HERE = pathlib.Path(__file__)


# what makes the command; PowerShell's line; that of cmd, where it is another; that of sh
@table("make, in_powershell, in_cmd, in_sh", {
        "unset": (lambda: machine.unset("NAME"), "Remove-Item Env:NAME", 'set "NAME="', "unset NAME"),
        "set": (lambda: machine.setting("NAME", "a & b's"), "$env:NAME = 'a & b''s'", 'set "NAME=a & b\'s"', "export NAME='a & b'\"'\"'s'"),
        "set to what cmd would put in": (
            lambda: machine.setting("NAME", "%A%"),
            "$env:NAME = '%A%'",
            'set ^"NAME=^%A^%^"',
            "export NAME=%A%",
        ),
        "remove a folder": (
            lambda: machine.removing("/no/a $b", "/no/c"),
            "Remove-Item -Recurse -Force -LiteralPath '/no/a $b', /no/c",
            'rmdir /s /q "/no/a $b" /no/c',
            "rm -r '/no/a $b' /no/c",
        ),
        "remove a file too": (
            lambda: machine.removing("/no/c", str(HERE)),
            f"Remove-Item -Recurse -Force -LiteralPath /no/c, {HERE}",
            f"rmdir /s /q /no/c && del /f /q {HERE}",
            f"rm -r /no/c {HERE}",
        ),
        "rename": (
            lambda: machine.renaming("/no/a [1]/torch.py", "my_torch.py"),
            'Rename-Item -LiteralPath "/no/a [1]/torch.py" my_torch.py',
            'ren "/no/a [1]/torch.py" my_torch.py',
            "mv '/no/a [1]/torch.py' '/no/a [1]/my_torch.py'",
        ),
        "let its owner read": (lambda: machine.readable("/a b"), 'icacls "/a b" /reset', "", "chmod u+r '/a b'"),
        "one after another": (
            lambda: shell.chain(shell.lines("a"), shell.lines("b"), shell.lines("c d")),
            'a; if ($?) { b; if ($?) { & "c d" } }',
            'a && b && "c d"',
            "a && b && 'c d'",
        ),
        "the first of alternatives": (
            lambda: shell.chain(machine.unset("A"), (Line("b"), Line("instead of b"))),
            "Remove-Item Env:A; if ($?) { b }",
            'set "A=" && b',
            "unset A && b",
        ),
        "install": (
            lambda: machine.pip("numpy>=1.24"),
            r'C:\py\python.exe -m pip install "numpy>=1.24"',
            "",
            r"'C:\py\python.exe' -m pip install 'numpy>=1.24'",
        ),
        "run the doctor of another": (
            lambda: machine.doctor(interpreter="/a b/python"),
            '& "/a b/python" -m compat.doctor',
            '"/a b/python" -m compat.doctor',
            "'/a b/python' -m compat.doctor",
        ),
})  # fmt: skip
def test_commands_in_each_shell(
    make: Callable[[], tuple[Line, ...]], in_powershell: str, in_cmd: str, in_sh: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert make() == ((in_powershell, in_cmd) if in_cmd else (in_powershell,))
    monkeypatch.setattr(shell, "is_windows", lambda: False)
    assert make() == (in_sh,)


def test_an_environment_without_pip_is_given_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_pip", lambda: ())
    monkeypatch.setattr(machine, "python", lambda: r"C:\a b\python.exe")
    assert machine.pip("av") == (
        r'& "C:\a b\python.exe" -m ensurepip; if ($?) { & "C:\a b\python.exe" -m pip install av }',
        r'"C:\a b\python.exe" -m ensurepip && "C:\a b\python.exe" -m pip install av',
    )


def test_what_is_told_names_the_shell() -> None:
    mend = Mend("Rename it", (*machine.renaming("/no/a b", "c"), *machine.pip("x")))
    assert mend.sentence() == 'Rename it: `Rename-Item -LiteralPath "/no/a b" c` (in cmd: `ren "/no/a b" c`)'
    assert [line.label for line in page._mend(mend)] == ["fix", "", "in cmd", "or"]


@pytest.mark.parametrize("name", sorted(mends.TABLE))
def test_no_mend_is_of_another_systems_shell(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """What ``sh`` alone knows is in none of PowerShell's lines, and what PowerShell alone knows in none of those of cmd."""
    sysconfig.get_config_vars()  # Python works them out once, by the platform
    monkeypatch.setattr(mends.sys, "platform", "win32")
    monkeypatch.setattr(machine.shutil, "which", lambda name: None)  # from Python 3.12 on it would ask Windows
    groups = {"library": "libsox.dll", "module": "torch", "image": "x"}
    mend = mends.named(name, "torch", groups)
    for line in mend.commands:
        assert not re.search(r"\b(unset|export|sudo|apt-get|rm|mv|chmod)\b", line), line
        assert line.shell == "cmd" or "&&" not in line, line
        assert line.shell == "PowerShell" or "$" not in line, line


@pytest.mark.parametrize(("name", "quoted"), [(r"C:\a b.wav", r'"C:\a b.wav"'), (r"C:\$a.wav", "FILE"), ("%a%", "FILE")])
def test_an_error_of_the_dispatcher_is_right_in_both(monkeypatch: pytest.MonkeyPatch, name: str, quoted: str) -> None:
    """It may not import the place of quoting: it leaves out what takes two lines."""
    monkeypatch.setattr(joined_files, "os", types.SimpleNamespace(name="nt", fsdecode=os.fsdecode, PathLike=os.PathLike))
    assert f"ffmpeg -i {quoted} -ar 8000" in joined_files.one_rate(name, 8000)


def test_nothing_else_quotes() -> None:
    """One place writes command lines; ``export`` is of ``sh`` alone."""
    places = set()
    for path in [*ROOT.glob("compat/**/*.py"), *ROOT.glob("dispatcher/**/*.py"), *ROOT.glob("legacy/**/*.py")]:
        tree = ast.parse(path.read_text("utf-8"))
        names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        if names & {"list2cmdline"} or re.search(r"\bshlex\.(quote|join)\(", ast.unparse(tree)):
            places.add(path.relative_to(ROOT).as_posix())
    assert places == {"compat/commands/shell.py", "compat/diagnosis/machine.py", "dispatcher/reading/joined_files.py"}
