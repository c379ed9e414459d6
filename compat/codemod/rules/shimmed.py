"""Report a program that runs under this package's drop-in."""

from collections.abc import Iterator

from compat.codemod.rule import MODERN, Draft, Level, Module, Project, Rule, Valid


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Report calls that install another release than the target; then nothing is changed."""
    for owner, call in project.pins:
        if owner is module:
            yield Draft(
                module.span(call),
                "from here on the project runs as another release of "
                "torchaudio, so its code must stay as it is",
                "Delete this, or install the target's release, and run again.",
            )


RULE = Rule(
    id="TAC135",
    title="A project that already installs a release with compat.install",
    level=Level.REPORT,
    targets=MODERN,
    before="""\
import compat

compat.install("2.0")

import torchaudio

torchaudio.set_audio_backend("sox_io")
""",
    valid=(
        Valid(
            "the release that is installed is the target",
            """\
import compat

compat.install("2.2")
""",
        ),
    ),
    explanation="""\
Under compat.install("2.0") the global backend works, and calls do not accept backend=. Rewritten
code would fail there. So nothing is changed until you delete compat.install.
""",
    check=check,
)
