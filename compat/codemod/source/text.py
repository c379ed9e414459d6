"""Convert between the positions of ``ast`` (lines, UTF-8 bytes) and offsets in a Python text."""

import ast
import bisect
import functools
import io
import itertools
import re
import tokenize
import warnings
from typing import NamedTuple

from compat.codemod.source.findings import Place

_LINE_END = re.compile(r"\r\n|\r|\n")
_REST_OF_LINE = re.compile(r"[^\r\n]*")
_INNER_BYTES = bytes(range(0x80, 0xC0))  # those of a character after its first
_INDENT = re.compile(r"[ \t\f]*")


class Comment(NamedTuple):
    """The start and end of a comment."""

    start: int
    end: int


class Text:
    """Python text with its line ends as they are in the file."""

    def __init__(self, text: str) -> None:
        self.text = text
        # it splits where Python does: at CR, LF and CR LF
        ends = [*itertools.accumulate(map(len, io.StringIO(text, newline="")))]
        self.starts: list[int] = [0, *(ends if text.endswith(("\r", "\n")) else ends[:-1])]
        self._is_ascii = text.isascii()

    @functools.cached_property
    def newline(self) -> str:
        """Return the line end of the first line."""
        match = _LINE_END.search(self.text)
        return match.group() if match else "\n"

    def offset(self, line: int, column: int) -> int:
        """Return the offset of a position of ``ast``: line from 1, column in UTF-8 bytes."""
        # before 3.12, positions in f-strings may be outside the text
        start = self.starts[min(line, len(self.starts)) - 1]
        if self._is_ascii or not column:
            return start + column
        data = self.text[start : start + column].encode("utf-8", "surrogatepass")[:column]
        return start + len(data.translate(None, _INNER_BYTES))

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Return the start and end of a node."""
        return (
            self.offset(node.lineno, node.col_offset),  # type: ignore[attr-defined]
            self.offset(node.end_lineno, node.end_col_offset),  # type: ignore[attr-defined]
        )

    def segment(self, node: ast.AST) -> str:
        """Return the text of a node."""
        start, end = self.span(node)
        return self.text[start:end]

    def position(self, offset: int) -> tuple[int, int]:
        """Return line and column of an offset, both from 1, the column in characters."""
        line = bisect.bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def stretch(self, place: Place) -> tuple[int, int]:
        """Return the start and end of a place; a place outside the text is moved into it."""
        last = len(self.starts)
        start, end = (self.starts[min(line, last) - 1] for line in (place.line, place.end_line))
        return start + place.column - 1, end + place.end_column - 1

    def line_start(self, offset: int) -> int:
        """Return the offset where the line of an offset begins."""
        return self.starts[bisect.bisect_right(self.starts, offset) - 1]

    def line_end(self, offset: int) -> int:
        """Return the offset where the line of an offset ends, before its line end."""
        return _REST_OF_LINE.match(self.text, offset).end()  # type: ignore[union-attr]

    def indent(self, offset: int) -> str:
        """Return the white space at the beginning of an offset's line."""
        return _INDENT.match(self.text, self.line_start(offset)).group()  # type: ignore[union-attr]

    @functools.cached_property
    def comments(self) -> list[Comment]:
        """Return all comments, in order; none if the text cannot be tokenized."""
        if "#" not in self.text:
            return []
        flat = io.StringIO(_LINE_END.sub("\n", self.text), newline="\n")
        try:
            tokens = tokenize.generate_tokens(flat.readline)
            found = [token for token in tokens if token.type == tokenize.COMMENT]
        except (tokenize.TokenError, SyntaxError):
            return []
        starts = (self.starts[token.start[0] - 1] + token.start[1] for token in found)
        pairs = zip(starts, found, strict=True)
        return [Comment(start, start + len(token.string)) for start, token in pairs]


def parse(text: str, *, top_level_await: bool = False) -> ast.Module:
    """Return the syntax tree.

    Raises:
        SyntaxError: this interpreter cannot read it as Python; null bytes and too deep nesting
            count too.
    """
    tree = _compiled(text, ast.PyCF_ONLY_AST, top_level_await)
    assert isinstance(tree, ast.Module)
    return tree


def compiles(text: str, *, top_level_await: bool = False) -> bool:
    """Return whether Python compiles a text, which rules out more than parsing does."""
    try:
        _compiled(text, 0, top_level_await)
    except SyntaxError:
        return False
    return True


def _compiled(text: str, flags: int, top_level_await: bool) -> object:
    flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT if top_level_await else 0
    try:
        with warnings.catch_warnings():
            # invalid escapes in the user's strings are not our business
            warnings.simplefilter("ignore")
            return compile(text, "<text>", "exec", flags, dont_inherit=True)
    except (ValueError, RecursionError, MemoryError, OverflowError) as why:
        raise SyntaxError(str(why)) from why
