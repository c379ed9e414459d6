"""Read Markdown."""

import re
from typing import ClassVar

from compat.codemod.files.blocks import Blocks


class Markdown(Blocks):
    """Markdown with fenced blocks of Python."""

    block: ClassVar[re.Pattern[str]] = re.compile(
        r"^[ \t>]*(?P<fence>`{3,}|~{3,})[ \t]*\{?\.?(?:python3?|py)\b[^\n]*\n"
        r"(?P<code>(?s:.*?))(?:^[ \t]*(?P=fence)[`~]*[ \t\r]*$|\Z)",
        re.M | re.I,
    )


DOCUMENT = Markdown
