"""Find the kinds of documents by scanning: each file here with a ``DOCUMENT`` is one."""

import dataclasses
import functools
import importlib
import pkgutil

from compat.codemod.files.document import Document
from compat.codemod.source.findings import Finding


@functools.cache
def _by_kind() -> dict[str, type[Document]]:
    found = [
        importlib.import_module(f"{__name__}.{info.name}").DOCUMENT
        for info in pkgutil.iter_modules(__path__)
    ]
    return {kind: document for document in found for kind in document.kinds}


def read(path: str, kind: str, data: bytes) -> Document:
    """Return the document; the errors are those of ``Document``."""
    return _by_kind()[kind](path, data)


def relocated(
    finding: Finding,
    document: Document,
    documents: dict[str, Document],
    texts: dict[str, str] | None,
) -> Finding:
    """Return the finding with its places turned into places in documents."""
    others = ((documents.get(place.path.partition("\0")[0]), place) for place in finding.related)
    related = tuple(other.located(place, texts) if other else place for other, place in others)
    return dataclasses.replace(
        finding, place=document.located(finding.place, texts), related=related
    )
