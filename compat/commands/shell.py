"""Command lines for the shells of this system: ``sh``, or PowerShell and ``cmd``.

On Windows one line serves both shells where that is possible; otherwise there are two.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Sequence

# words that need quotes in neither shell
_PLAIN = re.compile(r"[\w\\/:.=+-][\w\\/:.=+~-]*")
_BEFORE_A_QUOTE = re.compile(r'(\\*)("|$)')
# PowerShell takes typographic quotes for quotes as well
_EXPANDED_BY_POWERSHELL = re.compile('[$`"“”„]')
_SINGLE_IN_POWERSHELL = re.compile("(['‘’‚‛])")
_SPECIAL_IN_CMD = re.compile(r'([()%!^"<>&|])')


class Line(str):
    """A command line to paste.

    Args:
        text: the line.
        shell: ``PowerShell`` or ``cmd``, if the other one needs another line.
        steps: the words of each program that it calls, in order, so that it can be run without a
            shell; none if only a shell can run it.
    """

    shell: str
    steps: tuple[tuple[str, ...], ...]

    def __new__(cls, text: str, shell: str = "", steps: Sequence[tuple[str, ...]] = ()) -> Line:
        made = super().__new__(cls, text)
        made.shell, made.steps = shell, tuple(steps)
        return made


def is_windows() -> bool:
    """Return whether commands are for Windows' shells."""
    return os.name == "nt"


def lines(*words: str) -> tuple[Line, ...]:
    """Return the line that calls a program; on Windows one for each shell if they differ."""
    if not is_windows():
        return (Line(shlex.join(words), steps=[words]),)
    call = (
        "& " if not _PLAIN.fullmatch(words[0]) else ""
    )  # PowerShell: a quoted first word is a string
    in_powershell, in_cmd = " ".join(map(for_powershell, words)), " ".join(map(for_cmd, words))
    return each(call + in_powershell, in_cmd, [words])


def each(powershell: str, cmd: str, steps: Sequence[tuple[str, ...]] = ()) -> tuple[Line, ...]:
    """Return a line for each shell of Windows, or one if both take the same."""
    if powershell == cmd:
        return (Line(cmd, steps=steps),)
    return (Line(powershell, "PowerShell", steps), Line(cmd, "cmd", steps))


def alternatives(commands: Sequence[Line]) -> list[Line]:
    """Return the first line of each command, without the form for ``cmd`` of the line before."""
    return [command for command in commands if command.shell != "cmd"]


def first(commands: Sequence[Line]) -> Sequence[Line]:
    """Return the lines of the first command; any others are alternatives."""
    return commands[: 2 if len(commands) > 1 and commands[1].shell == "cmd" else 1]


def chain(*commands: Sequence[Line]) -> tuple[Line, ...]:
    """Return the line that runs commands in order, each only if the one before succeeded.

    PowerShell 5 has no ``&&``.
    """
    firsts = [first(command) for command in commands]
    joined = " && ".join(command[-1] for command in firsts)
    # a chain of which a part needs a shell needs one as a whole
    is_whole = all(command[0].steps for command in firsts)
    steps = [step for command in firsts for step in command[0].steps if is_whole]
    if not is_windows():
        return (Line(joined, steps=steps),)
    *before, last = (command[0] for command in firsts)
    return each(
        "".join(f"{line}; if ($?) {{ " for line in before) + last + " }" * len(before),
        joined,
        steps,
    )


def told(commands: Sequence[Line], mark: str = "`") -> str:
    """Return the first command for use in a sentence, with its form for ``cmd``."""
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
    """Return the line that sets a variable in PowerShell."""
    return f"$env:{name} = '{_doubled(value)}'"


def set_in_cmd(name: str, value: str) -> str:
    """Return the line that sets a variable in ``cmd``."""
    return f"set {_within_quotes(f'{name}={value}')}"


def _within_quotes(text: str) -> str:
    """Quote for ``cmd``; escape with ``^`` if the text has quotes or names a variable."""
    quoted = f'"{text}"'
    return _SPECIAL_IN_CMD.sub(r"^\1", quoted) if '"' in text or text.count("%") > 1 else quoted


def _as_argument(word: str) -> str:
    """Escape quotes, and backslashes before them or the end, as Windows' C library reads them."""
    return _BEFORE_A_QUOTE.sub(lambda found: found[1] * 2 + (found[2] and '\\"'), word)


def _doubled(text: str) -> str:
    return _SINGLE_IN_POWERSHELL.sub(r"\1\1", text)
