"""Tell what a backend refuses or changes per call: files, path objects, compression, bit depth.

Per call, sox takes only a path in a string, reads no m4a or video and writes ``encoding="PCM_S"``
with 16 bits instead of 32, and soundfile takes no compression; the recorded calls of 2.0, 2.1 and
2.2 show this.
"""

import ast
import re

from compat.codemod.rewrite import AddArgument, Change, WrapArgument
from compat.codemod.source import (
    Kind,
    Module,
    NotProvableError,
    Use,
    called,
    given,
    literal,
    plain_name,
    starred,
    string,
    value_kinds,
)
from compat.codemod.uses import arguments
from compat.codemod.uses.observed import kinds
from compat.codemod.uses.project import Project

# what gives path objects, also where their class is not named
_PATHS = r"pathlib|tmp_path|tmpdir|fast(ai|core)\b|importlib[._]resources|\bUPath\b"
_MAYBE_FILE = "a file object may be passed, which the per-call sox backend does not take"
_TAKERS = 'Name a backend that takes it: "soundfile" or "ffmpeg" read and write file objects.'
# sox_io gave these to FFmpeg
_FOR_FFMPEG = "3gp|aac|avi|m4[abv]|mka|mkv|mov|mp4|mpe?g|opus|webm|wma|wmv"
# "a.mp4", ".mp4|.wav", "*.{mp4,wav}"; not "video/mp4"
_MENTION = rf"""(?i)\b(?:(?<!/)({_FOR_FFMPEG})['"]|(?<=['".|,{{(])({_FOR_FFMPEG})[|,)}}$?])"""
# calls that give a path whose end is the end of their last argument
_ENDING_SO = ("join", "joinpath", "Path", "str", "with_suffix", "with_name", "replace")
_SIGNED = "PCM_S"
_MAY_BE_SIGNED = re.compile(r"['\"]PCM_S['\"]")
_DEPTH = (
    'encoding="PCM_S" may be given without bits_per_sample=, which wrote 32 bits in 2.0, and per '
    "call writes 16"
)
_NAME_DEPTH = "Give bits_per_sample= to each such call."
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
    if use.name != "save" and _is_for_ffmpeg(project, module, use):
        raise NotProvableError(
            "the file may be an m4a, a video or such, which sox_io of 2.0 gave to FFmpeg",
            [module.place(use.node)],
            'Name backend="ffmpeg" in calls for such files, and "sox" in the others.',
        )
    return [*_bit_depth(project, module, use), *_as_text(project, module, use)]


def _is_for_ffmpeg(project: Project, module: Module, use: Use) -> bool:
    """Return whether a file has, or may have, an ending that libsox does not read."""
    name = given(use.call, "filepath", 0) or given(use.call, "uri", 0) if use.call else None
    values = [*arguments.values_of(module, name)] or [name] if name is not None else []
    ends = [
        re.search(r"""\.(\w+)['"]\)*\Z""", ast.unparse(one).lower())
        if isinstance(one, ast.Constant | ast.JoinedStr | ast.BinOp) or called(one) in _ENDING_SO
        else None
        for one in values
    ]
    if ends and all(ends) and None not in module.assigned(name):
        return any(re.fullmatch(_FOR_FFMPEG, one[1]) for one in ends if one is not None)
    return project.neighbours_mention(module, _MENTION)


