"""Write the page: choose the rows and the files to draw, and replace the old page in one step."""

import heapq
import os

from compat.audit.classes import CLASSES, DIFFERENCES
from compat.audit.engines.local import LocalEngine
from compat.audit.items import Item
from compat.audit.reporting.drawing import Draw
from compat.audit.reporting.page import page
from compat.audit.reporting.result import Result
from compat.audit.storage import open_store
from compat.audit.tally import latest, severity
from compat.audit.task import Compare
from compat.commands import writing
from compat.commands.arguments import UsageError

_SECONDS = 120.0


def write(result: Result, wanted: set[int] | None, *, most: int, drawn: int, jobs: int) -> None:
    """Write the page of a result.

    Args:
        result: the counts, where the rows are, and where the page goes.
        wanted: the keys of the files that count; ``None`` for all.
        most: how many rows the table lists, the worst first.
        drawn: for how many of the differing files to draw waveforms and include audio.
        jobs: processes that draw.

    Raises:
        UsageError: it cannot be written.
    """
    with open_store(result.results) as store:
        listed = heapq.nlargest(most, latest(store.rows(), wanted), key=severity)
    chosen = [row for row in listed if CLASSES[row.kind].group == DIFFERENCES][:drawn]
    task = Draw(Compare(result.terms, os.getcwd()), {row.path: row for row in chosen})
    items = [Item(row.path, row.stamp, 0, row.other or "") for row in chosen]
    engine = LocalEngine(min(jobs, len(chosen)), _SECONDS)
    found = {drawing.path: drawing for drawing in engine.run(task, items)}
    drawings = {row.path: found[row.path] for row in chosen}
    unlisted = max(0, result.tally.files - len(listed))
    try:
        writing.write(result.report, page(result, listed, drawings, unlisted))
    except OSError as why:
        raise UsageError(f"--report {result.report}: {why.strerror}") from why
