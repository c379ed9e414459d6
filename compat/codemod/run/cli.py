"""Parse the command line and run the codemod."""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from compat._version import __version__
from compat.codemod.files import discovery
from compat.codemod.source import TARGETS, Options, configured
from compat.commands import writing
from compat.commands.arguments import Parser, Table, UsageError, add_all, check_writable, parsed
from compat.commands.console import (
    STOPPED,
    print_anything,
    print_for_programs,
    report_end,
)
from compat.names import backends

if TYPE_CHECKING:
    from compat.codemod.source import Result, Tick

_FORMATS = ("text", "concise", "json", "sarif", "github")
_STARTING = (None, discovery.PYTHON, discovery.NOTEBOOK)
_FAIL_ON = ("blocking", "any", "nothing")

_TARGETS = "\n".join(f"  {target:6}  {words}" for target, words in TARGETS.items())
_EPILOG = f"""\
targets:
{_TARGETS}

exit status:
  0  nothing to do, or no finding left that counts (--fail-on)
  1  changes are needed (--check, --diff), or findings are left that block the migration (--fail-on)
  2  wrong usage, or a file could not be read, parsed or written (it is listed; the rest is done),
     or the codemod itself failed
  130  stopped by Ctrl-C; either all files are changed or none
  141  the reader of its output, such as `head`, closed the pipe early

The comment `# compat: ignore` protects a line, `# compat: ignore[TAC101]` only from one rule.
You can set target, entry, unsafe, select, ignore, backend, exclude, docs, baseline and fail-on in
[tool.torchaudio-compat] of pyproject.toml.
"""

_PROG = "python -m compat.codemod"
_SWITCH = {"action": "store_true", "default": None}
_MANY = {"action": "append"}
_ARGUMENTS: Table = {
    "paths": {
        "nargs": "*",
        "metavar": "PATH",
        "help": "all files and folders of the project (default: this folder); `-`: stdin to stdout",
    },
    "--target": {
        "metavar": f"{{{','.join(TARGETS)}}}",
        "help": "the release to rewrite for (default: 2.2)",
    },
    "--entry": dict(
        _MANY, metavar="FILE", help="an entry point for --target compat; may be repeated"
    ),
    "--check": dict(_SWITCH, help="write nothing; list what would be changed"),
    "--diff": dict(
        _SWITCH,
        help=(
            "write nothing; show the changes as a unified diff for "
            "`git apply`; findings go to stderr"
        ),
    ),
    "--unsafe": dict(
        _SWITCH, help="also make changes that may change what the program does in rare cases"
    ),
    "--evidence": dict(
        _MANY, metavar="TRACE", help="a trace of `compat.run --record`; may be repeated"
    ),
    "--observed": dict(_SWITCH, help="also make changes that only --evidence shows to be right"),
    "--select": dict(
        _MANY, metavar="RULE", help="run only these rules; comma-separated, may be repeated"
    ),
    "--ignore": dict(
        _MANY, metavar="RULE", help="do not run these rules; comma-separated, may be repeated"
    ),
    "--backend": {
        "choices": backends.PER_CALL,
        "help": "the backend to name in calls if the code does not show which one is meant",
    },
    "--exclude": dict(
        _MANY,
        metavar="PATTERN",
        help="names or paths to skip, in addition to those in .gitignore",
    ),
    "--docs": dict(_SWITCH, help="also read Python in Markdown and reStructuredText"),
    "--format": {
        "choices": _FORMATS,
        "help": "how to print findings (default: text, by cause; concise: one line each)",
    },
    "--baseline": {
        "metavar": "FILE",
        "help": "do not report findings that FILE lists; if FILE does not exist, write it",
    },
    "--fail-on": {
        "choices": _FAIL_ON,
        "help": "findings that make the exit status 1 (default: those that block the migration)",
    },
    "--report": {"metavar": "FILE.html", "help": "also write a self-contained HTML page"},
    "--statistics": dict(_SWITCH, help="count findings by rule"),
    "--list-rules": dict(_SWITCH, help="list all rules and exit"),
    "--explain": {"metavar": "RULE", "help": "explain a rule, or the text of a finding, and exit"},
    "--version": {"action": "version", "version": f"torchaudio-compat {__version__}"},
}


