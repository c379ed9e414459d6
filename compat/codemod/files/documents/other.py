"""Read shell scripts, settings, requirement lists and Cython, none of which is rewritten."""

from collections.abc import Iterator

from compat.codemod.files import discovery
from compat.codemod.files.document import Document, Prose
from compat.codemod.source import Module


class Other(Document):
    """A text that is only searched for old names."""

    def __init__(self, path: str, data: bytes) -> None:
        super().__init__(path, data.decode("utf-8", "replace").encode())

    def _pieces(self) -> Iterator[Module]:
        self.prose.append(Prose(self.text, may_load=self.path.endswith(discovery.CYTHON)))
        yield from ()


DOCUMENT = Other
