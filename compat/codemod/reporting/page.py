"""Write a self-contained HTML page: run, next step, causes, diffs side by side, and a filter."""

import datetime
import difflib
import html
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from compat.codemod.reporting.causes import Block, blocks, by_rule, is_pin
from compat.codemod.reporting.lines import Lines, shown
from compat.codemod.reporting.next_step import next_steps
from compat.codemod.reporting.plain import summary
from compat.codemod.reporting.words import counted, printable, sentence
from compat.codemod.rules import rules
from compat.codemod.source import FileResult, Options, Place, Result
from compat.commands import data_files, shell

_CONTEXT = 3
_LIMIT = 200
_STYLE, _SCRIPT = (
    data_files.text("compat.codemod.reporting", name) for name in ("page.css", "page.js")
)


def page(result: Result, options: Options) -> str:
    """Return the whole page."""
    changed = [file for file in result.files if file.changed]
    causes, pins = blocks(result.left), [one for one in result.left if is_pin(one)]
    lines = Lines(result, options)
    project = os.path.basename(
        os.path.abspath(
            os.path.commonpath([os.path.abspath(path) for path in options.paths or (".",)])
        )
    )
    title = f"{_text(project)}: moving to torchaudio {_text(options.target)}"
    parts = [
        f"<!doctype html>\n<html lang='en'><head><meta charset='utf-8'><title>{title}</title>",
        "<meta name='viewport' "
        f"content='width=device-width'><style>{_STYLE}</style></head><body><h1>{title}</h1>",
        f"<p class='run'>{datetime.datetime.now().astimezone():%Y-%m-%d %H:%M %Z} "
        f"<code>{_text(_command())}</code></p>",
        f"<p>{_text(summary(result, options))}.</p>",
        *(f"<p class='next'>{_text(step)}</p>" for step in next_steps(result, options)),
        "<p><input id='filter' type='search' placeholder='Filter by path, rule or words' "
        "aria-label='Filter'></p>",
        f"<h2>Left for you <span>{len(causes)}</span></h2>" if causes else "",
        *(part for block in causes for part in _block(block, lines, options)),
        f"<h2>Pins <span>{len(pins)}</span></h2><p>{_text(pins[0].advice)}</p>" if pins else "",
        *(_line(finding.place, finding.reason, lines, options) for finding in pins),
        f"<h2>Changes <span>{len(changed)}</span></h2>" if changed else "",
        *(_file(file) for file in changed),
        *_counts(result),
    ]
    if result.problems:
        parts += [
            "<h2>Not read, parsed or written</h2><ul>",
            *(f"<li>{_text(str(problem))}</li>" for problem in result.problems),
            "</ul>",
        ]
    return "".join([*parts, f"<script>{_SCRIPT}</script></body></html>\n"])


def _command() -> str:
    name = (
        ("python", "-m", "compat.codemod")
        if Path(sys.argv[0]).name == "__main__.py"
        else (Path(sys.argv[0]).name,)
    )
    return shell.told(shell.lines(*name, *sys.argv[1:]), "")


def _text(text: str) -> str:
    return html.escape(printable(text), quote=True)


# What is left


def _block(block: Block, lines: Lines, options: Options) -> Iterator[str]:
    places = map(str, [*block.places, *(one.place for one in block.waiting)])
    words = " ".join((block.rule, block.reason, block.advice, *places))
    yield (
        f"<section class='block' data-text='{_text(words)}'>"
        f"<h3><code class='id'>{block.rule}</code> {_text(sentence(block.reason))}</h3>"
    )
    yield from _some([(place, "") for place in block.places], lines, options)
    yield f"<p class='advice'>{_text(block.advice)}</p>" if block.advice else ""
    if block.waiting:
        yield (
            f"<details><summary>{counted(len(block.waiting), 'place waits', 'places wait')} for "
            "it</summary>"
        )
        yield from _some([(one.place, one.rule) for one in block.waiting], lines, options)
        yield "</details>"
    if block.related:
        yield (
            "<p class='advice'>See "
            f"{', '.join(_link(place, options) for place in block.related[:_LIMIT])}.</p>"
        )
    if block.rule in rules():
        rule = rules()[block.rule]
        title, words = _text(rule.title), _text(rule.explanation.strip())
        yield f"<details><summary>{title}</summary><p>{words}</p></details>"
    yield "</section>"


