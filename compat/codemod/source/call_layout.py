"""Where the parts of a call stand in its text, down to commas, brackets and comments.

``ast`` knows where a value is, not where its brackets and its comma are; LibCST does. Only the call in question is parsed,
never the whole file, and what comes back are offsets: the text around them is never printed anew.
"""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Argument:
    """One argument: where it begins, where its value ends with its brackets, where its comma ends."""

    start: int
    end: int
    comma_end: int | None


@dataclasses.dataclass(frozen=True)
class Layout:
    """A call's arguments, and where the first would stand."""

    inside: int
    arguments: tuple[Argument, ...]


def layout(segment: str) -> Layout:
    """The layout of a call, as offsets in its text.

    Raises:
        ValueError: LibCST does not read it as a call, or an argument is a generator without brackets.
    """
    import libcst

    newline = next((end for end in ("\r\n", "\r", "\n") if end in segment), "\n")
    config = libcst.PartialParserConfig(default_newline=newline)
    try:
        # In brackets of our own, because a call may stand in brackets outside its text and then spread over lines.
        call = libcst.parse_expression(f"({segment}{newline})", config)
    except libcst.ParserSyntaxError as why:
        raise ValueError(f"LibCST cannot read it: {why.message}") from why
    if not isinstance(call, libcst.Call) or len(call.lpar) != 1:
        raise ValueError("it is not a plain call")
    code = libcst.Module([], default_newline=newline).code_for_node
    at = len(code(call.func)) + len(code(call.whitespace_after_func)) + 1 + len(code(call.whitespace_before_args))
    inside, arguments = at, []
    for argument in call.args:
        bare = argument.with_changes(comma=libcst.MaybeSentinel.DEFAULT, whitespace_after_arg=libcst.SimpleWhitespace(""))
        end = at + len(code(bare))
        comma = argument.comma
        comma_end = end + len(code(comma.whitespace_before)) + 1 if isinstance(comma, libcst.Comma) else None
        if isinstance(argument.value, libcst.GeneratorExp) and not argument.value.lpar:
            raise ValueError("it takes a generator without brackets")
        arguments.append(Argument(at, end, comma_end))
        at += len(code(argument))
    if segment[at:] != ")":
        raise ValueError("its text does not add up")
    return Layout(inside, tuple(arguments))
