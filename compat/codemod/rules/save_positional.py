"""Name positional arguments of ``save`` after the fourth."""

import ast
import re
from collections.abc import Iterator

from compat.codemod.rule import (
    MODERN,
    Draft,
    Kind,
    Level,
    Module,
    NameArgument,
    NotProvableError,
    Project,
    Rule,
    Use,
    Valid,
    forwarding,
    keyword,
    literal,
    noted,
    old_names,
    plain_name,
    starred,
    value_kinds,
)
from compat.codemod.uses import kept_functions
from compat.codemod.uses.observed import kinds

_REASON = "from 2.1 on the fifth argument of save is format; it was compression before"
_FORMATS = {
    "wav",
    "mp3",
    "flac",
    "ogg",
    "vorbis",
    "opus",
    "sph",
    "amb",
    "amr-nb",
    "gsm",
    "sox",
    "aiff",
    "au",
}
_FIVE = re.compile(rb",[^\n]*,[^\n]*,[^\n]*,")
_NUMBERS = {"int", "float", "NoneType"}
_COMPRESSION = re.compile(r"compress|bit_?rate|kbps|quality", re.I)
_FORMAT = re.compile(r"fmt|format|ext\b|suffix|container|file_?type", re.I)
_OLD_PIN = re.compile(
    r"(?<![\w-])torchaudio[\"']?[ \t]*(?:(?:>=?|!=)[^,\n]*,[ \t]*)*"
    r"(?:(?:===?|~=|<=?)[ \t]*(?:0\.|1\.|2\.0)|<[ \t]*2\.1(?:\.0)*(?![.\d]))"
)


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Make them keywords with the old meaning, if types, names or the project show that order."""
    calls = list(forwarding.calls_of(module, "save"))
    for use, call, others in calls:
        yield from _draft(module, project, use, call, others)
    told = [call for _, call, _ in calls]
    for node, _, place in kept_functions.called_with(project, module, _gives_five, _FIVE, "save"):
        if node not in told:
            yield Draft(
                module.span(node),
                f"{_REASON}; torchaudio.save is passed on or stored, and may be called with five "
                "arguments",
                "Name every argument.",
                related=(place,),
            )


def _draft(
    module: Module, project: Project, use: Use, call: ast.Call, others: int
) -> Iterator[Draft]:
    arguments, parameters = call.args[others:], old_names.LEGACY_PARAMETERS["save"]
    span = module.span(call)
    if len(arguments) < 5:
        stars = [one.value for one in arguments if isinstance(one, ast.Starred)]
        passed = (one.node for star in stars for one in module.names.bindings(star))
        if any(isinstance(one, ast.arg) for one in passed) or (stars and _gives_five(module, call)):
            advice = "Name them, here or where a caller gives them."
            yield Draft(span, f"{_REASON}; five arguments may be given here", advice)
        return
    is_old, advice = _order(module, project, arguments), "Name every argument after the fourth."
    if is_old is None:
        is_old, shown = _recorded_order(module, project, call)
        advice += shown
    if is_old and not others and not starred(call) and len(arguments) <= len(parameters):
        named = [*zip(arguments, parameters, strict=False)][4:]
        changes = tuple(NameArgument(call, argument, name) for argument, name in named)
        yield Draft(span, _REASON, changes=changes, touches=(use,))
    elif is_old is not False and (
        starred(call) or literal(arguments[4]) is not None or len(arguments) > 5
    ):
        yield Draft(span, f"{_REASON}; here it may be either", advice)


def _order(module: Module, project: Project, arguments: list[ast.expr]) -> bool | None:
    """Return whether arguments are in the old order; ``None`` if they may be in either.

    Those of 0.7, which TAC116 reports, count as new.
    """
    fifth, sixth = ([literal(one) for one in arguments[4:6]] + [None])[:2]
    if isinstance(fifth, str | bool):
        return False
    if fifth is None and isinstance(sixth, str):
        return sixth.lower() in _FORMATS
    named = _name(arguments[4])
    shows_old = (
        value_kinds.of(module, arguments[4]) == value_kinds.NUMBER
        or _COMPRESSION.search(named) is not None
        or (fifth is None and _shows_old_order(arguments))
        or (fifth is ... and _is_old(project) and not _FORMAT.search(named))
    )
    return shows_old or None


def _recorded_order(module: Module, project: Project, call: ast.Call) -> tuple[bool | None, str]:
    """Return the same as a trace shows it, and what to add to the advice.

    2.0 bound the fifth argument to compression: a text there is a format, in the new order.
    """
    if project.observed is None:
        return None, ""
    try:
        lines = project.observed.at(module, call, "save", project.as_read)
    except NotProvableError as why:
        return None, f" The trace does not help here: {why.reason}."
    seen = kinds(lines, "compression")
    if not seen or not (seen == {"str"} or seen <= _NUMBERS):
        return None, ""
    if not project.relies_on_traces:
        return None, " The trace shows what it is: --observed relies on it."
    return seen != {"str"}, ""


def _gives_five(module: Module, call: ast.Call) -> bool:
    """Return whether a call has five arguments, or may pass on so many that stand in a row.

    A row counts if it has a value for ``channels_first``.
    """
    passed = [one.node for one in module.of(Kind.FUNCTION) if one.call is None]
    is_given = any(call in module.names.chain(node) for node in passed)
    stars = sum(isinstance(one, ast.Starred) for one in call.args)
    count = len(call.args) - is_given - stars
    rows: list[ast.Tuple | ast.List] = [*module.names.all(ast.Tuple), *module.names.all(ast.List)]
    return count > 4 or any(
        len(one.elts) >= 5 - (count if stars else 0)
        and any(isinstance(literal(value), bool) for value in one.elts)
        for one in rows
        if stars or is_given
    )


def _name(node: ast.expr) -> str:
    """Return a value's name: the last part of ``args.compression``, ``config["compression"]``."""
    return str(literal(node.slice)) if isinstance(node, ast.Subscript) else plain_name(node)


