"""A decision on ``list_audio_backends()``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from compat.codemod.rule import MODERN, Draft, Kind, Level, Module, Project, Replace, Rule, Use, Valid, called, literal
from compat.codemod.uses import setter_calls

_SHOWN = ("print", "str", "repr", "bool", "format", "debug", "info", "warning", "error", "log", "len")
_LISTED = "from 2.1 on the backend is listed as sox"
_OTHERWISE = "from 2.1 on the list has other names (sox for sox_io, and ffmpeg), in another order"
_GONE = "torchaudio 2.9 has no backends, and list_audio_backends went"


def check(module: Module, project: Project) -> Iterator[Draft]:
    """``"sox_io" in`` becomes ``"sox" in``; what is done with the list otherwise is reported where the old name matters."""
    for use in module.of(Kind.LISTER):
        if use.call is None or use.stored:
            continue
        if project.target == "2.9":
            if decides(module, use) and not _guards_setter(module, module.names.parents.get(use.call)):
                yield Draft(module.span(use.node), _GONE, "Decide which arm is meant to run.")
            continue
        for place in _places(module, use.call):
            yield from _draft(module, project, use, place)


def decides(module: Module, use: Use) -> bool:
    """Whether a decision rests on the list: a name is looked for in it, or one is taken out of it."""
    if use.call is None or use.known is None or use.kind != Kind.LISTER:
        return False
    deciding = ast.Compare | ast.Subscript | ast.For | ast.comprehension
    return any(isinstance(module.names.parents.get(place), deciding) for place in _places(module, use.call))


def _places(module: Module, call: ast.Call) -> list[ast.expr]:
    """Where the list is used: the call itself, or all that reads the local name that alone it is kept in."""
    statement = module.names.parents.get(call)
    target = statement.targets[0] if isinstance(statement, ast.Assign) and len(statement.targets) == 1 else None
    if not isinstance(target, ast.Name) or len(module.names.bindings(target)) != 1:
        return [call]
    bindings = module.names.bindings(target)
    reads = [node for node in module.names.scope_of if isinstance(node, ast.Name) and node.id == target.id and node is not target]
    return [node for node in reads if module.names.bindings(node) is bindings] or [call]


def _draft(module: Module, project: Project, use: Use, place: ast.expr) -> Iterator[Draft]:
    above = module.names.parents.get(place)
    member = isinstance(above, ast.Compare) and len(above.ops) == 1 and isinstance(above.ops[0], ast.In | ast.NotIn)
    if isinstance(above, ast.Compare) and member and above.comparators[0] is place:
        if literal(above.left) == "sox_io":
            start, end = module.span(above.left)
            if (setter := _sets_by_it(module, project, above)) is not None:
                reason = f"{_LISTED}; not changed, because set_audio_backend() in line {module.place(setter).line} depends on it"
                yield Draft((start, end), reason, "Give backend= to the calls it is meant for, then change both.")
                return
            quoted = module.text.text[start:end]
            if quoted in ("'sox_io'", '"sox_io"') and not module.in_fstring(above):
                yield Draft((start, end), _LISTED, changes=(Replace(start, end, quoted.replace("_io", "")),), touches=(use,))
            else:
                yield Draft((start, end), _LISTED, "Change the name.")
    elif _is_used(above):
        yield Draft(module.span(use.node), _OTHERWISE, "See what is done with it.")


def _sets_by_it(module: Module, project: Project, test: ast.AST) -> ast.Call | None:
    """The setter that stays and runs by what a test gives, or may."""
    around = next((one for one in module.names.chain(test) if isinstance(one, ast.If | ast.IfExp | ast.Try)), None)
    for setter in setter_calls.of(module):
        near = around is None or module.inside(setter.call, around)
        if near and not project.runs_not(module, module.span(setter.call)):
            return setter.call
    return None


def _is_used(above: ast.AST | None) -> bool:
    """Whether the list goes on to where its names may matter: not where it is printed, or only asked whether it is empty."""
    if isinstance(above, ast.Call):
        return called(above) not in _SHOWN
    return isinstance(
        above, ast.Compare | ast.Subscript | ast.Assign | ast.For | ast.comprehension | ast.keyword | ast.Return | ast.Starred
    )


def _guards_setter(module: Module, test: ast.AST | None) -> bool:
    above = module.names.parents.get(test) if isinstance(test, ast.Compare) else None
    return isinstance(above, ast.If) and setter_calls.only_sets(module, above.body)


RULE = Rule(
    id="TAC108",
    title="Ask list_audio_backends() for sox",
    level=Level.SAFE,
    targets=MODERN,
    before="""\
import torchaudio

HAS_SOX = "sox_io" in torchaudio.list_audio_backends()
""",
    after="""\
import torchaudio

HAS_SOX = "sox" in torchaudio.list_audio_backends()
""",
    valid=(
        Valid(
            "the list is only shown",
            """\
import torchaudio

print(torchaudio.list_audio_backends())
""",
        ),
        Valid(
            "another name is looked for",
            """\
import torchaudio

HAS_SOUNDFILE = "soundfile" in torchaudio.list_audio_backends()
""",
        ),
    ),
    explanation="""\
The list gives the names that a call may give to backend=. Other uses of it are reported, because the order and the names differ.
""",
    check=check,
)
