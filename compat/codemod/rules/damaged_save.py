"""Report integer tensors and file objects passed to ``save``."""

from collections.abc import Iterator

from compat.codemod.rule import NINE, Draft, Level, Module, Project, Rule, Valid, given, value_kinds
from compat.codemod.uses import arguments
from compat.codemod.uses.observed import has_integers, kinds


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Report calls whose argument kinds the text reveals."""
    for use, call in module.calls_of("save"):
        recorded = project.recorded(module, call, "save")
        for name, position in (("src", 1), ("filepath", 0), ("uri", None)):
            node = given(call, name, position)
            kind = (
                arguments.kind(project, module, node) if node is not None else value_kinds.UNKNOWN
            )
            if name == "src" and (kind == value_kinds.INTEGERS or has_integers(recorded)):
                yield Draft(
                    module.span(use.node),
                    "2.9 does not scale integers: an integer tensor is saved as a square wave",
                    "Scale it to floats in [-1, 1] first, or use compat.save.",
                )
            elif name != "src" and (
                kind == value_kinds.FILE
                or (node is not None and "file object" in kinds(recorded, "filepath"))
            ):
                yield Draft(
                    module.span(use.node),
                    "2.9 does not save to a file object",
                    "Save to a path, or use compat.save.",
                )


RULE = Rule(
    id="TAC126",
    title="Data that the save of 2.9 would damage",
    level=Level.REPORT,
    targets=NINE,
    before="""\
import torch
import torchaudio


def write(path, waveform):
    torchaudio.save(path, (waveform * 32767).to(torch.int16), 16000)
""",
    valid=(
        Valid(
            "floats are saved as they are",
            """\
import torchaudio


def write(path, waveform):
    torchaudio.save(path, waveform.float(), 16000)
""",
        ),
    ),
    explanation="""\
In 2.9 save treats integer samples as float samples and does not scale them, which makes noise.
compat.save scales them by the tensor's dtype, as all earlier releases did.
""",
    check=check,
)
