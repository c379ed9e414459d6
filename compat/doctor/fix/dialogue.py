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
_WITHOUT_QUESTION = {
    Touches.ENVIRONMENT: "--yes runs the first command",
    Touches.MORE: "--yes --outside runs the first command",
    Touches.SHOWN: "in a terminal you can choose one",
}


class Means(NamedTuple):
    """What the dialogue acts with; tests give their own.

    Args:
        run: runs a program.
        examine: runs the doctor again; ``None`` if it has no result.
        ask: asks a question and returns the answer; ``None`` if there is nobody to ask.
    """

    run: Callable[[Words], runner.Outcome]
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
    """Mend the root cause of an examination, and return the exit status.

    The status is that of the last examination; 3 if there is a command and nobody to ask, or the
    second examination has no result; 4 if a command failed.

    Args:
        before: the document of the examination.
        root: the mend of its root cause.
        consent: how much the first command may touch without a question; ``None``: ask always.
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
    if all(reach.touches is Touches.SHOWN for _, reach in commands):
        _say("", "The doctor runs none of these. Run one yourself, then run the doctor again.")
        return status
    if consent is None and by.ask is None:
        how = _WITHOUT_QUESTION[commands[0][1].touches]
        _complain(f"doctor --fix: there is no terminal to ask, so nothing was run; {how}")
        return UNANSWERED
    chosen = _chosen(commands, by) if consent is None else commands[0]
    if chosen is None or not _is_allowed(*chosen, consent, by):
        _say("fix", "Nothing was changed.")
        return status
    return _done(chosen[0], before, by, asks=consent is None)


def _show(commands: Sequence[tuple[Line, Reach]]) -> None:
    for number, (command, reach) in enumerate(commands, 1):
        counted = f"{number}) " if len(commands) > 1 else ""
        _say("fix" if number == 1 else "", f"{counted}$ {command}")
        if reach.reason:
            only = "Only shown. " if reach.touches is Touches.SHOWN else ""
            _say("", f"   {only}It {reach.reason}.")


def _chosen(commands: Sequence[tuple[Line, Reach]], by: Means) -> tuple[Line, Reach] | None:
    """Ask whether to run the command, or which one; return ``None`` for none."""
    if len(commands) == 1:
        return commands[0] if _is_yes("Run it? [y/N] ", by) else None
    may = {
        str(number): command
        for number, command in enumerate(commands, 1)
        if command[1].touches is not Touches.SHOWN
    }
    answer = _ask(f"Run which one? [{', '.join(may)}; Enter: none] ", by)
    if answer and answer not in may:
        _say("", f"{answer!r} is none of {', '.join(may)}.")
    return may.get(answer)


def _is_allowed(command: Line, reach: Reach, consent: Touches | None, by: Means) -> bool:
    """Return whether a chosen command may be run; ask a second time if it touches more."""
    if reach.touches is Touches.SHOWN:
        _say("", "--yes takes the first command, and that one is only shown.")
        return False
    if reach.touches <= (consent or Touches.ENVIRONMENT):
        return True
    if consent is not None:
        _say("", "--yes runs it only with --outside.")
        return False
    return _is_yes(f"It {reach.reason}. Run it all the same? [y/N] ", by)


def _is_yes(question: str, by: Means) -> bool:
    return _ask(question, by) in ("y", "yes")


def _ask(question: str, by: Means) -> str:
    return by.ask(f"{_INDENT}{question}") if by.ask is not None else ""


def _done(command: Line, before: dict[str, Any], by: Means, *, asks: bool) -> int:
    """Run the steps of a command, examine again, and say what changed."""
    for words in command.steps:
        step = words if asks else unattended(words)
        line = shell.lines(*step)[0]
        _say("run", f"$ {line}")
        try:
            outcome = by.run(step)
        except KeyboardInterrupt:
            _complain("", "Interrupted while it ran. Run the doctor again: it may be half done.")
            raise
        if outcome.status:
            how = f"signal {-outcome.status}" if outcome.status < 0 else f"status {outcome.status}"
            _complain(
                "",
                f"{line} failed with {how}. Nothing further was run. Its last lines:",
                *(f"  {last}" for last in outcome.last or ("(it wrote none to standard error)",)),
            )
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
