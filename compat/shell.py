"""How a command is written for the shells of this system: ``sh``; on Windows PowerShell and ``cmd``, two lines where one will not do."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Sequence

# what neither PowerShell nor cmd takes for more than a letter
_PLAIN = re.compile(r"[\w\\/:.=+-][\w\\/:.=+~-]*")
_BEFORE_A_QUOTE = re.compile(r'(\\*)("|$)')
# PowerShell takes typographic quotes for quotes as well
_EXPANDED_BY_POWERSHELL = re.compile('[$`"“”„]')
_SINGLE_IN_POWERSHELL = re.compile("(['‘’‚‛])")
_SPECIAL_IN_CMD = re.compile(r'([()%!^"<>&|])')


class Line(str):
    """A command line, to be pasted.

    Args:
        text: the line.
        shell: ``PowerShell`` or ``cmd``, where the other of them has a line of its own.
    """

    shell: str

    def __new__(cls, text: str, shell: str = "") -> Line:
        made = super().__new__(cls, text)
        made.shell = shell
        return made


def is_windows() -> bool:
    """Return whether commands are for Windows' shells."""
    return os.name == "nt"


def lines(*words: str) -> tuple[Line, ...]:
    """Return the line that calls a program with these words; on Windows PowerShell's and that of ``cmd``, where they differ."""
    if not is_windows():
        return (Line(shlex.join(words)),)
    call = "& " if not _PLAIN.fullmatch(words[0]) else ""  # PowerShell takes what begins with a quote for a text
    return each(call + " ".join(map(for_powershell, words)), " ".join(map(for_cmd, words)))


def each(powershell: str, cmd: str) -> tuple[Line, ...]:
    """Return a line for each shell of Windows, or the one that both take."""
    return (Line(cmd),) if powershell == cmd else (Line(powershell, "PowerShell"), Line(cmd, "cmd"))


def first(commands: Sequence[Line]) -> Sequence[Line]:
    """Return the first of several commands, for each shell."""
    return commands[: 2 if len(commands) > 1 and commands[1].shell == "cmd" else 1]


def chain(*commands: Sequence[Line]) -> tuple[Line, ...]:
    """Return the line that runs the first of each as long as they succeed; PowerShell 5 knows no ``&&``."""
    firsts = [first(command) for command in commands]
    joined = " && ".join(command[-1] for command in firsts)
    if not is_windows():
        return (Line(joined),)
    *before, last = (command[0] for command in firsts)
    return each("".join(f"{line}; if ($?) {{ " for line in before) + last + " }" * len(before), joined)


def told(commands: Sequence[Line], mark: str = "`") -> str:
    """Return the first command as a part of a sentence, with what ``cmd`` wants instead."""
    line, *rest = first(commands)
    return f"{mark}{line}{mark}" + "".join(f" (in cmd: {mark}{other}{mark})" for other in rest)


def for_powershell(word: str) -> str:
    """Quote a word for PowerShell 5 and later, as an argument of a program."""
    if _PLAIN.fullmatch(word):
        return word
    argument = _as_argument(word)
    if _EXPANDED_BY_POWERSHELL.search(word):
        return f"'{_doubled(argument)}'"
    return f'"{argument}"'


def for_cmd(word: str) -> str:
    """Quote a word for ``cmd``, at its prompt."""
    return word if _PLAIN.fullmatch(word) else _within_quotes(_as_argument(word))


def set_in_powershell(name: str, value: str) -> str:
    """Return PowerShell's line that gives a variable its value."""
    return f"$env:{name} = '{_doubled(value)}'"


def set_in_cmd(name: str, value: str) -> str:
    """Return the line of ``cmd`` that gives a variable its value."""
    return f"set {_within_quotes(f'{name}={value}')}"


def _within_quotes(text: str) -> str:
    """Quote for ``cmd``; where that would end a quote early or put a variable in, each sign that it knows is escaped."""
    quoted = f'"{text}"'
    return _SPECIAL_IN_CMD.sub(r"^\1", quoted) if '"' in text or text.count("%") > 1 else quoted


def _as_argument(word: str) -> str:
    """Escape what the C library of Windows reads in a quoted argument: quotes, and backslashes before them and at the end."""
    return _BEFORE_A_QUOTE.sub(lambda found: found[1] * 2 + (found[2] and '\\"'), word)


def _doubled(text: str) -> str:
    return _SINGLE_IN_POWERSHELL.sub(r"\1\1", text)
