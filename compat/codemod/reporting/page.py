"""One page of HTML that needs nothing else: summary, diffs side by side, findings by rule, a box to filter by."""

import difflib
import html
from collections import defaultdict
from collections.abc import Iterator

from compat.codemod.reporting.plain import left_of, printable, sentence, summary
from compat.codemod.rules import rules
from compat.codemod.source import FileResult, Finding, Options, Result, grouped

_CONTEXT = 3

_STYLE = """
:root { color-scheme: light dark; --line: #8885; --old: #f002; --new: #0a02; --dim: #666; }
@media (prefers-color-scheme: dark) { :root { --dim: #aaa; } }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 90rem; padding: 0 1rem; overflow-wrap: anywhere; }
th { overflow-wrap: normal; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; vertical-align: top; padding: .1rem .5rem; }
.diff { table-layout: fixed; font: 12px/1.45 ui-monospace, monospace; border: 1px solid var(--line); }
.diff td { white-space: pre-wrap; overflow-wrap: anywhere; } .diff .n { width: 3.5rem; color: var(--dim); text-align: right; }
.old { background: var(--old); } .new { background: var(--new); } .gap td { border-top: 1px dashed var(--line); color: var(--dim); }
summary { cursor: pointer; padding: .3rem 0; } code { font: 13px ui-monospace, monospace; }
#filter { box-sizing: border-box; width: 100%; padding: .5rem; font: inherit; }
.finding { border-top: 1px solid var(--line); padding: .3rem 0; }
.advice { color: var(--dim); } [hidden] { display: none; }
@media (max-width: 45rem) { .diff .n { width: 2.2rem; padding: .1rem .2rem; } .diff td { padding: .1rem .2rem; } }
"""

_SCRIPT = """
const box = document.getElementById("filter");
box.addEventListener("input", () => {
  const words = box.value.toLowerCase().split(/\\s+/).filter(Boolean);
  for (const one of document.querySelectorAll("[data-text]")) {
    one.hidden = !words.every((word) => one.dataset.text.toLowerCase().includes(word));
  }
  for (const group of document.querySelectorAll("[data-group]")) {
    group.hidden = !group.querySelector("[data-text]:not([hidden])");
  }
});
"""


def page(result: Result, options: Options) -> str:
    """The whole page."""
    changed = [file for file in result.files if file.changed]
    findings = [finding for file in result.files for finding in left_of(file, options)]
    parts = [
        "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'><title>torchaudio-compat</title>",
        f"<meta name='viewport' content='width=device-width'><style>{_STYLE}</style></head><body>",
        f"<h1>Moving to torchaudio {_text(options.target)}</h1><p>{_text(summary(result, options))}.</p>",
        _counts(result, options),
        "<p><input id='filter' type='search' placeholder='Filter by path, rule or words' aria-label='Filter'></p>",
        "<h2>Changes</h2>" if changed else "",
        *(_file(file) for file in changed),
        "<h2>Left for you</h2>" if findings else "",
        *_by_rule(findings),
    ]
    if result.problems:
        parts.append("<h2>Not read, parsed or written</h2><ul>")
        parts += [f"<li>{_text(str(problem))}</li>" for problem in result.problems]
        parts.append("</ul>")
    return "".join([*parts, f"<script>{_SCRIPT}</script></body></html>\n"])


def _text(text: str) -> str:
    return html.escape(printable(text), quote=True)


def _counts(result: Result, options: Options) -> str:
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for file in result.files:
        for finding in file.fixed:
            counts[finding.rule][0] += 1
        for finding in left_of(file, options):
            counts[finding.rule][1] += 1
    rows = "".join(
        f"<tr><td><code>{rule}</code></td><td>{_text(rules()[rule].title)}</td><td>{done}</td><td>{left}</td></tr>"
        for rule, (done, left) in sorted(counts.items())
    )
    return f"<table><tr><th>Rule</th><th>What it does</th><th>Changed</th><th>Left</th></tr>{rows}</table>" if rows else ""


def _file(file: FileResult) -> str:
    rules = " ".join(sorted({finding.rule for finding in file.fixed}))
    return (
        f"<details open data-text='{_text(f'{file.path} {rules}')}'><summary><code>{_text(file.path)}</code> {rules}</summary>"
        f"<table class='diff'>{''.join(_rows(file.before, file.after))}</table></details>"
    )


def _rows(before: str, after: str) -> Iterator[str]:
    old, new = before.split("\n"), after.split("\n")
    for number, group in enumerate(difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(_CONTEXT)):
        if number:
            yield "<tr class='gap'><td colspan='4'>...</td></tr>"
        for tag, first, last, to_first, to_last in group:
            for index in range(max(last - first, to_last - to_first)):
                left, right = first + index, to_first + index
                yield "<tr>" + _cell(old, left, last, "old", tag) + _cell(new, right, to_last, "new", tag) + "</tr>"


def _cell(lines: list[str], index: int, end: int, kind: str, tag: str) -> str:
    if index >= end:
        return "<td class='n'></td><td></td>"
    mark = "" if tag == "equal" else f" class='{kind}'"
    return f"<td class='n'>{index + 1}</td><td{mark}>{_text(lines[index])}</td>"


def _by_rule(findings: list[Finding]) -> Iterator[str]:
    for rule, own in sorted(grouped((finding.rule, finding) for finding in findings).items()):
        yield f"<section data-group><h3><code>{rule}</code> {_text(rules()[rule].title)}</h3>"
        for finding in own:
            words = f"{finding.place} {finding.rule} {finding.reason} {finding.advice}"
            related = ", ".join(str(place) for place in finding.related)
            yield f"<div class='finding' data-text='{_text(words)}'><code>{_text(str(finding.place))}</code> "
            yield _text(sentence(finding.reason))
            yield f" <span class='advice'>{_text(finding.advice)}{_text(f' (see {related})' if related else '')}</span></div>"
        yield f"<p class='advice'>{_text(rules()[rule].explanation.strip())}</p></section>"
