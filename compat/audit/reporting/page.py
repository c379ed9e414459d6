"""Write one self-contained HTML page: counts, a table of files, waveforms and audio."""

import heapq
import html
import json
import math
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from compat.audit.classes import CLASSES, DIFFERENCES, SAME
from compat.audit.engines.local import LocalEngine
from compat.audit.items import Item
from compat.audit.reporting import terminal
from compat.audit.reporting.drawing import Draw, Drawing
from compat.audit.reporting.result import Result
from compat.audit.rows import Row
from compat.audit.storage import open_store
from compat.audit.tally import latest, severity
from compat.audit.task import Compare
from compat.commands import data_files, writing
from compat.commands.console import printable

_SIDED = (
    "backend",
    "rate",
    "channels",
    "frames",
    "dtype",
    "encoding",
    "bits",
    "info_frames",
    "error",
    "warning",
)
_COLUMNS = (
    "path", "kind", "note", "largest", "rms", "left_largest", "left_rms", "shift", "factor",
    "seconds",
    *(f"{side}_{name}" for name in _SIDED for side in ("from", "to")), "drawing",
)  # fmt: skip
_SOUND_BYTES = 24 << 20
_DRAWING_SECONDS = 120.0
_LISTED = 20  # values of a dimension in the breakdown
# column, heading and explanation
_SORTED = (
    ("path", "File", ""), ("kind", "Class", ""), ("note", "What", ""),
    ("largest", "Largest", "The largest difference, frame by frame, not aligned. Full scale is 1."),
    ("rms", "RMS", "The RMS of the differences, frame by frame, not aligned. Full scale is 1."),
    ("left_rms", "Aligned",
     "The RMS of the differences that remain once shift and factor are undone."),
    ("seconds", "Seconds", ""),
)  # fmt: skip


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
    engine = LocalEngine(min(jobs, len(chosen)), _DRAWING_SECONDS)
    found = {drawing.path: drawing for drawing in engine.run(task, items)}
    drawings = {row.path: found[row.path] for row in chosen}
    unlisted = max(0, result.tally.files - len(listed))
    writing.write_for("--report", result.report, page(result, listed, drawings, unlisted))


def page(
    result: Result, rows: Iterable[Row], drawings: Mapping[str, Drawing], left_out: int = 0
) -> Iterator[str]:
    """Yield the page in parts.

    Args:
        result: the counts.
        rows: the rows of the table, in their first order.
        drawings: by path.
        left_out: how many rows the table does not list.
    """
    numbers = {path: number for number, path in enumerate(drawings)}
    title = _text(f"{result.terms.old} \N{RIGHTWARDS ARROW} {result.terms.new}")
    style, script = (
        data_files.text("compat.audit.reporting", name) for name in ("page.css", "page.js")
    )
    yield "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>"
    yield (
        "<meta name='viewport' content='width=device-width'><title>Audit "
        f"{title}</title><style>{style}</style></head><body>"
    )
    yield f"<h1>Does it still decode the same? {title}</h1>"
    yield (
        f"<p>{_text(terminal.head(result))}. Differences up to {result.terms.tolerance:.2g} of "
        "full scale do not count.</p>"
    )
    yield "".join(f"<p>{_text(note)}</p>" for note in terminal.notes(result))
    if left_out:
        yield (
            f"<p>The table has the worst {result.tally.files - left_out:,} files; {left_out:,} "
            "more are in the results.</p>"
        )
    yield _kinds(result)
    yield _shared(result)
    yield _breakdown(result)
    yield (
        "<p><input id='filter' type='search' placeholder='Filter by path, class or words' "
        "aria-label='Filter' autocomplete='off'></p>"
        "<p class='dim' id='folder'></p>"
        "<p class='dim'><span id='said' role='status'></span> "
        "<button type='button' id='worst' aria-pressed='true'>worst first</button>"
        "<span class='keys'>. <kbd>/</kbd> filter, <kbd>↑</kbd> <kbd>↓</kbd> "
        "<kbd>PgUp</kbd> <kbd>PgDn</kbd> choose a file, <kbd>Enter</kbd> its details, "
        "<kbd>Esc</kbd> back</span></p>"
        "<noscript><p>The table needs JavaScript; every row is in the results file "
        "too.</p></noscript>"
    )
    heads = "".join(
        f"<span role='columnheader' aria-sort='none' data-sort='{name}'>"
        f"<button type='button' title='{_text(meaning)}'>{words}</button></span>"
        for name, words, meaning in _SORTED
    )
    yield (
        "<main><section><div id='table' role='grid' tabindex='0' aria-label='Files' "
        f"aria-colcount='{len(_SORTED)}'>"
        "<div role='rowgroup'><div class='row head' role='row' "
        f"aria-rowindex='1'>{heads}</div></div>"
        "<div id='rows' role='presentation' tabindex='-1'><div id='space' "
        "role='rowgroup'></div></div>"
        "</div></section><section id='detail' tabindex='-1' aria-live='polite' "
        "aria-label='Details'>"
        "<p class='dim'>Choose a file to see its details.</p></section></main>"
    )
    yield "<script type='application/json' id='data'>"
    yield from _data(result, rows, drawings, numbers)
    yield f"</script><script>{script}</script></body></html>\n"


