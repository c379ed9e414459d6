"""Report a guard around the setter that has no arm for newer releases."""

import ast
from collections.abc import Iterator

from compat.codemod.rule import PER_CALL, Draft, Level, Module, Project, Rule, Valid, setter_calls


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Report an ``if`` that tests torchaudio's features, sets a backend, and has no `else`."""
    for setter in setter_calls.of(module):
        if setter_calls.lacks_new_arm(setter):
            dead = project.runs_not(module, module.span(setter.call))
            node = setter.region.test if dead and isinstance(setter.region, ast.If) else setter.call
            yield Draft(
                module.span(node),
                "if the test around it is false, or the setter does nothing (from 2.2 on), nothing "
                "chooses a backend",
                "Give backend= to the calls, or delete this if any backend will do.",
            )


RULE = Rule(
    id="TAC121",
    title="A guarded setter without an else for newer releases",
    level=Level.REPORT,
    targets=PER_CALL,
    before="""\
import torchaudio

if hasattr(torchaudio, "set_audio_backend"):
    torchaudio.set_audio_backend("soundfile")
""",
    valid=(
        Valid(
            "newer releases have an arm of their own",
            """\
import torchaudio

if hasattr(torchaudio, "set_audio_backend"):
    torchaudio.set_audio_backend("soundfile")
else:
    BACKEND = "soundfile"
""",
        ),
    ),
    explanation="""\
The codemod does not change guards such as `if hasattr(torchaudio, "set_audio_backend")`, nor code
that a guard makes unreachable for the target. From 2.2 to 2.8 the setter exists but does nothing,
so this guard no longer chooses a backend, and it has no `else` that does.
""",
    check=check,
)
