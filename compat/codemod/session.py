"""One run: find the files, read each once, settle on the new texts, put them in place."""

from __future__ import annotations

import dataclasses
import gc
import re

from compat.codemod import discovery, processes
from compat.codemod.crew import Crew
from compat.codemod.options import Options
from compat.codemod.results import FileResult, Problem, Result, Tick

_SPEAKS = re.compile(rb"torchaudio|TORCHAUDIO_")


def run(options: Options, tick: Tick = lambda done, total: None, keep: list[object] | None = None) -> Result:
    """Do what the options ask for; files are written only if they say so.

    Args:
        keep: where the syntax trees are left, for a process that ends without freeing them; no garbage is looked for then, nor are helpers.
    """
    result = Result()
    found = list(discovery.walk([*options.paths, *options.entry], options.exclude, documents=options.docs))
    # Syntax trees are many objects that all live to the end: looking for garbage among them costs a third of the time.
    was_on = gc.isenabled()
    gc.disable()
    try:
        with Crew(found, options.jobs) as crew:
            # Meanwhile the helpers read.
            from compat.codemod.gather import gather
            from compat.codemod.settling import settle

            gathered = gather(crew, found, options, result, tick)
        outcomes = settle(gathered, options.jobs)
        if keep is not None:
            keep += gathered, outcomes
    finally:
        if keep is None:
            processes.wait()
            if was_on:
                gc.enable()
    if options.writes and not result.broken:
        _write(result)
    return result


def run_text(text: bytes, options: Options, path: str = "<stdin>") -> Result:
    """The same for one text that is in no file."""
    from compat.codemod.gather import Gathered
    from compat.codemod.settling import settle

    result = Result(scanned=1)
    gathered = Gathered(dataclasses.replace(options, entry=(path,) if options.target == "compat" else ()), result)
    if _SPEAKS.search(text) or options.target == "compat":
        gathered.take(path, discovery.PYTHON, text)
    else:
        result.files.append(FileResult(path, text, text))
    settle(gathered)
    return result


# Writing


# Rules whose changes in one file are right only together with those in others.
_ACROSS_FILES = {"TAC102", "TAC118"}


def _write(result: Result) -> None:
    from compat.codemod import writing

    changed = [file for file in result.files if file.changed]
    obstacles = {file.path: why for file in changed if (why := writing.obstacle(file.path, file.old)) is not None}
    held = next((file.path for file in changed if file.path in obstacles and _is_part(file)), None)
    for file in changed:
        why = obstacles.get(file.path)
        if why is None and held is not None and _is_part(file):
            why = f"its changes go together with those of {held}"
        if why is None:
            try:
                writing.replace(file.path, file.old, file.new)
            except (OSError, writing.ChangedError) as failure:
                why = failure.strerror if isinstance(failure, OSError) and failure.strerror else str(failure)
        if why is not None:
            result.problems.append(Problem(file.path, f"it was not written: {why}"))
            file.new, file.after = file.old, file.before
            file.left_after, file.fixed = [*file.fixed, *file.left], []


def _is_part(file: FileResult) -> bool:
    return any(finding.rule in _ACROSS_FILES for finding in file.fixed)
