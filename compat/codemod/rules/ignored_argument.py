"""Report arguments that the ``load`` and ``save`` of 2.9 ignore."""

import ast
from collections.abc import Iterator

from compat.codemod.rule import (
    NINE,
    Change,
    Draft,
    Level,
    Module,
    NotProvableError,
    Project,
    Replace,
    Rule,
    Use,
    Valid,
    forwarding,
    given,
    is_dict_with,
    literal,
    our_name,
    starred,
)

_MATTERS: dict[str, dict[str, object]] = {
    "load": {"normalize": True},
    "save": {"format": None, "encoding": None, "bits_per_sample": None},
}


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Report calls with values other than the default; with --unsafe use this package instead."""
    for use, call, others in forwarding.calls_of(module, "load", "save"):
        dicts = [one.value for one in call.keywords if one.arg is None]
        known = [module.only_assigned(one) or one for one in dicts]
        ignored = [
            name
            for name, default in _MATTERS[use.name].items()
            if _differs(call, name, default, others)
            or any(is_dict_with(module, one, name) for one in known)
        ]
        if ignored:
            names = ", ".join(f"{name}=" for name in ignored)
            changes = _ours(module, project, use)
            advice = f"Use compat.{use.name}, which honours it" + (
                " (--unsafe does it)." if changes else "."
            )
            yield Draft(
                module.span(use.node),
                f"torchaudio.{use.name} of 2.9 ignores {names}",
                advice,
                changes=changes,
                touches=(use,),
                unsafe=True,
            )


def _differs(call: ast.Call, name: str, default: object, others: int) -> bool:
    node = given(call, name, 3 + others if name == "normalize" and not starred(call) else None)
    return node is not None and literal(node) is not default


def _ours(module: Module, project: Project, use: Use) -> tuple[Change, ...]:
    try:
        name, changes = our_name(module, project, use)
    except NotProvableError:
        return ()
    if not isinstance(use.node, ast.Attribute):
        return ()
    return (Replace(*module.span(use.node), f"{name}.{use.name}"), *changes)


RULE = Rule(
    id="TAC130",
    title="Let this package honour what 2.9 ignores",
    level=Level.UNSAFE,
    targets=NINE,
    before="""\
import torchaudio

import compat

waveform, rate = torchaudio.load("a.wav", normalize=False)
""",
    after="""\
import torchaudio

import compat

waveform, rate = compat.load("a.wav", normalize=False)
""",
    valid=(
        Valid(
            "normalize=True is what 2.9 does",
            """\
import torchaudio

waveform, rate = torchaudio.load("a.wav", normalize=True)
""",
        ),
    ),
    explanation="""\
2.9 accepts normalize=False, format=, encoding= and bits_per_sample= but ignores them. compat.load
and compat.save honour them. The rule needs --unsafe because a test that replaces torchaudio.load
would no longer affect the call.
""",
    check=check,
)
