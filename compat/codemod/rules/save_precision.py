"""Rename ``precision=`` of the 0.x ``save``."""

import ast
from collections.abc import Iterator

from compat.codemod.rule import (
    DROP_IN,
    MODERN,
    Draft,
    Level,
    Module,
    NameArgument,
    Project,
    Rule,
    Use,
    Valid,
    forwarding,
    keyword,
    literal,
    passed_in_dict,
)

_REASON = "precision= is an argument of the save of 0.7 and before, and a TypeError since"


_ADVICE = "Write bits_per_sample=, or for 2.9 use compat.save: torchaudio.save ignores it there."


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Rename the keyword; report a bit depth as fourth argument, and everything for 2.9."""
    for use, call, others in forwarding.calls_of(module, "save"):
        given = keyword(call, "precision")
        if given is not None:
            yield _draft(module, project, use, call, given)
        elif call is use.call and passed_in_dict(module, project, call, "precision"):
            yield Draft(module.span(call), f"{_REASON}; here it is a key of a dict", _ADVICE)
        elif _has_precision(call.args[others + 3 : others + 5]) and not any(
            isinstance(a, ast.Starred) for a in call.args[: others + 4]
        ):
            yield Draft(
                module.span(call.args[others + 3]),
                "the fourth argument looks like the precision of 0.7; "
                "since then it is channels_first",
                "Write bits_per_sample= instead.",
            )


def _has_precision(arguments: list[ast.expr]) -> bool:
    """Return whether a bit depth is the first of these, or a truth value the second."""
    fourth, fifth = ([literal(one) for one in arguments] + [None, None])[:2]
    return fourth in (8, 16, 24, 32) or isinstance(fifth, bool)


def _draft(module: Module, project: Project, use: Use, call: ast.Call, given: ast.keyword) -> Draft:
    known = literal(given.value) in (8, 16, 24, 32) and keyword(call, "bits_per_sample") is None
    if project.target == "2.9" or not known or forwarding.may_get_more(module, call):
        return Draft(module.span(given), _REASON, _ADVICE)
    return Draft(
        module.span(given),
        _REASON,
        changes=(NameArgument(call, given, "bits_per_sample"),),
        touches=(use,),
    )


RULE = Rule(
    id="TAC116",
    title="Rename precision= to bits_per_sample=",
    level=Level.SAFE,
    targets=MODERN,
    report_only_for=DROP_IN,
    example_target="2.2",
    before="""\
import torchaudio


def write(path, waveform):
    torchaudio.save(path, waveform, 16000, precision=16)
""",
    after="""\
import torchaudio


def write(path, waveform):
    torchaudio.save(path, waveform, 16000, bits_per_sample=16)
""",
    valid=(
        Valid(
            "a bit depth that is worked out may be None",
            """\
import torchaudio


def write(path, waveform, depth):
    torchaudio.save(path, waveform, 16000, precision=depth)
""",
            reported=True,
        ),
    ),
    explanation="""\
The rule renames the argument if its value is a literal bit depth. 2.9 ignores the bit depth, so for
2.9 it is reported.
""",
    check=check,
)
