"""Show the commands of the root cause, ask, run them, examine again, and say what changed.

Nothing here writes through a library: the command may replace the one that would colour the page.
"""

import sys
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from compat.commands import shell
from compat.commands.shell import Line
from compat.diagnosis.findings import Mend
from compat.doctor.fix import changes, runner
from compat.doctor.fix.reach import Reach, Touches, Words, of, unattended

UNANSWERED = 3  # as for wrong usage
FAILED = 4
_INDENT = " " * 12


class Means(NamedTuple):
    """What the dialogue acts with; tests give their own.

    Args:
        run: runs a program.
        examine: runs the doctor again; ``None`` if it has no result.
        ask: asks a question and returns the answer; ``None`` if there is nobody to ask.
    """

    run: Callable[[Words], int]
    examine: Callable[[], dict[str, Any] | None]
    ask: Callable[[str], str] | None


def means(arguments: Sequence[str]) -> Means:
    """Return the real means; the arguments are those of the doctor to run again."""
    is_someone = sys.stdin is not None and sys.stdin.isatty()
    return Means(runner.run, lambda: runner.examine(arguments), _asked if is_someone else None)


def _asked(question: str) -> str:
    try:
        return input(question).strip().lower()
    except EOFError:  # Ctrl-D
        print()
        return ""
    except KeyboardInterrupt:
        print()
        _say("fix", "Nothing was changed.")
        raise


def mend(before: dict[str, Any], root: Mend, consent: Touches | None, by: Means) -> int:
    """Mend the root cause of an examination by its first command, and return the exit status.

    The status is that of the last examination; 3 if there is a command and nobody to ask, or the
    second examination has no result; 4 if a command failed.

    Args:
        before: the document of the examination.
        root: the mend of its root cause.
        consent: how much the command may touch without a question; ``None``: ask always.
        by: the means.
    """
    status = int(before["verdict"]["exit"])
    print()
    if before["verdict"]["root"] is None:
        _say("fix", "Nothing to do.")
        return status
    if not root.commands:
        how = ": do what 'next' says." if root.text else "."
        _say("fix", f"No command fixes this{how}")
        return status
    commands = [(line, of(line, root)) for line in shell.alternatives(root.commands)]
    _show(commands)
    command, first = commands[0]
    if first.touches is Touches.SHOWN:
        _say("", "The doctor does not run this. Run it yourself, then run the doctor again.")
        return status
    if consent is None and by.ask is None:
        options = "--yes" if first.touches is Touches.ENVIRONMENT else "--yes --outside"
        _complain(
            "doctor --fix: there is no terminal to ask, so nothing was run; "
            f"{options} runs the first command"
        )
        return UNANSWERED
    which = "it" if len(commands) == 1 else "the first"
    if not _is_allowed(first, which, consent, by):
        _say("fix", "Nothing was changed.")
        return status
    return _done(command, before, by, asks=consent is None)


def _show(commands: Sequence[tuple[Line, Reach]]) -> None:
    for number, (command, reach) in enumerate(commands):
        _say("or" if number else "fix", f"$ {command}")
        if reach.reason:
            only = "Only shown. " if reach.touches is Touches.SHOWN else ""
            _say("", f"   {only}It {reach.reason}.")


def _is_allowed(first: Reach, which: str, consent: Touches | None, by: Means) -> bool:
    """Return whether the first command may be run; ask a second time if it touches more."""
    if consent is None:
        again = f"It {first.reason}. Run it all the same? [y/N] "
        is_inside = first.touches is Touches.ENVIRONMENT
        return _is_yes(f"Run {which}? [y/N] ", by) and (is_inside or _is_yes(again, by))
    if first.touches > consent:
        _say("", "--yes runs it only with --outside.")
    return first.touches <= consent


def _is_yes(question: str, by: Means) -> bool:
    return by.ask is not None and by.ask(f"{_INDENT}{question}") in ("y", "yes")


def _done(command: Line, before: dict[str, Any], by: Means, *, asks: bool) -> int:
    """Run the steps of a command, examine again, and say what changed."""
    for words in command.steps:
        step = words if asks else unattended(words)
        line = shell.lines(*step)[0]
        _say("run", f"$ {line}")
        try:
            status = by.run(step)
        except KeyboardInterrupt:
            _complain("", "Interrupted while it ran. Run the doctor again: it may be half done.")
            raise
        if status:
            how = f"signal {-status}" if status < 0 else f"status {status}"
            _complain("", f"{line} failed with {how}. Nothing further was run.")
            return FAILED
    print()
    _say("again", "Examining again, in a new process ...")
    after = by.examine()
    if after is None:
        _complain("doctor --fix: the second examination has no result")
        return UNANSWERED
    _compare(before, after)
    return int(after["verdict"]["exit"])


def _compare(before: dict[str, Any], after: dict[str, Any]) -> None:
    for kind, text in changes.between(before, after):
        _say(kind, text)
    verdict = after["verdict"]
    print()
    _say("root cause" if verdict["status"] == "error" else "verdict", verdict["text"])
    following = verdict["next"]
    if following["text"]:
        _say("next", f"{following['text'].rstrip('.')}{':' if following['commands'] else '.'}")
    if following["commands"]:
        print(f"{_INDENT}$ {following['commands'][0]}")


def _say(label: str, text: str) -> None:
    print(f"{label:<12}{text}".rstrip(), flush=True)


def _complain(*lines: str) -> None:
    sys.stdout.flush()
    print(*lines, sep="\n", file=sys.stderr)
