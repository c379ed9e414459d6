"""Rename ``filepath=`` of load, save and info."""

import ast
import re
from collections.abc import Iterator

from compat.codemod.rule import (
    MODERN,
    Change,
    Draft,
    Kind,
    Level,
    Module,
    NameArgument,
    NotProvableError,
    Project,
    Rule,
    Valid,
    drafted,
    forwarding,
    is_dict_with,
    keyword,
    old_names,
    passed_in_dict,
)
from compat.codemod.source import Place
from compat.codemod.uses import kept_functions
from compat.codemod.uses.arguments import path_in_dict

_OLD = "filepath"
_GIVEN = re.compile(rb"filepath")
_RENAME = "Rename it to uri, also in the functions that may be called instead."
_REASON = "the first parameter is called uri= from 2.1 on; filepath= is a TypeError"


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Rename the keyword in each call, also through partial and its kin; report it in a dict."""
    given = [
        (use, call, others, name)
        for use, call, others in forwarding.calls_of(module, *old_names.FUNCTIONS)
        if (name := keyword(call, _OLD)) is not None
    ]
    for use, call, others, old in given:
        changes = _renamed(project, call, old, others)
        yield drafted(module.span(old), _REASON, changes, (use,), "")
    direct = [use.call for use in module.of(Kind.FUNCTION, Kind.BACKEND_FUNCTION) if use.call]
    for call in direct:
        if path_in_dict(module, project, call):
            yield Draft(
                module.span(call),
                f"{_REASON}; here a dict holds it, or may hold it",
                "Rename its key to uri, if nothing else uses the dict.",
            )
    for node, passed, place in by_values(module, project):
        yield Draft(
            module.span(node),
            f"{_REASON}; {passed} is passed on or stored, and may be called with it",
            _RENAME,
            related=(place,),
        )


def by_values(module: Module, project: Project) -> Iterator[tuple[ast.expr, str, Place]]:
    """Yield where a function that is passed on or stored may be given the keyword."""
    own = {use.call for use in module.of(Kind.FUNCTION, Kind.BACKEND_FUNCTION)}
    given = forwarding.calls_of(module, *old_names.FUNCTIONS)
    own |= {call for _, call, _ in given if keyword(call, _OLD) is not None}

    def gives(other: Module, call: ast.Call) -> bool:
        return call not in own and _gives(other, project, call)

    return kept_functions.called_with(project, module, gives, _GIVEN)


def _renamed(project: Project, call: ast.Call, name: ast.keyword, others: int) -> Iterator[Change]:
    if len(call.args) > others or keyword(call, "uri") is not None:
        raise NotProvableError("the call gives the file twice", advice="Keep one.")
    if project.dispatcher_may_be_off:
        raise NotProvableError(
            "not changed, because the dispatcher may be off here",
            advice="Turn the dispatcher on first.",
        )
    yield NameArgument(call, name, "uri")


def _gives(module: Module, project: Project, call: ast.Call) -> bool:
    values = (*call.args, *(one.value for one in call.keywords))
    in_dict = any(is_dict_with(module, one, _OLD) for one in values)
    return (
        keyword(call, _OLD) is not None
        or in_dict
        or bool(passed_in_dict(module, project, call, _OLD))
    )


RULE = Rule(
    id="TAC110",
    title="Rename filepath= to uri=",
    level=Level.SAFE,
    targets=MODERN,
    before="""\
import torchaudio


def read(path):
    return torchaudio.load(filepath=path, num_frames=16000)
""",
    after="""\
import torchaudio


def read(path):
    return torchaudio.load(uri=path, num_frames=16000)
""",
    valid=(
        Valid(
            "the name is the new one",
            """\
import torchaudio

waveform, rate = torchaudio.load(uri="a.wav")
""",
        ),
        Valid(
            "another function of that name",
            """\
def load(filepath):
    return filepath


load(filepath="a.wav")
""",
        ),
        Valid(
            "the name is a key of a dict, which may go elsewhere too",
            """\
import torchaudio

given = {"filepath": "a.wav"}
waveform, rate = torchaudio.load(**given)
""",
            reported=True,
        ),
    ),
    explanation="""\
Since 2.1 the first parameter of load, save and info is called uri. The rule also renames it where
the function is passed to functools.partial, a pool's submit, asyncio.to_thread or joblib's delayed.

It only reports the name as a key of a dict, and in calls that may reach one of these functions:
through a default argument, a parameter, an item of a table or an attribute. Look at each: `while
True: try: load(filepath=...) except Exception: continue` would never end.

If a test replaces the function, the call is only reported, because the replacement would receive
another name.
""",
    check=check,
)
