"""Read reStructuredText."""

import re
from typing import ClassVar

from compat.codemod.files.blocks import Blocks


class Rst(Blocks):
    """reStructuredText with Python in directives; a block has the lines that are indented more."""

    block: ClassVar[re.Pattern[str]] = re.compile(
        r"^(?P<indent>[ \t]*)\.\. (?:code-block|code|sourcecode):: *(?:python3?|py)[ \t]*\n"
        r"(?:[ \t]+:[^\n]*\n)*\n*"
        r"(?P<code>(?:(?:[ \t\r]*\n)*(?P=indent)[ \t]+[^\s][^\n]*\n?)*)",
        re.M,
    )


DOCUMENT = Rst