_RULE = re.compile(r"TAC\d{3}")


def parser(prog: str = _PROG) -> argparse.ArgumentParser:
    """Return the parser of the arguments."""
    made = Parser(
        prog,
        description=(
            "Rewrite a project in place for a later release of torchaudio. Changes that cannot be "
            "proved right are reported, not made."
        ),
        epilog=_EPILOG,
    )
    add_all(made, _ARGUMENTS)
    return made


def main(
    argv: Sequence[str] | None = None, prog: str = _PROG, keep: list[object] | None = None
) -> int:
    """Run the command and return its exit status.

    Args:
        argv: the arguments; by default those of the process.
        prog: the name of the command.
        keep: as for ``session.run``.
    """
    made = parser(prog)
    arguments = parsed(made, argv)
    if isinstance(arguments, int):
        return arguments
    print_anything()
    try:
        if arguments.list_rules or arguments.explain is not None:
            return _tell(arguments.explain)
        return _run(_options(arguments), keep)
    except UsageError as why:
        print(f"{made.prog}: {why}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped; all files are as they were, or all are done", file=sys.stderr)
        return STOPPED
    except Exception as why:  # noqa: BLE001 - its status must not be taken for a finding
        return report_end(why, made.prog, "the codemod", failed=2)


def _options(arguments: argparse.Namespace) -> Options:
    if not arguments.paths and not arguments.entry:
        arguments.paths = ["."]
    if "-" in arguments.paths and arguments.paths != ["-"]:
        raise UsageError("`-` goes alone")
    start = "." if arguments.paths in (["-"], []) else arguments.paths[0]
    given = {
        name: tuple(one) if isinstance(one, list) else one
        for name, one in vars(arguments).items()
        if one not in (None, [])
    }
    for name in ("select", "ignore"):
        if name in given:
            given[name] = tuple(
                rule.strip().upper()
                for one in given[name]
                for rule in one.split(",")
                if rule.strip()
            )
            if not given[name]:
                raise UsageError(f"--{name} names no rule; --list-rules lists them")
    configuration = configured(start if os.path.isdir(start) else os.path.dirname(start) or ".")
    if given.get("target", "compat") != "compat":
        configuration.pop("entry", None)
    options = Options(**{**configuration, **given})
    _refuse(options)
    return options


def _refuse(options: Options) -> None:
    if options.target not in TARGETS:
        raise UsageError(f"there is no target {options.target!r}; choose one of\n{_TARGETS}")
    for name, given, known in (
        ("backend", options.backend, (None, *backends.PER_CALL)),
        ("fail-on", options.fail_on, _FAIL_ON),
    ):
        if given not in known:
            there = ", ".join(filter(None, known))
            raise UsageError(f"there is no {name} {given!r}; there is {there}")
    for path in (*options.paths, *options.entry):
        if path != "-" and not os.path.lexists(path):
            raise UsageError(f"{path}: there is no such file or folder")
    for path in options.entry:
        if os.path.isdir(path) or discovery.kind_of(path) not in _STARTING:
            raise UsageError(f"--entry {path}: name the Python file or notebook that is started")
    if options.report:
        check_writable("--report", options.report)
    if options.baseline and not os.path.exists(options.baseline):
        check_writable("--baseline", options.baseline)
    is_dropin, is_stdin = options.target == "compat", options.paths == ("-",)
    for is_wrong, words in (
        (
            is_dropin and not options.entry and not is_stdin,
            "--target compat needs --entry FILE for each script that starts the program",
        ),
        (options.entry and not is_dropin, "--entry goes with --target compat"),
        (
            options.observed and not options.evidence,
            "--observed goes with --evidence TRACE; `compat.run --record TRACE` makes one",
        ),
    ):
        if is_wrong:
            raise UsageError(words)
    if options.select or options.ignore:
        from compat.codemod.rules import rules

        unknown = sorted({*options.select, *options.ignore} - set(rules()))
        if unknown:
            raise UsageError(f"there is no rule {', '.join(unknown)}; --list-rules lists them")


