"""Write the summary as JSON."""

import dataclasses
import json
from typing import IO

from compat.audit.classes import CLASSES
from compat.audit.reporting.result import Result
from compat.audit.rows import Row
from compat.commands.console import printable


def document(result: Result) -> dict[str, object]:
    """Return the summary as plain data."""
    from compat._version import __version__

    tally, found = result.tally, result.bound
    return {
        "version": __version__,
        "terms": dataclasses.asdict(result.terms),
        "files": {
            "found": result.found,
            "wanted": result.wanted,
            "compared": tally.files,
            "done_before": result.done_before,
            "passed_over": result.passed_over,
            "links": result.links,
            "seconds": round(tally.seconds, 3),
        },
        "classes": {
            one.name: {"files": tally.kinds[one.name], "group": one.group, "meaning": one.meaning}
            for one in CLASSES.values()
        },
        "breakdown": {
            dimension: {
                printable(value): dict(sorted(kinds.items()))
                for value, kinds in sorted(counts.items())
            }
            for dimension, counts in tally.breakdown.tables().items()
        },
        "explanations": [
            {
                **one._asdict(),
                "value": printable(one.value),
                "sentence": printable(one.sentence),
            }
            for one in tally.breakdown.explanations()
        ],
        "worst": [_row(row) for row in tally.worst],
        "sample": None
        if found is None
        else {
            **found._asdict(),
            "sentence": result.bound_sentence(),
        },
        "results": result.results,
        "report": result.report,
        "stopped": result.stopped,
        "exit_status": result.status,
    }


def write(result: Result, out: IO[str]) -> None:
    """Write the summary as one JSON object."""
    json.dump(document(result), out, indent=2)
    out.write("\n")


def _row(row: Row) -> dict[str, object]:
    """Return the columns of a row that are not empty."""
    return {
        name: printable(value) if isinstance(value, str) else value
        for name, value in row.as_dict().items()
        if value not in (None, "")
    }
