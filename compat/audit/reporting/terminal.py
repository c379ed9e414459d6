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


def _lines(result: Result) -> Iterator[tuple[tuple[str, str], ...]]:
    """Yield the lines of the summary; each is in parts, and each part has a style."""
    yield ((head(result), "bold"),)
    shared = {one.kind: one.sentence for one in result.tally.breakdown.explanations()}
    for one in CLASSES.values():
        number, colour = result.tally.kinds[one.name], _COLOURS[one.group]
        if number or one.name == "identical":
            below = f"{_BELOW}{printable(shared[one.name])}" if one.name in shared else ""
            counted = (f"{number:>10,}", f"bold {colour}")
            yield counted, (f"  {one.title:<23} ", colour), (f"{one.meaning}{below}", "dim")
    if result.tally.worst:
        yield from ((), (("The worst", "bold"),))
        for row in result.tally.worst:
            yield (f"  {CLASSES[row.kind].title}: ", "yellow"), (printable(row.path), "")
            yield ((f"      {printable(row.note)}", "dim"),)
    yield ()
    yield from (((note, ""),) for note in notes(result))


def write(result: Result, out: IO[str]) -> None:
    """Write the summary, in colour on a terminal."""
    if out.isatty():
        from rich.console import Console
        from rich.text import Text

        console = Console(file=out, highlight=False, markup=False, emoji=False)
        for parts in _lines(result):
            console.print(Text.assemble(*parts), soft_wrap=True)
        return
    text = "".join(f"{''.join(part for part, _ in parts)}\n" for parts in _lines(result))
    print(text, end="", file=out, flush=True)
