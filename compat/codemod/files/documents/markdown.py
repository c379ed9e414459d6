"""Read Markdown."""

import re

from compat.codemod.files import discovery
from compat.codemod.files.blocks import Blocks


class Markdown(Blocks):
    """Markdown with fenced blocks of Python."""

    kinds = (discovery.MARKDOWN,)
    block = re.compile(
        r"^[ \t>]*(?P<fence>`{3,}|~{3,})[ \t]*\{?\.?(?:python3?|py)\b[^\n]*\n"
        r"(?P<code>(?s:.*?))(?:^[ \t]*(?P=fence)[`~]*[ \t\r]*$|\Z)",
        re.M | re.I,
    )


DOCUMENT = Markdown
