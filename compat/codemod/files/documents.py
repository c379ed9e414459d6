"""Read each kind of document by its class."""

import dataclasses
import io
import re
import tokenize
from collections.abc import Iterator

from compat.codemod.files import discovery
from compat.codemod.files.blocks import Markdown, Rst
from compat.codemod.files.document import LEAVE_OUT, Document, Prose, UnreadableError
from compat.codemod.files.notebook import Notebook
from compat.codemod.source import Finding, Module

# Code for Python that a shell runs, and functions that Hydra calls. In a comment, or before another
# word ("set_audio_backend has been deprecated", in the filters of warnings), a name sets nothing.
_LOADS = re.compile(
    r"^(?![ \t]*#).*set_audio_backend(?![ \t]+(?!as\b|if\b)\w)"
    r"|\b_target_\b\W+torchaudio\.(?:load|save|info)\b",
    re.M,
)


class Python(Document):
    """A Python file: all of it is one piece."""

    def _detect(self, data: bytes) -> str:
        try:
            encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        except SyntaxError as why:
            raise UnreadableError(
                f"its encoding is not clear: {why.msg}. Name its encoding in its first line, or "
                f"{LEAVE_OUT}"
            ) from why
        return "utf-8" if encoding == "utf-8-sig" else encoding


class Other(Document):
    """A text that is only searched for old names: a script, settings, requirements, Cython."""

    def __init__(self, path: str, data: bytes) -> None:
        super().__init__(path, data.decode("utf-8", "replace").encode())

    def _pieces(self) -> Iterator[Module]:
        may_load = self.path.endswith(discovery.CYTHON) or _LOADS.search(self.text) is not None
        self.prose.append(Prose(self.text, may_load=may_load))
        yield from ()


_KINDS = {
    discovery.PYTHON: Python,
    discovery.NOTEBOOK: Notebook,
    discovery.MARKDOWN: Markdown,
    discovery.RST: Rst,
    discovery.OTHER: Other,
}


def read(path: str, kind: str, data: bytes) -> Document:
    """Return the document; the errors are those of ``Document``."""
    return _KINDS[kind](path, data)


def relocated(
    finding: Finding,
    document: Document,
    documents: dict[str, Document],
    texts: dict[str, str],
) -> Finding:
    """Return the finding with its places turned into places in documents."""
    others = ((documents.get(place.path.partition("\0")[0]), place) for place in finding.related)
    related = tuple(other.located(place, texts) if other else place for other, place in others)
    return dataclasses.replace(
        finding, place=document.located(finding.place, texts), related=related
    )
