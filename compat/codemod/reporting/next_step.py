"""Say in one line what to do after a run."""

import re
from collections.abc import Iterator

from compat.codemod.reporting.causes import blocks, counts, is_pin
from compat.codemod.source import FileResult, Options, Result, State

_OURS = re.compile(r"^\s*(?:import|from) compat\b", re.M)


def next_steps(result: Result, options: Options) -> Iterator[str]:
    """Yield what the project needs now and the one thing to do next, if there is any."""
    if options.target == "2.9" and any(map(_brings_us_in, result.files)):
        verb = "needs" if options.writes else "will need"
        ours = "this package from now on: add torchaudio-compat to its requirements"
        yield f"The project {verb} {ours}."
    step = _next(result, options)
    if step:
        yield f"Next: {step}"


def _next(result: Result, options: Options) -> str:
    blocking = [finding for finding in result.left if counts(finding)]
    causes = blocks(blocking)
    changed = any(file.changed for file in result.files)
    if result.problems:
        return (
            "correct the files above that could not be read, parsed or written, or leave them out "
            "with --exclude, and run again."
        )
    if changed and not options.writes:
        return (
            f"run it again without {'--check' if options.check else '--diff'} to make the changes."
        )
    if causes and all(one.state is State.FIXABLE for one in blocking):
        return "look at what is left, and run it again with --unsafe to change it."
    if causes:
        first = causes[0]
        more = f"`--explain {first.rule}` says more"
        return f"settle {first.places[0]} first; {more}. Then run it again."
    if any(map(is_pin, result.left)):
        return "move the pins: `torchaudio-compat doctor --pins` prints the lines."
    if changed:
        release = (
            ""
            if options.target == "compat"
            else f" under `torchaudio-compat run --version {options.target} -m pytest`"
        )
        return f"run your tests{release}."
    return ""


def _brings_us_in(file: FileResult) -> bool:
    return file.changed and bool(_OURS.search(file.after)) and not _OURS.search(file.before)
