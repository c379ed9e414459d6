"""Lines for people, and unified diffs."""

import difflib
from collections.abc import Iterator
from typing import TextIO

from compat.codemod.source import FileResult, Finding, Options, Result, kinds_of

_COLOURS = {"+": "\033[32m", "-": "\033[31m", "@": "\033[36m"}
_PLAIN = "\033[0m"
_BOLD = "\033[1m"


def write(result: Result, options: Options, out: TextIO, notes: TextIO | None = None) -> None:
    """Diffs if they are asked for, and a line for each finding; those to ``notes`` beside a diff, which stays a patch."""
    colour = out.isatty()
    for file in result.files:
        if options.diff and file.changed:
            for line in diff(file):
                start = (
                    _COLOURS.get(line[:1], "")
                    if colour and not line.startswith(("+++", "---"))
                    else _BOLD
                    if colour and line[:3] in ("+++", "---")
                    else ""
                )
                out.write(f"{start}{line}{_PLAIN if start else ''}\n")
    out.flush()
    out = notes if notes is not None and options.diff else out
    for file in result.files:
        if options.writes and file.changed:
            rules = sorted({finding.rule for finding in file.fixed})
            out.write(f"{printable(file.path)}: changed ({', '.join(rules)})\n")
        if options.check:
            for finding in file.fixed:
                out.write(f"{line_of(finding, would=True)}\n")
        for finding in left_of(file, options):
            out.write(f"{line_of(finding)}\n")
    if options.statistics:
        statistics(result, options, out)
    out.flush()


def left_of(file: FileResult, options: Options) -> list[Finding]:
    """What is left in a file, at its places in what the file holds now."""
    return file.left_after if options.writes else file.left


def line_of(finding: Finding, *, would: bool = False) -> str:
    """One line: place, rule, reason, advice, other places."""
    text = f"{printable(str(finding.place))}: {finding.rule} {sentence(finding.reason)}"
    if would:
        return f"{text} [would be changed]"
    if finding.advice:
        text += f" {finding.advice}"
    if finding.related:
        text += f" (see {', '.join(printable(str(place)) for place in finding.related)})"
    return text


def sentence(text: str) -> str:
    """With a full stop."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def printable(text: str) -> str:
    """A path that is not UTF-8, with what cannot be shown replaced."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def summary(result: Result, options: Options) -> str:
    """One line on the whole run."""
    changed = sum(file.changed for file in result.files)
    left = sum(len(left_of(file, options)) for file in result.files)
    verb = "changed" if options.writes else "would be changed"
    parts = [f"{changed} {'file' if changed == 1 else 'files'} {verb}", f"{left} {'finding' if left == 1 else 'findings'} left"]
    if result.problems:
        parts.append(f"{len(result.problems)} not read, parsed or written")
    return f"{result.scanned} {'file' if result.scanned == 1 else 'files'} looked at: {', '.join(parts)}"


def statistics(result: Result, options: Options, out: TextIO) -> None:
    """How often each rule had something to say."""
    from compat.codemod.rules import rules

    fixed = kinds_of(finding for file in result.files for finding in file.fixed)
    left = kinds_of(finding for file in result.files for finding in left_of(file, options))
    verb = "changed" if options.writes else "to change"
    for rule in sorted({*fixed, *left}):
        out.write(f"{fixed.get(rule, 0):6} {verb} {left.get(rule, 0):6} left  {rule} {rules()[rule].title}\n")


def diff(file: FileResult) -> Iterator[str]:
    """A unified diff of a file; a notebook's is that of its JSON, so that it can be applied."""
    path = printable(file.path).lstrip("/")
    shown = (file.before, file.after)
    if path.endswith(".ipynb"):
        shown = (file.old.decode("utf-8", "replace"), file.new.decode("utf-8", "replace"))
    old, new = map(_lines, shown)
    for line in difflib.unified_diff(old, new, f"a/{path}", f"b/{path}", lineterm=""):
        yield line.removesuffix("\n")
        if not line.endswith(("\n", "\r")) and not line.startswith(("---", "+++", "@@")):
            yield "\\ No newline at end of file"


def _lines(text: str) -> list[str]:
    # Not splitlines: a form feed is no end of a line, neither for Python nor for patch.
    lines = [f"{line}\n" for line in text.split("\n")]
    if lines and lines[-1] == "\n":
        lines.pop()
    elif lines:
        lines[-1] = lines[-1].removesuffix("\n")
    return lines
