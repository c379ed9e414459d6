"""``filepath=`` of load, save and info."""

import ast
from collections.abc import Iterator

from compat.codemod.rule import MODERN, Draft, Kind, Level, Module, Project, RenameKeyword, Rule, Use, Valid, is_dict_with, keyword
from compat.codemod.uses import forwarding
from compat.codemod.uses.argument_dicts import passed_in_dict

_OLD = "filepath"


_REASON = "the first parameter is called uri= from 2.1 on; filepath= is a TypeError"


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Each call that gives it by that name, itself or by way of partial and its kin; a report where it stands in a dict."""
    for use, call in module.calls_of("load", "save", "info"):
        given = keyword(call, _OLD)
        if given is None:
            yield from _in_dict(module, project, call)
        else:
            yield _draft(module, project, use, call, given, twice=bool(call.args))
    seen = set()
    for use, call, others in forwarding.forwarded(module, "load", "save", "info"):
        given = keyword(call, _OLD)
        if given is not None:
            seen.add(call)
            yield _draft(module, project, use, call, given, twice=len(call.args) > others)
    for use in module.of(Kind.FUNCTION, Kind.BACKEND_FUNCTION):
        if use.stored:
            continue
        if use.call is None:
            for call, how in _later_calls(module, use):
                if call not in seen:
                    yield Draft(module.span(call), f"{_REASON}; {how}", "Rename it to uri, and what may override it.")
        elif use.kind == Kind.BACKEND_FUNCTION:
            yield from _in_dict(module, project, use.call)


def _draft(module: Module, project: Project, use: Use, call: ast.Call, given: ast.keyword, *, twice: bool) -> Draft:
    if twice or keyword(call, "uri") is not None:
        return Draft(module.span(call), _REASON, "The call gives the file twice; keep one.")
    if project.dispatcher_may_be_off:
        return Draft(module.span(call), f"{_REASON}, unless the dispatcher is off, as it may be here", "Turn it on first.")
    change = RenameKeyword(call, given, "uri")
    return Draft(module.span(given), _REASON, changes=(change,), touches=(use,))


def _in_dict(module: Module, project: Project, call: ast.Call) -> Iterator[Draft]:
    if passed_in_dict(module, project, call, _OLD):
        yield Draft(module.span(call), f"{_REASON}; here it is a key of a dict", "Rename the key to uri, if the dict goes nowhere else.")


def _later_calls(module: Module, use: Use) -> Iterator[tuple[ast.Call, str]]:
    """The calls that give ``filepath=`` to a function that is passed on or kept under another name."""
    below: ast.AST = use.node
    for above in module.names.chain(use.node):
        if isinstance(above, ast.Call) and below is not above.func:
            if keyword(above, _OLD):
                yield above, "here it is passed on"
            elif any(is_dict_with(module, one.value, _OLD) for one in above.keywords):
                yield above, "here it is passed on, in a dict"
            outer = module.names.parents.get(above)
            if isinstance(outer, ast.Call) and outer.func is above and keyword(outer, _OLD):
                yield outer, "here it is passed on"
        elif isinstance(above, ast.Assign | ast.AnnAssign | ast.NamedExpr):
            targets = above.targets if isinstance(above, ast.Assign) else [above.target]
            names = {one.id if isinstance(one, ast.Name) else one.attr for one in targets if isinstance(one, ast.Name | ast.Attribute)}
            for call in module.calls:
                function = call.func.value if isinstance(call.func, ast.Subscript) else call.func
                name = function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""
                if name in names and keyword(call, _OLD):
                    yield call, f"{name} is torchaudio.{use.name} here, or may be"
            return
        elif not isinstance(above, ast.IfExp | ast.BoolOp | ast.Dict | ast.List | ast.Tuple | ast.keyword):
            return
        below = above


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
The per-call functions call their first parameter uri. So it is in functools.partial, a pool's submit, asyncio.to_thread and
joblib's delayed; in a dict it is reported. A program that swallows errors in a loop (`while True: try: load(
filepath=...) except Exception: continue`) would otherwise never end. Where a test replaces the function, what takes its
place would receive another name, so the call is only reported.
""",
    check=check,
)
