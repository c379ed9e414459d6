"""Delete or report ``torchaudio.USE_SOUNDFILE_LEGACY_INTERFACE``."""

import ast
from collections.abc import Iterator

from compat.codemod.rule import (
    NO_LEFTOVERS,
    Draft,
    Kind,
    Level,
    Module,
    Project,
    Remove,
    Rule,
    Valid,
    literal,
)

_REASON = "USE_SOUNDFILE_LEGACY_INTERFACE was removed in 0.9"


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Delete an assignment of False; report anything else."""
    for use in (use for use in module.uses if use.kind == Kind.FLAG):
        statement = module.statement_of(use.node)
        value = literal(statement.value) if isinstance(statement, ast.Assign) else None
        if value is False and statement.targets == [use.node]:  # type: ignore[attr-defined]
            yield Draft(
                module.span(statement), _REASON, changes=(Remove(statement),), touches=(use,)
            )
        elif value is True and use.stored:
            yield Draft(
                module.span(statement),
                f"{_REASON}; True chose the load of 0.6, which had other arguments",
                "Check which arguments the calls pass, and delete it.",
            )
        else:
            yield Draft(module.span(use.node), _REASON, "Delete what depends on it.")


RULE = Rule(
    id="TAC120",
    title="Delete USE_SOUNDFILE_LEGACY_INTERFACE = False",
    level=Level.SAFE,
    targets=NO_LEFTOVERS,
    before="""\
import torchaudio

torchaudio.USE_SOUNDFILE_LEGACY_INTERFACE = False
""",
    after="""\
import torchaudio
""",
    valid=(
        Valid(
            "True asked for the load of 0.6",
            """\
import torchaudio

torchaudio.USE_SOUNDFILE_LEGACY_INTERFACE = True
""",
            reported=True,
        ),
    ),
    explanation="""\
False chose the new interface of soundfile. Since 0.9 it is the only one, so the line has no effect.
""",
    check=check,
)
