"""Mask magics and shell lines in notebook cells while Python is read, and restore them."""

import re

from compat.codemod.files.document import NAMED, Prose
from compat.codemod.source import parse

# magics that run Python in this process, from their line and from the rest of the cell
_RUN_PYTHON = {
    "capture", "debug", "heat", "lprun", "memit", "mprun", "notify", "prun", "pyinstrument",
    "scalene", "snakeviz", "time", "timeit",
}  # fmt: skip
# cells with these magics are only displayed
_SHOWN = {"html", "javascript", "js", "latex", "markdown", "svg"}
# a plain word before arguments is a magic too, if the line is not Python
_AUTOMATIC = (
    r"(?:cat|cd|conda|cp|env|ls|load_ext|matplotlib|mkdir|mv|pip|prun|rm|run|time|timeit)[ \t]"
)

_CELL = re.compile(r"\s*%%([\w!]+)")
_LINE = re.compile(
    rf"[ \t]*(?:[%!?,;/]|[\w\[\]., ]+=[ \t]*[%!]|[^'\"#]+\?{{1,2}}[ \t]*\Z|{_AUTOMATIC})"
)
_HELP = re.compile(r"[ \t]*(?:%?\?|.*\?[ \t]*\Z)")
_PYTHON = re.compile(
    rf"([ \t]*)((?:[\w\[\]., ]+=[ \t]*)?%?%?(?:{'|'.join(_RUN_PYTHON)})[ \t]+)(?=\S)"
)
_OPTION = re.compile(r"-\S+[ \t]+|[^-\s]\S*[ \t]+")
_INSTALLS = re.compile(
    r"[ \t]*[%!]*[ \t]*(?:\S+[ \t]+-m[ \t]+)?(?:uv[ \t]+)?(?:pip3?|conda|mamba|apt|apt-get|brew)\b"
)
_RUN = re.compile(r"[ \t]*%?run\b")
_RUNS = re.compile(rf"{_RUN.pattern}|[^!]*\w\(")
_INDENT = re.compile(r"[ \t]*")
_RUN_MARK = re.compile(r"^([ \t]*)(.*?)  # compat: magic (\d+)$", re.M)
_HIDDEN_MARK = re.compile(r"^([ \t]*)(?:pass  )?# compat: hidden (\d+)(?: runpy)?$", re.M)


class Magics:
    """The text that was taken out of the cells of one notebook."""

    def __init__(self) -> None:
        self._taken: list[str] = []

    def mask(self, code: str) -> tuple[str, list[Prose]]:
        """Return a cell as valid Python, and the lines hidden from it.

        Raises:
            SyntaxError: there are lines that are neither Python nor magics.
        """
        cell = _CELL.match(code)
        if cell and cell[1] not in _RUN_PYTHON:
            may_load = cell[1] not in _SHOWN and NAMED.search(code) is not None
            return "", [Prose("" if cell[1] in _SHOWN else code, may_load=may_load)]
        hidden: dict[int, Prose] = {}
        written = code.split("\n")
        lines = list(written)
        while error := _error_in("\n".join(lines)):
            first = (error.lineno or 0) - 1
            if not 0 <= first < len(lines) or not _LINE.match(lines[first]):
                raise error
            last = first
            while written[last].rstrip().endswith("\\") and last + 1 < len(lines):
                last += 1
            # a later line may be masked already although it continues this one
            taken = written[first : last + 1]
            lines[first : last + 1] = self._masked(taken)
            hidden = {line: one for line, one in hidden.items() if not first <= line <= last}
            if "compat: hidden" in lines[first] and not _HELP.match(taken[-1]):
                text = "\n".join(taken)
                may_load = (
                    not _INSTALLS.match(text)
                    and (NAMED.search(text) or _RUNS.match(text)) is not None
                )
                hidden[first] = Prose(text, first + 1, may_load=may_load)
        return "\n".join(lines), list(hidden.values())

    def _masked(self, lines: list[str]) -> list[str]:
        """Return the same number of lines, all valid Python."""
        match = _PYTHON.match(lines[0]) if len(lines) == 1 else None
        at = match.end() if match else None
        while match and at is not None:
            code = lines[0][at:]
            if not _error_in(code):
                return [
                    f"{match[1]}{code}  # compat: magic {self._take(lines[0][match.start(2) : at])}"
                ]
            option = _OPTION.match(lines[0], at)
            at = option.end() if option else None
        runs = " runpy" if _RUN.match(lines[0]) else ""  # the plan looks for what loads files
        first, *more = [
            f"{_INDENT.match(line)[0]}%s# compat: hidden {self._take(line.lstrip())}{runs}"  # type: ignore[index]
            for line in lines
        ]
        return [first % "pass  ", *(line % "" for line in more)]

    def _take(self, text: str) -> int:
        self._taken.append(text)
        return len(self._taken) - 1

    def unmask(self, code: str) -> str:
        """Return the cell with its magics restored."""
        code = _HIDDEN_MARK.sub(lambda match: match[1] + self._taken[int(match[2])], code)
        return _RUN_MARK.sub(lambda match: match[1] + self._taken[int(match[3])] + match[2], code)


def _error_in(code: str) -> SyntaxError | None:
    """Return the error that keeps a text from being Python; ``None`` if it is Python."""
    try:
        parse(code, top_level_await=True)
    except SyntaxError as why:
        return why
    return None
