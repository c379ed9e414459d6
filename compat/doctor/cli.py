"""Parse the command line of ``python -m compat.doctor`` and run it."""

import argparse
import contextlib
import json
import os
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from compat.commands import namesakes
from compat.commands.arguments import Parser, Table, UsageError, add_all, number
from compat.commands.console import (
    FAILED,
    STOPPED,
    print_anything,
    print_for_programs,
    report_end,
)
from compat.diagnosis.findings import Result
from compat.doctor import elsewhere, files, page, pins, registry, report, structured, verdict
from compat.doctor.fix import dialogue
from compat.doctor.fix.reach import Touches
from compat.doctor.world import World

PROG = "python -m compat.doctor"
OF_FIX = ("--fix", "--yes", "--outside")

_EPILOG = """\
examples
  python -m compat.doctor                       why does torchaudio, or a backend, not load?
  python -m compat.doctor speech.m4a            why does this file not load, who would read it?
  python -m compat.doctor --for ~/project       will the drop-in run it, and what is missing?
  python -m compat.doctor --fix                 ask, run the command that fixes it, look again
  python -m compat.doctor --thorough            also compare the hashes of all installed files
  python -m compat.doctor --only pair,build     run only these checks
  python -m compat.doctor --python .venv        what is wrong with that environment?
  python -m compat.doctor --explain libraries   what does this check look at, and why?
  python -m compat.doctor --pins 2.8 --build cpu > requirements.txt
  python -m compat.doctor --report              write Markdown for an issue, without your name

What may hang or crash runs in a child process with a time limit. Only --fix changes anything.

exit status
  0 healthy, 1 warnings, 2 errors, 3 wrong usage or a bug of the doctor, 4 a command of --fix failed
  130 stopped by Ctrl-C, 141 the reader of its output, such as `head`, closed the pipe early
"""


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


_ARGUMENTS: Table = {
    "files": {
        "nargs": "*",
        "metavar": "FILE",
        "help": "load this file with each backend, instead of running the checks",
    },
    "--for": {
        "dest": "project",
        "metavar": "PROJECT",
        "help": "examine the project in this folder: say which release the drop-in chooses for "
        "it, and which names and packages are missing",
    },
    "--only": {
        "type": _names,
        "action": "extend",
        "default": [],
        "metavar": "CHECK,...",
        "help": "run only these checks",
    },
    "--skip": {
        "type": _names,
        "action": "extend",
        "default": [],
        "metavar": "CHECK,...",
        "help": "do not run these checks",
    },
    "--thorough": {
        "action": "store_true",
        "help": "compare hashes, not only sizes; reads every installed file",
    },
    "--time-limit": {
        "type": number(float, lambda value: value > 0, "it must be more than 0"),
        "default": 30.0,
        "metavar": "SECONDS",
        "help": "limit for each child process (30)",
    },
    "--python": {
        "metavar": "PYTHON",
        "help": "examine the environment of this interpreter, or this virtual environment",
    },
    "-v --verbose": {"action": "store_true", "help": "show details of healthy checks too"},
    "--yes": {"action": "store_true", "help": "with --fix: run the first command without asking"},
    "--outside": {
        "action": "store_true",
        "help": "with --fix --yes: run it even if it changes more than this environment",
    },
    "--build": {
        "default": "",
        "metavar": "TAG",
        "help": "with --pins: the build, such as cpu, cu128, rocm6.4",
    },
}
# at most one of these
_OUTPUTS: Table = {
    "--fix": {
        "action": "store_true",
        "help": "show the commands that fix the root cause, ask you, run the first, examine again",
    },
    "--json": {
        "action": "store_true",
        "help": "print the results as JSON; --schema prints its schema",
    },
    "--report": {
        "action": "store_true",
        "help": "print the results as Markdown, without home folder and user name",
    },
    "--list": {"action": "store_true", "help": "list the checks"},
    "--explain": {"metavar": "CHECK", "help": "say what a check looks at, and why it matters"},
    "--pins": {
        "nargs": "?",
        "const": "installed",
        "metavar": "RELEASE",
        "help": "print pins of torch and torchaudio that work together on this Python; RELEASE is "
        "a torch release such as 2.8, or latest, or all (default: the installed torch)",
    },
    "--schema": {"action": "store_true", "help": "print the JSON schema of --json"},
}


