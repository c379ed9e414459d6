"""Run once: find the files, read each once, let the engine make new texts, write them."""

from __future__ import annotations

import dataclasses
import gc
import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from compat.codemod.files import discovery, documents, journal, writing
from compat.codemod.files.document import Document, UnreadableError
from compat.codemod.run.reading import Gathered, gather
from compat.codemod.source import FileResult, Finding, Options, Problem, Result, State, Tick

if TYPE_CHECKING:
    from compat.codemod.run.engine import Outcome

# Python calls of the engine within each other. Reading a file takes one for each node in another,
# following and printing it take several; with Python's own limit it could be read and no more.
_DEEPEST = 10_000


def run(
    options: Options, tick: Tick = lambda done, total: None, keep: list[object] | None = None
) -> Result:
    """Do what the options ask for; files are written only if they say so.

    Args:
        options: what to do.
        tick: is called with the number of files read and of all files.
        keep: a list that receives the syntax trees, for a process that ends without freeing them;
            the garbage collector then stays off.
    """
    found = list(
        discovery.walk([*options.paths, *options.entry], options.exclude, documents=options.docs)
    )
    # the baseline holds lines of code that are not run
    known = options.baseline and os.path.realpath(options.baseline)
    found = [one for one in found if not known or os.path.realpath(one.path) != known]
    result = Result(scanned=len(found))
    if not _recovered(found, options, result):
        return result
    # Many syntax trees live to the end; garbage collection among them would take a third of the
    # time.
    was_on = gc.isenabled()
    gc.disable()
    try:
        gathered = gather(found, options, result, tick)
        outcomes = _settle(gathered, write=options.writes)
        if keep is not None:
            keep += gathered, outcomes
    finally:
        if keep is None and was_on:
            gc.enable()
    return result


def run_text(text: bytes, options: Options) -> Result:
    """Run on one text that is in no file."""
    path, result = "<stdin>", Result(scanned=1)
    options = dataclasses.replace(options, entry=(path,) if options.target == "compat" else ())
    gathered = Gathered(options, result, [discovery.Found(path, discovery.PYTHON)])
    if (
        any(name in text for name in (b"torchaudio", b"TORCHAUDIO_", b"torio"))
        or options.target == "compat"
    ):
        gathered.take(path, discovery.PYTHON, text)
    else:
        result.files.append(FileResult(path, text, text))
    _settle(gathered, write=False)
    return result


def _settle(gathered: Gathered, *, write: bool) -> list[Outcome]:
    """Let the engine make the new texts, write and report them, and return the outcomes."""
    if not gathered.read:
        return []
    from compat.codemod.rules import rules
    from compat.codemod.run import engine

    options, result = gathered.options, gathered.result
    active = [
        rule
        for rule in rules().values()
        if rule.applies(options.target)
        and (not options.select or rule.id in options.select)
        and rule.id not in options.ignore
    ]
    if "torchaudio" in gathered.own_names:
        active = [rules()["TAC127"]]  # it says that the others can prove nothing
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(max(usual, _DEEPEST))
    try:
        made = engine.run(gathered.project(), active, unsafe=options.unsafe)
    except engine.BrokenError as why:
        result.problems.append(Problem(str(why).partition(":")[0], f"nothing was changed: {why}"))
        return []
    finally:
        sys.setrecursionlimit(usual)
    outcomes = {outcome.module.path: outcome for outcome in made}
    for path, document in gathered.read.items():
        try:
            result.files.append(_file(document, outcomes, gathered.read))
        except UnreadableError as why:
            result.problems.append(Problem(path, str(why)))
    held_back = _write(result) if write else set()
    texts = {path: outcome.text for path, outcome in outcomes.items()} if options.writes else {}
    for file in result.files:
        _tell_left(file, outcomes, gathered, {} if file.path in held_back else texts)
    return made


def _file(
    document: Document, outcomes: dict[str, Outcome], read: dict[str, Document]
) -> FileResult:
    """Return the new content of one file, and what was changed.

    Raises:
        UnreadableError: its new text cannot be put into it.
    """
    own = [outcomes[piece.path] for piece in document.pieces]
    texts = {outcome.module.path: outcome.text for outcome in own}
    new = document.rebuild(texts) if any(outcome.changed for outcome in own) else document.data
    # a block in a document is only a part of it
    whole = len(own) == 1 and own[0].module.path == document.path
    before = own[0].module.text.text if whole else document.text
    after = (
        before if new == document.data else own[0].text if whole else new.decode("utf-8", "replace")
    )
    fixed = [one for outcome in own for one in outcome.fixed]
    file = FileResult(document.path, document.data, new, before, after)
    file.fixed = _in_order(documents.relocated(one, document, read, {}) for one in fixed)
    return file


def _tell_left(
    file: FileResult, outcomes: dict[str, Outcome], gathered: Gathered, texts: dict[str, str]
) -> None:
    """Add what is left in a file; with new texts, at its places in these."""
    document = gathered.read[file.path]
    own = [outcomes[piece.path] for piece in document.pieces]
    left = [one for outcome in own for one in (outcome.left_after if texts else outcome.left)]
    found = [documents.relocated(one, document, gathered.read, texts) for one in left]
    if file.changed and texts and document.prose:
        document = type(document)(file.path, file.new)
    found += gathered.said_of_prose(document)
    if file.new == file.old:
        found += [dataclasses.replace(one, state=State.LEFT) for one in file.fixed]
        file.fixed = []
    file.left = _in_order(found)


def _in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings in the order of the text, each once."""
    once = {(one.rule, one.place, one.reason): one for one in findings}
    return sorted(
        once.values(),
        key=lambda one: (one.place.cell or 0, one.place.line, one.place.column, one.rule),
    )


def _recovered(found: list[discovery.Found], options: Options, result: Result) -> bool:
    """Undo an interrupted run; return whether the project is in its state before that run."""
    paths = [one.path for one in found]
    try:
        if options.writes:
            journal.recover(paths)
        left = journal.unfinished(paths)
        result.problems += [
            Problem(
                path,
                "a run was stopped here while it wrote. Run again without "
                "--check and --diff: that undoes it first",
            )
            for path in left
        ]
    except journal.NotWrittenError as why:
        result.problems.append(Problem(why.path, f"a stopped run could not be undone: {why}"))
    return not result.problems


def _write(result: Result) -> set[str]:
    """Write the files that change, or none of them; return the paths of those not written."""
    changed = [file for file in result.files if file.changed]
    wrong = [(file.path, writing.obstacle(file.path, file.old)) for file in changed]
    wrong = [(path, why) for path, why in wrong if why]
    try:
        if not wrong:
            journal.replace_all(changed)
            return set()
    except journal.NotWrittenError as why:
        wrong = [(why.path, str(why))]
    result.problems += [
        Problem(path, f"nothing was written: {why}", keeps_others=True) for path, why in wrong
    ]
    for file in changed:
        file.new, file.after = file.old, file.before
    return {file.path for file in changed}
