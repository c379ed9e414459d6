"""Tell what a backend refuses per call but took as global one: files, path objects, compression.

Per call, sox takes only a path in a string, and soundfile takes no compression; the recorded calls
of 2.1 and 2.2 show both.
"""

import ast

from compat.codemod.rewrite import Change, WrapArgument
from compat.codemod.source import Kind, Module, NotProvableError, Use, noted, value_kinds
from compat.codemod.uses import arguments
from compat.codemod.uses.observed import kinds
from compat.codemod.uses.project import Project

_PATH = "a path object is passed, which the per-call sox backend does not take"
_LATER = (
    "the function is passed on, and may be called with a path object, which the per-call sox "
    "backend does not take"
)
_COMPRESSION = "compression is given, which soundfile used to ignore and now refuses"


def changes_for(project: Project, module: Module, use: Use, backend: str) -> list[Change]:
    """Return what a call needs besides ``backend=``; nothing for a function passed on as a value.

    Raises:
        NotProvableError: it is given, or may be given, an argument that the backend does not take.
    """
    if backend == "soundfile" and use.name == "save":
        _no_compression(project, module, use)
    if backend != "sox":
        return []
    if use.call is None:
        if _may_be_path(project, module):
            raise NotProvableError(_LATER, [module.place(use.node)])
        return []
    named = (one for one in use.call.keywords if one.arg in ("filepath", "uri"))
    several: list[ast.expr | ast.keyword] = [*use.call.args, *named]
    first = several[0] if several else None
    if first is None or isinstance(first, ast.Starred):
        return []
    value = first.value if isinstance(first, ast.keyword) else first
    kind = arguments.kind(project, module, value)
    if (
        seen := kinds(project.recorded(module, use.call, use.name), "filepath")
    ) and "file object" in seen:
        kind = value_kinds.FILE
    elif project.relies_on_traces and kind == value_kinds.FILE and seen == {"path"}:
        kind = value_kinds.PATHLIB  # or a text, which str() leaves as it is
    if kind == value_kinds.FILE:
        raise NotProvableError(
            "a file object is passed, which the per-call sox backend does not take",
            [module.place(use.node)],
            'Name a backend that takes it: "soundfile" or "ffmpeg" read and write file objects.',
        )
    # of values that name a file, only path objects are divided
    divided = isinstance(value, ast.BinOp) and isinstance(value.op, ast.Div)
    unsure = kind == value_kinds.UNKNOWN and (divided or _may_be_path(project, module))
    if kind != value_kinds.PATHLIB and not unsure:
        return []
    if module.names.scope_of[use.root].home("str"):
        raise NotProvableError(_PATH, [module.place(use.node)])
    return [WrapArgument(use.call, first, "str")]


@noted
def _may_be_path(project: Project, module: Module) -> bool:
    return project.neighbours_mention(module, "pathlib")


def _no_compression(project: Project, module: Module, use: Use) -> None:
    above = module.names.parents[use.node]
    call = use.call or (above if isinstance(above, ast.Call) else None)
    if call is None:
        return
    given = [one.value for one in call.keywords if one.arg == "compression"] + (
        use.call.args[4:5] if use.call else call.args[5:6]
    )
    seen = kinds(project.recorded(module, use.call, use.name), "compression") if use.call else set()
    if project.relies_on_traces and seen == {"NoneType"}:
        return
    if any(not (isinstance(one, ast.Constant) and one.value is None) for one in given):
        raise NotProvableError(_COMPRESSION, [module.place(use.node)])
    if use.call and not any(keyword.arg is None for keyword in call.keywords):
        return
    own = (Kind.FUNCTION, Kind.BACKEND_FUNCTION)
    if other := arguments.named_elsewhere(project.modules, "compression", *own):
        raise NotProvableError(_COMPRESSION, [module.place(use.node), other])
