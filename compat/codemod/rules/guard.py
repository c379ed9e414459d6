"""A guard around the setter whose new arm is missing."""

import ast
from collections.abc import Iterator

from compat.codemod.rule import PER_CALL, Draft, Level, Module, Project, Rule, Valid
from compat.codemod.uses import setter_calls


def check(module: Module, project: Project) -> Iterator[Draft]:
    """An ``if`` that asks what torchaudio has, sets a backend, and has no `else`."""
    seen = set()
    for setting in setter_calls.of(module):
        region = setting.region
        if not isinstance(region, ast.If) or setting.where != "guarded" or region in seen:
            continue
        if not region.orelse or setter_calls.only_sets(module, region.orelse):
            seen.add(region)
            yield Draft(
                module.span(region.test),
                "where this test fails, or the setter does nothing (from 2.2 on), no backend is chosen and no call names one",
                "Give backend= to the calls, or delete this if any backend will do.",
            )


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