@noted
def _is_old(project: Project) -> bool:
    """Return whether a project is written for 2.0 or older.

    It is if it sets a global backend or pins such a release, and no call names a backend.
    """
    calls = [
        call for module in project.modules for _, call in module.calls_of(*old_names.FUNCTIONS)
    ]
    if any(keyword(call, "backend") or keyword(call, "uri") for call in calls):
        return False
    sets = any(True for module in project.modules for _ in module.of(Kind.SETTER))
    pinned = (str(node.value) for module in project.modules for node in module.strings)
    return sets or any(_OLD_PIN.search(text) for text in (*project.prose, *pinned))


def _shows_old_order(arguments: list[ast.expr]) -> bool:
    """Return whether an encoding is in seventh place, or a bit depth in eighth.

    Now these places are for a bit depth and a buffer size.
    """
    seventh, eighth = ([literal(one) for one in arguments[6:8]] + [None, None])[:2]
    return isinstance(seventh, str) or (seventh is None and eighth in (8, 16, 24, 32, 64))


RULE = Rule(
    id="TAC117",
    title="Turn the arguments of save after the fourth into keywords",
    level=Level.SAFE,
    targets=MODERN,
    before="""\
import torchaudio


def write(path, waveform):
    torchaudio.save(path, waveform, 16000, True, -4.2, "vorbis")
""",
    after="""\
import torchaudio


def write(path, waveform):
    torchaudio.save(path, waveform, 16000, True, compression=-4.2, format="vorbis")
""",
    valid=(
        Valid(
            "a string in fifth place is a format, in the new order",
            """\
import torchaudio


def write(path, waveform):
    torchaudio.save(path, waveform, 16000, True, "wav")
""",
        ),
        Valid(
            "a name in fifth place may be either",
            """\
import torchaudio


def write(path, waveform, more):
    torchaudio.save(path, waveform, 16000, True, more)
""",
            reported=True,
        ),
    ),
    explanation="""\
In the old order the fifth argument of save is the compression, in the new order it is the format.
These show the old order: a number in fifth place, None in fifth place before the name of a format,
an encoding in seventh place, a bit depth in eighth place, or a variable in fifth place with a name
like compression. A string in fifth place shows the new order.

Any other variable in fifth place counts as a compression if its name is not like format, the
project sets a global backend or pins a release before 2.1, and no call names a backend. The rule
reports everything else, also five arguments that reach save through a pool, a parameter or *args.
""",
    check=check,
)
