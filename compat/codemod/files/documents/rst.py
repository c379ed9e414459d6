"""Read reStructuredText."""

import re
from collections.abc import Iterator
from typing import ClassVar

from compat.codemod.files import discovery
from compat.codemod.files.blocks import Blocks


class Rst(Blocks):
    """reStructuredText with Python in directives."""

    kinds: ClassVar[tuple[str, ...]] = (discovery.RST,)
    _OPENING = re.compile(
        r"^([ \t]*)\.\. (?:code-block|code|sourcecode):: *(?:python3?|py)[ \t]*\n"
        r"((?:[ \t]+:[^\n]*\n)*)\n*",
        re.M,
    )

    def find(self) -> Iterator[tuple[int, int]]:
        """Yield the start and end of each indented block after a directive."""
        for match in self._OPENING.finditer(self.text):
            at = match.end()
            for line in re.compile(r"[^\n]*\n?").finditer(self.text, at):
                words = line.group()
                if not words or (words.strip() and not re.match(match.group(1) + r"[ \t]+", words)):
                    break
                if words.strip():
                    at = line.end()
            yield match.end(), at


DOCUMENT = Rst
