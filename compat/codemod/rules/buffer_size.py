"""Delete calls of ``sox_utils.set_buffer_size``."""

import ast
from collections.abc import Iterator

from compat.codemod.rule import NINE, Draft, Kind, Level, Module, Project, Remove, Rule, Valid


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Delete a statement that only sets the size; report any other use."""
    for use in module.of(Kind.BUFFER_SIZE):
        statement = module.statement_of(use.node)
        reason = "torchaudio 2.9 has no libsox, whose buffer this is"
        plain = use.call and not any(
            isinstance(node, ast.Call) and node is not use.call for node in ast.walk(use.call)
        )
        if plain and isinstance(statement, ast.Expr) and statement.value is use.call:
            yield Draft(
                module.span(statement), reason, changes=(Remove(statement),), touches=(use,)
            )
        else:
            yield Draft(module.span(use.node), reason, "Delete what depends on it.")


RULE = Rule(
    id="TAC125",
    title="Delete the size of libsox's buffer",
    level=Level.SAFE,
    targets=NINE,
    before="""\
import torchaudio

torchaudio.utils.sox_utils.set_buffer_size(16000)
""",
    after="""\
import torchaudio
""",
    valid=(
        Valid(
            "its value is used",
            """\
import torchaudio

before = torchaudio.utils.sox_utils.set_buffer_size(16000)
""",
            reported=True,
        ),
    ),
    explanation="""\
The setting affects only libsox, and torchaudio 2.9 does not use libsox.
""",
    check=check,
)
