"""Write the results as Markdown for an issue, without the home folder and the user's name."""

import contextlib
import getpass
import os
import pathlib
import re
from collections.abc import Iterator, Sequence

from compat._version import __version__
from compat.diagnosis.findings import NOTHING_TO_DO, Finding, Mend, Result, Status
from compat.doctor.verdict import FILE, Course, Verdict, told

# names that identify nobody and occur in the paths and sentences of every report
_NOBODY = {
    "root",
    "user",
    "users",
    "home",
    "admin",
    "administrator",
    "runner",
    "ubuntu",
    "jovyan",
    "vscode",
    "python",
    "torch",
    "audio",
}


def scrubbed(text: str) -> str:
    """Remove the home folder and the user's name from a text."""
    homes = {os.path.expanduser("~"), os.environ.get("HOME", ""), os.environ.get("USERPROFILE", "")}
    homes |= {os.path.realpath(home) for home in homes if home}
    places = sorted(
        (home.rstrip("/\\") for home in homes if len(home.rstrip("/\\")) > 1), key=len, reverse=True
    )
    names = {os.environ.get(variable, "") for variable in ("USER", "LOGNAME", "USERNAME")}
    names |= {pathlib.PurePath(place).name for place in places}
    # a container may have a user number without a name
    with contextlib.suppress(OSError, KeyError, ImportError):
        names.add(getpass.getuser())
    people = sorted(
        (name for name in names if name and name.lower() not in _NOBODY), key=len, reverse=True
    )
    flags = re.IGNORECASE if os.name == "nt" else 0
    rules = [
        (re.compile(rf"{re.escape(form)}(?![\w.-])", flags), "~")
        for place in places
        for form in {place, place.replace("\\", "/"), place.replace("\\", "\\\\")}
    ]
    rules += [
        (re.compile(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", flags), "USER") for name in people
    ]

    for pattern, instead in rules:
        text = pattern.sub(instead, text)
    return text


def document(results: Sequence[Result], verdict: Verdict) -> str:
    """Return the whole report."""
    return scrubbed("\n".join(_lines(results, verdict))) + "\n"


def _lines(results: Sequence[Result], verdict: Verdict) -> Iterator[str]:
    label = "Root cause" if verdict.status is Status.ERROR else "Verdict"
    yield from (f"### torchaudio-compat {__version__}: doctor's report", "")
    yield f"**{label}:** {verdict.text}"
    for check, finding in verdict.also:
        yield f"Also: {told(check, finding)} (check `{check}`)"
    yield from ("", "| check | status | measured |", "|---|---|---|")
    for result in results:
        bold = "**" if result.status.is_problem else ""
        name = _cell(result.title) if result.check == FILE else result.check
        yield f"| {name} | {bold}{result.status.word}{bold} | {_cell(result.summary)} |"
    course = Course()
    for result in results:
        for finding in result.findings:
            if finding.status.is_problem:
                yield from _details(result, finding, course.under(result, finding))


def _details(result: Result, finding: Finding, root: str) -> Iterator[str]:
    name = result.title if result.check == FILE else result.check
    yield from ("", f"#### {name}: {finding.text}", "", finding.why)
    if finding.evidence:
        lines = (line.replace("```", "'''") for line in finding.evidence)
        yield from ("", "```text", *lines, "```")
    if root and finding.mend != NOTHING_TO_DO:
        yield from ("", f"Fix: as under {root}")
    else:
        yield from _mend(finding.mend)


def _mend(mend: Mend) -> Iterator[str]:
    if mend.text:
        yield from ("", f"Fix: {mend.text}")
    if mend.commands:
        yield from ("", "```sh")
        for command in mend.commands:
            yield from (("# in cmd:", command) if command.shell == "cmd" else (command,))
        yield "```"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
