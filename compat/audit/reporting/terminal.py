"""Write the summary for people: classes, counts, and the ten worst files."""

from collections.abc import Iterator
from typing import IO

from compat.audit.classes import CLASSES, DIFFERENCES, ERRORS, SAME
from compat.audit.progress import duration
from compat.audit.reporting.result import Result
from compat.commands.console import printable

_BELOW = f"\n{'':36}"
_COLOURS = {SAME: "green", DIFFERENCES: "yellow", ERRORS: "red"}


def head(result: Result) -> str:
    """Return one line on the whole run."""
    tally = result.tally
    before = f", {result.done_before:,} of them compared before" if result.done_before else ""
    part = f" of {result.wanted:,}" if tally.files != result.wanted else ""
    sampled = f" (a sample of {result.found:,})" if result.sample else ""
    files = (
        f"{tally.files:,}{part} {'file' if result.wanted == 1 else 'files'}{sampled}, "
        f"{duration(tally.seconds)} of sound"
    )
    return f"{result.terms.old} -> {result.terms.new}: {files}{before}"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def notes(result: Result) -> Iterator[str]:
    """Yield further remarks."""
    if result.sample and (sentence := result.bound_sentence()):
        yield sentence
    if result.passed_over:
        yield (
            f"{_counted(result.passed_over, 'file')} skipped because of the extension; "
            "--extensions chooses."
        )
    if result.links:
        yield f"{_counted(result.links, 'folder')} behind links skipped; name them to include them."
    if result.tally.kinds["error_both"]:
        yield "A file that neither side can read also counts as an error; --fail-on changes that."
    if result.tally.of(ERRORS):
        yield "--retry-errors compares again the files that could not be read."
    if result.stopped:
        yield (
            f"{result.stopped} The rows so far are in {result.results}; run the same command "
            "again to continue."
        )
    elif result.results:
        yield f"Every file's row is in {result.results}."


def _rows(result: Result) -> Iterator[tuple[str, int, str, str]]:
    """Yield title, count, meaning and colour of each class; what its files share follows it."""
    shared = {one.kind: printable(one.sentence) for one in result.tally.breakdown.explanations()}
    for one in CLASSES.values():
        number = result.tally.kinds[one.name]
        if number or one.name == "identical":
            yield (
                one.title,
                number,
                "\n".join(filter(None, (one.meaning, shared.get(one.name)))),
                _COLOURS[one.group],
            )


def write(result: Result, out: IO[str]) -> None:
    """Write the summary, in colour on a terminal."""
    if not out.isatty():
        _plain(result, out)
        return
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    console = Console(file=out, highlight=False, markup=False, emoji=False)
    console.print(Text(head(result), style="bold"))
    grid = Table.grid(padding=(0, 2))
    grid.add_column(justify="right")
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for title, number, meaning, colour in _rows(result):
        grid.add_row(
            Text(f"{number:,}", style=f"bold {colour}"),
            Text(title, style=colour),
            Text(meaning, style="dim"),
        )
    console.print(grid)
    if result.tally.worst:
        console.print(Text("\nThe worst", style="bold"))
        for row in result.tally.worst:
            console.print(
                Text.assemble((f"{CLASSES[row.kind].title}: ", "yellow"), printable(row.path)),
                soft_wrap=True,
            )
            console.print(Padding(Text(printable(row.note), style="dim"), (0, 0, 0, 2)))
    for note in notes(result):
        console.print(Text(note))


def _plain(result: Result, out: IO[str]) -> None:
    lines = [head(result)]
    for title, number, meaning, _ in _rows(result):
        lines.append(f"{number:>10,}  {title:<23} {meaning.replace(chr(10), _BELOW)}")
    if result.tally.worst:
        lines += ["", "The worst"]
        for row in result.tally.worst:
            lines += [f"  {CLASSES[row.kind].title}: {printable(row.path)}"]
            lines += [f"      {printable(row.note)}"]
    lines += ["", *notes(result)]
    encoding = getattr(out, "encoding", None) or "utf-8"
    out.write("\n".join(lines).encode(encoding, "replace").decode(encoding) + "\n")
    out.flush()
