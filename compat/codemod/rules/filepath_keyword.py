"""Rename ``filepath=`` of load, save and info."""

import ast
import re
from collections.abc import Iterator

from compat.codemod.rule import (
    MODERN,
    Draft,
    Kind,
    Level,
    Module,
    Project,
    RenameKeyword,
    Rule,
    Use,
    Valid,
    is_dict_with,
    keyword,
)
from compat.codemod.uses import forwarding, kept_functions
from compat.codemod.uses.arguments import passed_in_dict

_OLD = "filepath"
_GIVEN = re.compile(rb"filepath")
_REASON = "the first parameter is called uri= from 2.1 on; filepath= is a TypeError"


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Rename the keyword in each call, also through partial and its kin; report it in a dict."""
    own = set()
    for use, call, others in forwarding.calls_of(module, "load", "save", "info"):
        own.add(call)
        given = keyword(call, _OLD)
        if given is not None:
            yield _draft(module, project, use, call, given, twice=len(call.args) > others)
        elif call is use.call:
            yield from _in_dict(module, project, call)
        else:
            own.remove(call)
    for use in module.of(Kind.BACKEND_FUNCTION):
        if use.call is not None:
            own.add(use.call)
            yield from _in_dict(module, project, use.call)
    yield from _through_values(module, project, own)


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


def _draft(
    module: Module, project: Project, use: Use, call: ast.Call, given: ast.keyword, *, twice: bool
) -> Draft:
    if twice or keyword(call, "uri") is not None:
        return Draft(module.span(call), _REASON, "The call gives the file twice; keep one.")
    if project.dispatcher_may_be_off:
        return Draft(
            module.span(call),
            f"{_REASON}; not changed, because the dispatcher may be off here",
            "Turn the dispatcher on first.",
        )
    return Draft(
        module.span(given), _REASON, changes=(RenameKeyword(call, given, "uri"),), touches=(use,)
    )


def _in_dict(module: Module, project: Project, call: ast.Call) -> Iterator[Draft]:
    if passed_in_dict(module, project, call, _OLD):
        yield Draft(
            module.span(call),
            f"{_REASON}; here it is a key of a dict",
            "Rename the key to uri, if nothing else uses the dict.",
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
