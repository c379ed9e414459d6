"""Report a setter whose argument is not a literal."""

from collections.abc import Iterator

from compat.codemod.plan.part import instead_of, no_such_backend
from compat.codemod.rule import (
    DROP_IN,
    MODERN,
    Draft,
    Kind,
    Level,
    Module,
    Project,
    Rule,
    Stage,
    Valid,
    old_names,
    planned,
    setter_calls,
    string,
)


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Yield what the project's plan says about it; under the drop-in report what 2.0 refuses.

    There a variable does not matter, as nothing is rewritten.
    """
    if project.target != "compat":
        yield from planned(RULE.id)(module, project)
        return
    for use in module.of(Kind.SETTER):
        name = string(setter_calls.argument(use.call)) if use.call else ""
        if name and name not in old_names.PER_CALL_NAMES:
            yield Draft(module.span(use.node), no_such_backend(name), instead_of(name))


RULE = Rule(
    id="TAC105",
    title="A backend that is set from a variable, or is unknown since 0.9",
    level=Level.REPORT,
    stage=Stage.PROGRAMS,
    targets=MODERN,
    report_only_for=DROP_IN,
    before="""\
import torchaudio


def prepare(args):
    torchaudio.set_audio_backend(args.backend)
""",
    valid=(
        Valid(
            "the value is given to the call itself",
            """\
import torchaudio


def read(path, args):
    return torchaudio.load(path, backend=args.backend)
""",
        ),
    ),
    explanation="""\
A constant that its own file assigns once counts as its text, if its name occurs in no other file of
the project. Any other name is known only when the program runs. Pass it to each call as backend=.
The finding also lists the places that contain "sox_io", such as defaults and choices of argparse
and configuration files. Change these too: in a call the name is "sox".

set_audio_backend("sox") worked up to 0.8, and every later release refuses it. The global backend is
now called "sox_io", and in a call it is called "sox". This is reported for --target compat too,
because 2.0 also refuses "sox".

With --backend NAME, all calls get this one name instead.
""",
    check=check,
)