def _some(places: list[tuple[Place, str]], lines: Lines, options: Options) -> Iterator[str]:
    """Yield the first of many places, and how many are not shown."""
    yield from (_line(place, words, lines, options) for place, words in places[:_LIMIT])
    if len(places) > _LIMIT:
        more = f"{len(places) - _LIMIT:,} more"
        yield f"<p class='advice'>and {more}; --format concise tells all.</p>"


def _line(place: Place, words: str, lines: Lines, options: Options) -> str:
    """Return a place with its line, the part in question marked."""
    line = lines.of(place)
    start = place.column - 1
    end = max(place.end_column - 1, start + 1) if place.end_line == place.line else len(line)
    code = f"{_text(line[:start])}<mark>{_text(line[start:end])}</mark>{_text(line[end:])}"
    return (
        f"<div class='place'>{_link(place, options)} {_text(words)}"
        + (f"<pre><span class='n'>{place.line}</span>{code}</pre>" if line.strip() else "")
        + "</div>"
    )


def _link(place: Place, options: Options) -> str:
    home = os.path.dirname(os.path.abspath(options.report or "."))
    try:
        path = os.path.relpath(place.path, home) if place.path != "<stdin>" else ""
    except ValueError:  # on another drive
        path = os.path.abspath(place.path)
    target = quote(os.fsencode(path.replace(os.sep, "/"))) + (
        "" if place.cell else f"#L{place.line}"
    )
    where = _text(str(place)).replace(":cell ", " cell&nbsp;")
    return f"<a href='{target}'><code>{where}</code></a>"


# Changes


def _file(file: FileResult) -> str:
    names = " ".join(sorted({finding.rule for finding in file.fixed}))
    head = (
        "<details open "
        f"data-text='{_text(f'{file.path} {names}')}'><summary><code>{_text(file.path)}</code> "
        f"{names}</summary>"
    )
    tables = (
        f"{f'<h4>{_text(name)}</h4>' if name else ''}<table "
        f"class='diff'>{''.join(_rows(*texts))}</table>"
        for name, *texts in shown(file)
    )
    return f"{head}{''.join(tables)}</details>"


def _rows(before: str, after: str) -> Iterator[str]:
    old, new = before.split("\n"), after.split("\n")
    for number, group in enumerate(
        difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(_CONTEXT)
    ):
        if number:
            yield "<tr class='gap'><td colspan='4'>...</td></tr>"
        for tag, first, last, to_first, to_last in group:
            for index in range(max(last - first, to_last - to_first)):
                left, right = first + index, to_first + index
                yield (
                    "<tr>"
                    + _cell(old, left, last, "old", tag)
                    + _cell(new, right, to_last, "new", tag)
                    + "</tr>"
                )


def _cell(lines: list[str], index: int, end: int, kind: str, tag: str) -> str:
    if index >= end:
        return "<td class='n'></td><td></td>"
    mark = "" if tag == "equal" else f" class='{kind}'"
    return f"<td class='n'>{index + 1}</td><td{mark}>{_text(lines[index])}</td>"


def _counts(result: Result) -> Iterator[str]:
    rows = list(by_rule(result))
    if rows:
        yield (
            "<h2>Rules</h2><table class='rules'><tr><th>Rule</th><th>What it "
            "does</th><th>Changed</th><th>Left</th></tr>"
        )
        for rule, fixed, left in rows:
            row = f"<td><code class='id'>{rule.id}</code></td><td>{_text(rule.title)}</td>"
            yield f"<tr>{row}<td>{fixed}</td><td>{left}</td></tr>"
        yield "</table>"