def _text(text: str) -> str:
    return html.escape(text, quote=True)


def _kinds(result: Result) -> str:
    buttons = (
        f"<button type='button' aria-pressed='false' data-kind='{number}' "
        f"title='{_text(one.meaning)}'>"
        f"<b class='{one.group}'>{count:,}</b> {_text(one.title)}</button>"
        for number, one in enumerate(CLASSES.values())
        if (count := result.tally.kinds[one.name])
    )
    return (
        "<div id='kinds' role='group' aria-label='Show only these "
        f"classes'>{''.join(buttons)}</div>"
    )


def _shared(result: Result) -> str:
    """Return what the files of each class share."""
    lines = [
        f"<li><b>{_shown(CLASSES[one.kind].title)}</b>: {_shown(one.sentence)}</li>"
        for one in result.tally.breakdown.explanations()
    ]
    return f"<ul id='shared'>{''.join(lines)}</ul>" if lines else ""


def _breakdown(result: Result) -> str:
    """Return a table of the classes for each dimension, the values with most differences first."""
    kinds = [one for one in CLASSES.values() if result.tally.kinds[one.name]]
    heads = "".join(f"<th scope='col'>{_text(one.title)}</th>" for one in kinds)
    tables = []
    for dimension, counts in result.tally.breakdown.tables().items():
        apart = {
            value: sum(number for kind, number in found.items() if CLASSES[kind].group != SAME)
            for value, found in counts.items()
        }
        ranked = sorted((-number, -counts[value].total(), value) for value, number in apart.items())
        values = [value for _, _, value in ranked]
        lines = [
            f"<tr><th scope='row'>{_shown(value)}</th>"
            + "".join(f"<td>{_count(counts[value][one.name])}</td>" for one in kinds)
            + "</tr>"
            for value in values[:_LISTED]
        ]
        if len(values) > _LISTED:
            lines.append(
                f"<tr><th scope='row'>{len(values) - _LISTED:,} more: see --json</th></tr>"
            )
        tables.append(
            "<table><thead><tr><th "
            f"scope='col'>{dimension}</th>{heads}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
        )
    return (
        "<details id='breakdown'><summary>By format, backend and "
        f"folder</summary><div>{''.join(tables)}</div></details>"
    )


def _count(number: int) -> str:
    return f"{number:,}" if number else ""


def _shown(text: str) -> str:
    return _text(printable(text))


def _data(
    result: Result, rows: Iterable[Row], drawings: Mapping[str, Drawing], numbers: Mapping[str, int]
) -> Iterator[str]:
    order = {name: number for number, name in enumerate(CLASSES)}
    kinds = [{"name": one.name, "title": one.title, "group": one.group} for one in CLASSES.values()]
    sides = [result.terms.old, result.terms.new]
    yield f'{{"sides":{_json(sides)},"kinds":{_json(kinds)},"columns":{_json(_COLUMNS)},"rows":['
    for number, row in enumerate(rows):
        known = {"kind": order[row.kind], "drawing": numbers.get(row.path)}
        values = [known[name] if name in known else _plain(getattr(row, name)) for name in _COLUMNS]
        yield ("," if number else "") + _json(values)
    yield '],"drawings":['
    sound = 0
    for number, drawing in enumerate(drawings.values()):
        fields = {name: _plain(value) for name, value in vars(drawing).items() if name != "path"}
        sound += len(drawing.old_sound) + len(drawing.new_sound)
        if sound > _SOUND_BYTES:
            fields["old_sound"] = fields["new_sound"] = ""
        yield ("," if number else "") + _json(fields)
    yield "]}"


def _plain(value: Any) -> Any:
    """Return a value in a form that JSON and the page can hold."""
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    return printable(value) if isinstance(value, str) else value


def _json(value: Any) -> str:
    """Return compact JSON that cannot close the HTML element around it."""
    return (
        json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        .replace("<", "\\u003c")
        .replace("\u2028", "\\u2028")
    )
