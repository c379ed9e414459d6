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
    NotProvableError,
    Project,
    RenameKeyword,
    Rule,
    Valid,
    drafted,
    forwarding,
    is_dict_with,
    keyword,
    old_names,
    passed_in_dict,
)
from compat.codemod.uses import kept_functions

_OLD = "filepath"
_GIVEN = re.compile(rb"filepath")
_REASON = "the first parameter is called uri= from 2.1 on; filepath= is a TypeError"


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Rename the keyword in each call, also through partial and its kin; report it in a dict."""
    given = [
        (use, call, others, name)
        for use, call, others in forwarding.calls_of(module, *old_names.FUNCTIONS)
        if (name := keyword(call, _OLD)) is not None
    ]
    for use, call, others, name in given:
        changes = _renamed(project, call, name, others)
        yield drafted(module, module.span(name), _REASON, changes, (use,), "")
    direct = [use.call for use in module.of(Kind.FUNCTION, Kind.BACKEND_FUNCTION) if use.call]
    for call in direct:
        if keyword(call, _OLD) is None and passed_in_dict(module, project, call, _OLD):
            yield Draft(
                module.span(call),
                f"{_REASON}; here it is a key of a dict",
                "Rename the key to uri, if nothing else uses the dict.",
            )
    yield from _through_values(module, project, {*direct, *(call for _, call, _, _ in given)})


def _renamed(project: Project, call: ast.Call, name: ast.keyword, others: int) -> Iterator[Change]:
    if len(call.args) > others or keyword(call, "uri") is not None:
        raise NotProvableError("the call gives the file twice", advice="Keep one.")
    if project.dispatcher_may_be_off:
        raise NotProvableError(
            "not changed, because the dispatcher may be off here",
            advice="Turn the dispatcher on first.",
        )
    yield RenameKeyword(call, name, "uri")


def _through_values(module: Module, project: Project, own: set[ast.Call]) -> Iterator[Draft]:
    """Report calls that pass it to a value that may be a function of torchaudio."""
    kept = kept_functions.near(project, module)
    for call in module.calls if kept else ():
        if (
            call not in own
            and _gives(module, project, call)
            and (one := kept_functions.may_be_called(project, module, call, kept))
        ):
            place = one.module.place(one.node)
            reason = (
                f"{_REASON}; here {one.name} may be called, which is "
                f"passed on or stored in line {place.line}"
            )
            yield Draft(
                module.span(call),
                reason,
                "Rename it to uri, also in the functions that may be called instead.",
                related=(place,),
            )
    here = [one for one in kept if one.module is module]
    if here and not module.standalone:
        linked = project.imports.reachable(module.path) | project.imports.importers(module.path)
        for path in sorted(linked & project.quiet.all):
            other = project.parsed(path, _GIVEN)
            for call in other.calls if other else ():
                assert other is not None
                if _gives(other, project, call) and kept_functions.may_be_called(
                    project, other, call, here
                ):
                    what = f"{here[0].name} is passed on or stored here, and may be called there"
                    reason = f"{_REASON}; {what}"
                    yield Draft(
                        module.span(here[0].node),
                        reason,
                        "Rename it to uri in that place.",
                        related=(other.place(call),),
                    )


def _gives(module: Module, project: Project, call: ast.Call) -> bool:
    in_dict = any(is_dict_with(module, one.value, _OLD) for one in call.keywords) or passed_in_dict(
        module, project, call, _OLD
    )
    return keyword(call, _OLD) is not None or bool(in_dict)


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
