"""Read Markdown."""

import re
from collections.abc import Iterator
from typing import ClassVar

from compat.codemod.files import discovery
from compat.codemod.files.blocks import Blocks


class Markdown(Blocks):
    """Markdown with fenced blocks of Python."""

    kinds: ClassVar[tuple[str, ...]] = (discovery.MARKDOWN,)
    _OPENING = re.compile(
        r"^[ \t>]*(`{3,}|~{3,})[ \t]*\{?\.?(?:python3?|py)\b[^\n]*\n", re.M | re.I
    )

    def find(self) -> Iterator[tuple[int, int]]:
        """Yield the start and end of each block between fences."""
        at = 0
        while match := self._OPENING.search(self.text, at):
            fence = re.compile(rf"^[ \t]*{re.escape(match.group(1))}[`~]*[ \t\r]*$", re.M)
            closing = fence.search(self.text, match.end())
            at = closing.start() if closing else len(self.text)
            yield match.end(), at


DOCUMENT = Markdown
