"""Write findings for people: a block per cause, as linters show them, or a line per finding."""

import textwrap
from collections.abc import Iterable, Iterator
from typing import TextIO

from compat.codemod.reporting.causes import Block, blocks, by_rule, is_pin
from compat.codemod.reporting.lines import Lines
from compat.codemod.reporting.patch import diff
from compat.codemod.reporting.words import counted, printable, sentence, told
from compat.codemod.source import Finding, Options, Place, Result

_COLOURS = {"+": "\033[32m", "-": "\033[31m", "@": "\033[36m"}
_PLAIN = "\033[0m"
_BOLD = "\033[1m"
_MANY = 8
_WIDTH = 100


def write(result: Result, options: Options, out: TextIO, notes: TextIO) -> None:
    """Write the findings, and diffs if asked for.

    With diffs, the findings go to ``notes``, so that ``out`` remains a patch.
    """
    if options.diff:
        _write_diffs(result, out)
    out = notes if options.diff else out
    for file in result.files:
        if options.writes and file.changed:
            rules = sorted({finding.rule for finding in file.fixed})
            out.write(f"{printable(file.path)}: changed ({', '.join(rules)})\n")
        if options.check:
            out.writelines(f"{line_of(finding)} [would be changed]\n" for finding in file.fixed)
    if options.format == "concise":
        out.writelines(f"{line_of(finding)}\n" for finding in result.left)
    else:
        lines = Lines(result, options)
        for block in blocks(result.left):
            out.writelines(f"{line}\n" for line in _shown(block, lines))
        out.writelines(_pins(result.left))
    if options.statistics:
        statistics(result, options, out)
    out.flush()


def _write_diffs(result: Result, out: TextIO) -> None:
    colour = out.isatty()
    for file in result.files:
        for line in diff(file, shown=colour) if file.changed else ():
            start = _BOLD if line.startswith(("+++", "---")) else _COLOURS.get(line[:1], "")
            out.write(f"{start}{line}{_PLAIN}\n" if colour and start else f"{line}\n")
    out.flush()


def _shown(block: Block, lines: Lines) -> Iterator[str]:
    """Yield a cause: its words, its line with a caret, what to do, what waits for it."""
    place, number = block.places[0], str(block.places[0].line)
    gap = " " * len(number)
    yield f"{block.rule} {sentence(block.reason)}"
    yield f"{gap}--> {printable(str(place))}"
    line = printable(lines.of(place))
    if line.strip():
        yield f"{gap} |"
        yield f"{number} | {line}"
        yield f"{gap} | {caret(line, place)}"
    waits = counted(len(block.waiting), "place waits", "places wait")
    more = counted(len(block.places) - 1, "more place")
    for words, what in (
        ("help: ", block.advice),
        (f"{waits} for it: ", _places(one.place for one in block.waiting)),
        (f"the same in {more}: ", _places(block.places[1:])),
        ("see ", _places(block.related)),
    ):
        if not what:
            continue
        note = words + what
        first, *rest = textwrap.wrap(note, _WIDTH, break_long_words=False, break_on_hyphens=False)
        yield f"{gap} = {first}"
        yield from (f"{gap}   {line}" for line in rest)
    yield ""


def caret(line: str, place: Place) -> str:
    """Return the carets below a part of a line; tabs stay, so that both lines align."""
    start = place.column - 1
    end = place.end_column - 1 if place.end_line == place.line else len(line)
    before = "".join("\t" if letter == "\t" else " " for letter in line[:start])
    return before + "^" * max(min(end, len(line)) - start, 1)


def _places(places: Iterable[Place]) -> str:
    found = list(dict.fromkeys(printable(str(place)) for place in places))
    more = len(found) - _MANY
    return ", ".join(found[:_MANY]) + (f" and {more} more" if more > 0 else "")


def _pins(findings: Iterable[Finding]) -> Iterator[str]:
    """Yield the pins, in a list of their own."""
    found = [one for one in findings if is_pin(one)]
    if found:
        yield f"Pins to move with it. {found[0].advice}\n"
        yield from (f"  {printable(str(one.place))}: {sentence(one.reason)}\n" for one in found)
        yield "\n"


def line_of(finding: Finding) -> str:
    """Return one line: place, rule, reason, advice, other places."""
    text = f"{printable(str(finding.place))}: {finding.rule} {told(finding)}"
    related = ", ".join(printable(str(place)) for place in finding.related)
    return f"{text} (see {related})" if related else text


def summary(result: Result, options: Options) -> str:
    """Return one line on the whole run."""
    pins = sum(map(is_pin, result.left))
    verb = "changed" if options.writes else "would be changed"
    parts = [
        f"{counted(sum(file.changed for file in result.files), 'file')} {verb}",
        f"{counted(len(result.left) - pins, 'finding')} left",
    ]
    parts += [counted(pins, "pin")] if pins else []
    parts += [f"{result.known} known"] if result.known else []
    parts += [f"{len(result.problems)} not read, parsed or written"] if result.problems else []
    return f"{counted(result.scanned, 'file')} looked at: {', '.join(parts)}"


def statistics(result: Result, options: Options, out: TextIO) -> None:
    """Write how many findings each rule has."""
    verb = "changed" if options.writes else "to change"
    for rule, fixed, left in by_rule(result):
        out.write(f"{fixed:6} {verb} {left:6} left  {rule.id} {rule.title}\n")
