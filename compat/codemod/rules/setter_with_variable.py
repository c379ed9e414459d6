"""The setter with something that is not a literal (patterns, row 5)."""

from __future__ import annotations

from collections.abc import Iterable

from compat.codemod import plan
from compat.codemod.findings import Draft, Level
from compat.codemod.module import Module
from compat.codemod.project import Project
from compat.codemod.registry import MODERN, Rule


def check(module: Module, project: Project) -> Iterable[Draft]:
    """What the plan for the project says of it."""
    return plan.drafts(project, RULE.id, module)


RULE = Rule(
    id="TAC105",
    title="A backend that is set from a variable",
    level=Level.REPORT,
    targets=MODERN,
    before="""\
import torchaudio


def prepare(args):
    torchaudio.set_audio_backend(args.backend)
""",
    after="""\
import torchaudio


def prepare(args):
    torchaudio.set_audio_backend(args.backend)
""",
    explanation="""\
What is set is known only when the program runs. Pass the value on to each call as backend=. The places where "sox_io" is
written (defaults and choices of argparse, configuration files) are named too: in a call it is "sox".

--backend NAME puts one name everywhere instead.
""",
    check=check,
)
