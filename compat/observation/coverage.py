"""Say what the codemod would do at the calls that a program ran, and which calls it never ran."""

import dataclasses
import json
import os
from collections.abc import Iterator
from typing import Any, NamedTuple

from compat._version import __version__
from compat.codemod.source import FileResult, Finding, Module, State
from compat.codemod.source.options import Options, configured
from compat.commands import writing
from compat.commands.arguments import UsageError
from compat.observation import trace
from compat.observation.recording import Call, by_place

# what the codemod does at a place, in the words of the report: there, and in its last line
_WORDS = {
    "rewritten": ("rewrites it", "rewritten"),
    "fixable": ("rewrites it with --unsafe", "rewritten with --unsafe"),
    "left": ("leaves it to you", "left to you"),
    "unchanged": ("has nothing to say of it", "without a finding"),
    "outside": ("does not look: the file is outside the project", "outside the project"),
}


class Site(NamedTuple):
    """A call that the program ran.

    Attributes:
        state: one of ``rewritten``, ``fixable``, ``left``, ``unchanged``, ``outside``.
        findings: the findings of the codemod there.
    """

    call: Call
    path: str
    state: str
    findings: tuple[Finding, ...] = ()


class Coverage(NamedTuple):
    """The calls that a program ran, and those known to the codemod that it did not run."""

    release: str
    target: str
    root: str
    sites: tuple[Site, ...]
    not_run: tuple[Finding, ...]
    problems: tuple[str, ...]


def coverage(calls: list[Call], root: str, release: str) -> Coverage:
    """Run the codemod over a project without changing it, and compare it with the calls.

    Args:
        calls: the recorded calls.
        root: the project's folder; its ``[tool.torchaudio-compat]`` counts.
        release: the release that the program ran under.
    """
    from compat.codemod.run import session

    problems: list[str] = []
    try:
        options = Options(**{**configured(root), "paths": (root,), "diff": True, "baseline": None})
    except UsageError as why:
        problems.append(str(why))
        options = Options(paths=(root,), diff=True)
    result = session.run(options)
    problems += [str(problem) for problem in result.problems]
    files = {os.path.realpath(file.path): file for file in result.files}
    sites = tuple(
        _site(call, root, files.get(os.path.realpath(call.path))) for call in by_place(calls)
    )
    seen = {id(one) for site in sites for one in site.findings}
    not_run = [one for file in result.files for one in _not_run(file, seen)]
    told = tuple(
        dataclasses.replace(
            one, place=dataclasses.replace(one.place, path=trace.relative(one.place.path, root))
        )
        for one in not_run
    )
    return Coverage(release, options.target, root, sites, told, tuple(problems))


def _not_run(file: FileResult, seen: set[int]) -> Iterator[Finding]:
    """Yield the findings at calls that did not run; only calls are recorded."""
    if not file.path.endswith((".py", ".pyw")):
        return
    uses = [
        use.call
        for use in Module(file.path, file.before).uses
        if use.call is not None and (use.kind or use.path.count(".") > 1)
    ]
    said = [one for one in (*file.fixed, *file.left) if id(one) not in seen]
    for call in uses:
        end = call.end_lineno or call.lineno
        found = [one for one in said if one.place.line <= end and call.lineno <= one.place.end_line]
        said = [one for one in said if one not in found]
        yield from found[:1]


def _site(call: Call, root: str, file: FileResult | None) -> Site:
    """Return a call with the findings on its lines."""
    real = os.path.realpath(call.path)
    path = trace.relative(real, root)
    if os.path.isabs(path) or not os.path.isfile(real) or "site-packages" in path:
        return Site(call, call.path, "outside")
    own = tuple(
        one
        for one in ((*file.fixed, *file.left) if file is not None else ())
        if one.place.line <= call.end_line and call.line <= one.place.end_line
    )
    left = [one for one in own if one.state is not State.FIXED]
    waits = "left" if any(one.state is State.LEFT for one in left) else "fixable"
    state = waits if left else "rewritten" if own else "unchanged"
    return Site(call, path, state, own)


def report(path: str, calls: list[Call], root: str, release: str) -> Iterator[str]:
    """Write the report to a file, or yield its lines if none is named."""
    found = coverage(calls, root, release)
    if not path:
        yield from lines(found)
        return
    try:
        writing.write(path, [as_json(found)])
    except OSError as why:
        yield f"--report={path}: cannot write it: {why.strerror}; name one in an existing folder"
    else:
        yield f"{path}: the calls of torchaudio, and what the codemod does with each"


def lines(found: Coverage) -> Iterator[str]:
    """Yield the report for a terminal, line by line."""
    if not found.sites:
        yield f"the program called no function of torchaudio {found.release}."
    else:
        width = min(max(len(f"{one.path}:{one.call.line}") for one in found.sites), 60)
        names = max(len(one.call.name) for one in found.sites)
        yield (
            f"calls of torchaudio {found.release}, and what the codemod "
            f"(--target {found.target}) does with each:"
        )
        for site in found.sites:
            rules = ", ".join(dict.fromkeys(one.rule for one in site.findings))
            said = f"{_WORDS[site.state][0]}{f' ({rules})' if rules else ''}"
            place = f"{site.path}:{site.call.line}"
            yield f"  {site.call.calls:7,}x  {site.call.name:{names}}  {place:{width}}  {said}"
            if site.state in ("left", "fixable"):
                left = [one for one in site.findings if one.state is not State.FIXED]
                yield from dict.fromkeys(f"{'':12}{one.rule}: {one.reason}" for one in left)
        counts = [
            (sum(one.state == state for one in found.sites), words)
            for state, (_, words) in _WORDS.items()
        ]
        parts = ", ".join(f"{number} {words}" for number, words in counts if number)
        yield f"{len(found.sites)} place{'' if len(found.sites) == 1 else 's'}: {parts}."
    if found.not_run:
        by_file: dict[str, list[str]] = {}
        for one in found.not_run:
            by_file.setdefault(one.place.path, []).append(f"{one.place.line} ({one.rule})")
        yield "the codemod also reports these calls, which this run did not reach:"
        yield from (f"  {path}: {', '.join(places)}" for path, places in by_file.items())
    yield from (f"the codemod: {problem}" for problem in found.problems)


def as_json(found: Coverage) -> str:
    """Return the report as JSON."""
    whole: dict[str, Any] = {
        "version": __version__,
        "release": found.release,
        "target": found.target,
        "root": found.root,
        "sites": [
            {
                "name": site.call.name,
                "path": site.path,
                "line": site.call.line,
                "end_line": site.call.end_line,
                "calls": site.call.calls,
                "codemod": site.state,
                "findings": [_finding(one) for one in site.findings],
            }
            for site in found.sites
        ],
        "not_run": [
            {"path": one.place.path, "line": one.place.line, **_finding(one)}
            for one in found.not_run
        ],
        "totals": {state: sum(one.state == state for one in found.sites) for state in _WORDS},
        "problems": list(found.problems),
    }
    return f"{json.dumps(whole, indent=2, ensure_ascii=False)}\n"


def _finding(finding: Finding) -> dict[str, str]:
    return {
        "rule": finding.rule,
        "state": finding.state.name.lower(),
        "reason": finding.reason,
        "advice": finding.advice,
    }
