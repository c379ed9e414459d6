"""Say in one line what to do after a run."""

import re
from collections.abc import Iterator

from compat.codemod.reporting.causes import blocks, counts, is_pin
from compat.codemod.source import Options, Result, State

_OURS = re.compile(r"^\s*(?:import|from) compat\b", re.M)


def next_steps(result: Result, options: Options) -> Iterator[str]:
    """Yield what the project needs now and the one thing to do next, if there is any."""
    changed = [file for file in result.files if file.changed and "compat" in file.after]
    if any(_OURS.search(file.after) and not _OURS.search(file.before) for file in changed):
        verb = "needs" if options.writes else "will need"
        yield (
            f"The project {verb} this package from now on: "
            "add torchaudio-compat to its requirements."
        )
    step = _next(result, options)
    if step:
        yield f"Next: {step}"


def _next(result: Result, options: Options) -> str:
    blocking = [finding for finding in result.left if counts(finding)]
    changed = any(file.changed for file in result.files)
    settle = "".join(
        f"settle {one.places[0]} first; `--explain {one.rule}` says more. Then run it again."
        for one in blocks(blocking)[:1]
    )
    tests = "run your tests."
    if options.target != "compat":
        command = f"torchaudio-compat run --version {options.target} -m pytest"
        tests = f"run your tests under `{command}`."
    steps = (
        (
            # without them, the files that go together with them would be rewritten by themselves
            any(one.keeps_others for one in result.problems),
            "settle what keeps the files above from being written, and run again.",
        ),
        (
            result.problems,
            "correct the files above that could not be read, parsed or written, or leave them out "
            "with --exclude, and run again.",
        ),
        (
            changed and not options.writes,
            f"run it again without {'--check' if options.check else '--diff'} to make the changes.",
        ),
        (
            blocking and all(one.state is State.FIXABLE for one in blocking),
            "look at what is left, and run it again with --unsafe to change it.",
        ),
        (settle, settle),
        (
            any(map(is_pin, result.left)),
            "move the pins: `torchaudio-compat doctor --pins` prints the lines.",
        ),
        (changed, tests),
    )
    return next((words for holds, words in steps if holds), "")