def _parsed(argv: Sequence[str] | None, prog: str) -> argparse.Namespace:
    parser = Parser(
        prog,
        FAILED,
        description="Find out why torchaudio, a backend or a file does not load, and print the "
        "command that fixes it.",
        epilog=_EPILOG,
    )
    add_all(parser, _ARGUMENTS)
    add_all(parser.add_mutually_exclusive_group(), _OUTPUTS)
    arguments = parser.parse_args(argv)
    if arguments.yes and not arguments.fix:
        parser.error("--yes needs --fix")
    if arguments.outside and not arguments.yes:
        parser.error("--outside needs --fix --yes; without --yes the doctor asks")
    return arguments


def main(argv: Sequence[str] | None = None, prog: str = PROG) -> int:
    """Run the doctor and return its exit status.

    The status is 0 for healthy, 1 for warnings, 2 for errors, 3 if the doctor itself failed.
    """
    arguments = _parsed(argv, prog)
    print_anything()
    try:
        if arguments.json or arguments.report or arguments.schema or arguments.pins is not None:
            print_for_programs()
        if arguments.python is not None:
            return elsewhere.run(arguments.python, _without(argv, "--python"))
        with _working_folder():
            return _printed(arguments) if _only_prints(arguments) else _examined(arguments, argv)
    except (UsageError, ValueError) as why:
        print(f"{prog}: {why}", file=sys.stderr)
    except KeyboardInterrupt:
        print(f"{prog}: stopped", file=sys.stderr)
        return STOPPED
    except Exception as why:  # noqa: BLE001 - its status must not be taken for a finding
        return report_end(why, prog, "the doctor")
    return FAILED


@contextlib.contextmanager
def _working_folder() -> Iterator[None]:
    """Put the working folder on ``sys.path``, as ``python -m`` does.

    The console command and another interpreter do not do so by themselves. A folder with a user's
    file that has the name of one of our packages is left out, since Python would import that file
    instead.
    """
    try:
        folder, kept = os.getcwd(), sys.path[:]
    except OSError as why:
        raise ValueError("the folder that you are in is gone; go to another one") from why
    is_safe = not any(namesakes.found([folder])) and not os.environ.get("PYTHONSAFEPATH")
    if is_safe and folder not in sys.path and "" not in sys.path:
        sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.path[:] = kept


def _without(argv: Sequence[str] | None, *names: str, **kind: Any) -> list[str]:
    """Return the arguments for another doctor: all but some options."""
    parser = Parser("", add_help=False)
    for name in names:
        parser.add_argument(name, **kind)
    return parser.parse_known_args(argv)[1]


def _only_prints(arguments: argparse.Namespace) -> bool:
    return bool(
        arguments.list
        or arguments.schema
        or arguments.explain is not None
        or arguments.pins is not None
    )


def _printed(arguments: argparse.Namespace) -> int:
    """Print what needs no examination: schema, list of checks, an explanation, or pins."""
    if arguments.schema:
        print(structured.schema(), end="")
    elif arguments.list:
        for check in registry.chosen(arguments.only, arguments.skip):
            print(f"{check.name:<18} {check.why}")
    elif arguments.explain is not None:
        (check,) = registry.chosen([arguments.explain])
        print("\n\n".join(textwrap.fill(part, 100) for part in check.explanation.split("\n\n")))
    else:
        print("\n".join(pins.lines(arguments.pins, arguments.build)))
    return 0


def _results(world: World, arguments: argparse.Namespace) -> Iterable[Result]:
    wanted = registry.chosen(arguments.only, arguments.skip)
    if arguments.project is not None:
        # it needs our other packages, whose names a folder of the user's may have
        from compat.doctor import program

        return program.examine(world, arguments.project)
    if arguments.files:
        return files.examine(world, arguments.files)
    return registry.run(wanted, world)


def _examined(arguments: argparse.Namespace, argv: Sequence[str] | None) -> int:
    """Run the checks, or load the files, print the results, and return the exit status."""
    as_page = not (arguments.json or arguments.report)
    results: list[Result] = []
    with page.shown(quiet=not as_page) as (shown, progress):
        world = World(arguments.time_limit, thorough=arguments.thorough, progress=progress)
        try:
            for result in _results(world, arguments):
                results.append(result)
                if as_page:
                    shown.result(result, verbose=arguments.verbose)
        finally:
            world.children.stop()
        judged = verdict.of(results)
        if as_page:
            shown.verdict(judged)
    if arguments.json:
        print(json.dumps(structured.document(results, judged), indent=2))
    elif arguments.report:
        print(report.document(results, judged), end="")
    elif arguments.fix:
        may_touch = Touches.MORE if arguments.outside else Touches.ENVIRONMENT
        return dialogue.mend(
            structured.document(results, judged),
            judged.next,
            may_touch if arguments.yes else None,
            dialogue.means(_without(argv, *OF_FIX, action="store_true")),
        )
    return judged.exit
