"""Report a guard around the setter that has no arm for newer releases."""

import ast
from collections.abc import Iterator

from compat.codemod.rule import PER_CALL, Draft, Level, Module, Project, Rule, Valid
from compat.codemod.uses import setter_calls


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Report an ``if`` that tests torchaudio's features, sets a backend, and has no `else`."""
    for setter in setter_calls.of(module):
        if setter_calls.lacks_new_arm(setter):
            reason = "where the test around it fails, or the setter does nothing (from 2.2 on), no backend is chosen and no call names one"
            dead = project.runs_not(module, module.span(setter.call))
            node = setter.region.test if dead and isinstance(setter.region, ast.If) else setter.call
            yield Draft(module.span(node), reason, "Give backend= to the calls, or delete this if any backend will do.")


RULE = Rule(
    id="TAC121",
    title="A guarded setter without an arm for newer releases",
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
Guards are left as they are, and so is all that they keep from running under the target.
This one has nothing to say for releases in which the setter is there and does nothing.
""",
    check=check,
)