def _as_text(project: Project, module: Module, use: Use) -> list[Change]:
    may_be_file = value_kinds.passes_files_on(module, "w" if use.name == "save" else "r")
    if use.call is None:
        if may_be_file:
            raise NotProvableError(_MAYBE_FILE, [module.place(use.node)], _TAKERS)
        if project.neighbours_mention(module, _PATHS):
            raise NotProvableError(
                "the function is passed on, and may be called with a path object, which the "
                "per-call sox backend does not take",
                [module.place(use.node)],
            )
        return []
    named = (one for one in use.call.keywords if one.arg in ("filepath", "uri"))
    several: list[ast.expr | ast.keyword] = [*use.call.args, *named]
    first = several[0] if several else None
    if first is None or isinstance(first, ast.Starred):
        return []
    value = first.value if isinstance(first, ast.keyword) else first
    kind = arguments.kind(project, module, value)
    seen = kinds(project.recorded(module, use.call, use.name), "filepath")
    unknown = kind == value_kinds.UNKNOWN and "file object" not in seen
    if "file object" in seen or (unknown and may_be_file):
        kind = value_kinds.FILE
    if project.relies_on_traces and kind == value_kinds.FILE and seen == {"path"}:
        kind = value_kinds.PATHLIB  # or a text, which str() leaves as it is
    if kind == value_kinds.FILE:
        raise NotProvableError(
            _MAYBE_FILE
            if unknown
            else "a file object is passed, which the per-call sox backend does not take",
            [module.place(use.node)],
            _TAKERS,
        )
    # of values that name a file, only path objects are divided
    divided = isinstance(value, ast.BinOp) and isinstance(value.op, ast.Div)
    unsure = unknown and (divided or project.neighbours_mention(module, _PATHS))
    if unknown and project.neighbours_mention(module, "__fspath__"):
        kind = value_kinds.ENTRY
    if kind not in (value_kinds.PATHLIB, value_kinds.ENTRY) and not unsure:
        return []
    if kind == value_kinds.ENTRY or module.names.scope_of[use.root].home("str"):
        raise NotProvableError(
            "a path object is passed, which the per-call sox backend does not take",
            [module.place(use.node)],
        )
    return [WrapArgument(use.call, first, "str")]


def _bit_depth(project: Project, module: Module, use: Use) -> list[Change]:
    """Keep the 32 bits that ``encoding="PCM_S"`` had, in each format that takes it."""
    call = use.call
    encoding = given(call, "encoding", 6) if call else None
    bits = given(call, "bits_per_sample", 7) if call else None
    if use.name != "save" or (bits is not None and _is_number(project, module, bits)):
        return []
    is_seen = call is not None and not starred(call)
    if call and literal(encoding) == _SIGNED and bits is None and is_seen:
        return [AddArgument(call, "bits_per_sample", "32")]
    spread = [one.value for one in call.keywords if one.arg is None] if call else []
    if encoding is not None:
        may_be_signed = literal(encoding) in (..., _SIGNED)
    elif all(_is_from_callers(module, one) for one in spread):
        may_be_signed = not is_seen and project.says(_MAY_BE_SIGNED)
    else:
        may_be_signed = True
    if may_be_signed:
        raise NotProvableError(_DEPTH, [module.place(use.node)], _NAME_DEPTH)
    return []


def _is_number(project: Project, module: Module, bits: ast.expr) -> bool:
    """Return whether a bit depth is surely a number, not perhaps ``None``."""
    passed = [*arguments.passed(project, module, bits)]
    is_rebound = bool(passed) and len(module.names.bindings(bits)) > 1
    return not is_rebound and all(
        _is_number_here(project, *one) for one in passed or [(module, bits)]
    )


def _is_number_here(project: Project, module: Module, node: ast.expr) -> bool:
    name, owner = plain_name(node), getattr(node, "value", None)
    made = called(node) or called(module.only_assigned(owner) or owner)
    defaults = [
        given(one, "default")
        for one in map(module.call_of, module.names.named(ast.Attribute, "add_argument"))
        if one and f"--{name}" in map(string, one.args)
    ]
    values = [*defaults, node] if module.stored(name) or not defaults else defaults
    return made in ("int", "info") or (
        {value_kinds.of(module, one) for one in values} == {value_kinds.NUMBER}
        and not any(one.stored(name) for one in project.modules if one is not module)
    )


def _is_from_callers(module: Module, node: ast.expr) -> bool:
    """Return whether a dict is what the function around is given as ``**arguments``, and no more.

    It may put an encoding into the dict: ``arguments["encoding"] = "PCM_S"``.
    """
    parents, bindings = module.names.parents, module.names.bindings(node)
    around = [parents[one] for one in module.reads(node)] if isinstance(node, ast.Name) else []
    is_put = any(
        string(one.slice) in ("encoding", "") and isinstance(one.ctx, ast.Store)
        if isinstance(one, ast.Subscript)
        else getattr(one, "attr", "") in ("update", "setdefault")
        for one in around
    )
    given_whole = (getattr(parents[one.node], "kwarg", None) is one.node for one in bindings)
    return bool(bindings) and not is_put and all(given_whole)


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