def _tell(rule_id: str | None) -> int:
    from compat.codemod.rules import rules

    if rule_id is None:
        for rule in rules().values():
            print(
                f"{rule.id}  {rule.level.value:6}  "
                f"{','.join(sorted(rule.targets | rule.report_only_for)):18}  {rule.title}"
            )
        return 0
    from compat.codemod.reporting import explain

    named = _RULE.search(rule_id.upper())
    found = rules().get(named.group()) if named else None
    said = list(explain.of_words(rule_id)) or list(explain.explained(found) if found else ())
    if not said:
        raise UsageError(
            f"{rule_id!r} is neither a rule nor the reason why a change was refused; give the rule "
            "that stands before the finding (TAC101), or see --list-rules"
        )
    print(*said, sep="\n")
    return 0


def _run(options: Options, keep: list[object] | None) -> int:
    from compat.codemod.run import session

    if options.diff or options.format not in ("text", "concise"):
        print_for_programs()
    if options.paths != ("-",):
        with _progress() as tick:
            result = session.run(options, tick, keep)
        return _say(result, options, sys.stdout)
    result = session.run_text(sys.stdin.buffer.read(), options)
    if not options.writes:
        return _say(result, options, sys.stdout)
    sys.stdout.buffer.writelines(file.new for file in result.files)
    sys.stdout.buffer.flush()
    return _say(result, options, sys.stderr)


def _say(result: Result, options: Options, out: Any) -> int:
    from compat.codemod.reporting import baseline, machine, next_step, plain
    from compat.codemod.reporting.words import printable

    known = baseline.apply(result, options, options.baseline) if options.baseline else ""
    if options.format in ("text", "concise"):
        plain.write(result, options, out, sys.stderr)
    else:
        {"json": machine.write_json, "sarif": machine.write_sarif, "github": machine.write_github}[
            options.format
        ](result, options, out)
        if options.statistics:
            plain.statistics(result, options, sys.stderr)
    if options.report:
        from compat.codemod.reporting.page import page

        writing.write_for("--report", options.report, [page(result, options)])
    nothing = "no file was found here; look at PATH, --exclude and .gitignore"
    notes = ["" if result.scanned else nothing, *map(str, result.problems), known]
    if options.format in ("text", "concise"):
        notes += [plain.summary(result, options), *next_step.next_steps(result, options)]
    for note in filter(None, notes):
        print(printable(note), file=sys.stderr)
    return 2 if result.problems else int(_fails(result, options))


def _fails(result: Result, options: Options) -> bool:
    """Return whether the exit status is 1.

    It is for needed changes that were not made, and for findings left that count.
    """
    from compat.codemod.reporting.causes import counts

    if options.fail_on == "nothing":
        return False
    needed = not options.writes and any(
        file.fixed if options.baseline else file.changed for file in result.files
    )
    return needed or any(options.fail_on == "any" or counts(finding) for finding in result.left)


@contextlib.contextmanager
def _progress() -> Iterator[Tick]:
    """Show a bar on stderr, if that is a terminal and the run is long."""
    import time

    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    first = due = time.monotonic() + 0.5

    def tick(done: int, total: int) -> None:
        nonlocal due
        now = time.monotonic()
        if now > due:
            due = now + 0.1
            bar = f"[{'=' * (30 * done // max(total, 1)):<30}] {done} of {total} files"
            print(f"\r{bar}", end="", file=sys.stderr, flush=True)

    try:
        yield tick
    finally:
        if due > first:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
