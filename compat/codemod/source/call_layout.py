"""Locate the parts of a call in its text, down to commas, brackets and comments.

``ast`` knows where a value is, but not its brackets and comma; LibCST does. Only the call itself is
parsed, never the whole file. The result is offsets, so the text around them is never regenerated.
"""

import dataclasses
import functools


@dataclasses.dataclass(frozen=True)
class Argument:
    """One argument: where it begins, where its value with brackets ends, where its comma ends."""

    start: int
    end: int
    comma_end: int | None


@dataclasses.dataclass(frozen=True)
class Layout:
    """A call's arguments, and the offset where a first argument would go."""

    inside: int
    arguments: tuple[Argument, ...]


@functools.lru_cache(256)
def layout(segment: str) -> Layout:
    """Return the layout of a call, as offsets in its text.

    Raises:
        ValueError: LibCST does not read it as a call, or an argument is a generator without
            brackets.
    """
    import libcst

    newline = next((end for end in ("\r\n", "\r", "\n") if end in segment), "\n")
    config = libcst.PartialParserConfig(default_newline=newline)
    try:
        # Add brackets: a call inside brackets outside its text may spread over several lines.
        call = libcst.parse_expression(f"({segment}{newline})", config)
    except libcst.ParserSyntaxError as why:
        raise ValueError(f"LibCST cannot read it: {why.message}") from why
    if not isinstance(call, libcst.Call) or len(call.lpar) != 1:
        raise ValueError("it is not a plain call")
    code = libcst.Module([], default_newline=newline).code_for_node
    at = (
        len(code(call.func))
        + len(code(call.whitespace_after_func))
        + 1
        + len(code(call.whitespace_before_args))
    )
    inside, arguments = at, []
    for argument in call.args:
        bare = argument.with_changes(
            comma=libcst.MaybeSentinel.DEFAULT, whitespace_after_arg=libcst.SimpleWhitespace("")
        )
        end = at + len(code(bare))
        comma = argument.comma
        comma_end = (
            end + len(code(comma.whitespace_before)) + 1
            if isinstance(comma, libcst.Comma)
            else None
        )
        if isinstance(argument.value, libcst.GeneratorExp) and not argument.value.lpar:
            raise ValueError("it takes a generator without brackets")
        arguments.append(Argument(at, end, comma_end))
        at += len(code(argument))
    if segment[at:] != ")":
        raise ValueError("its text does not add up")
    return Layout(inside, tuple(arguments))
