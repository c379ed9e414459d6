"""Find the kinds of documents: each file here is called as its kind in ``files.discovery``."""

import dataclasses
import importlib

from compat.codemod.files.document import Document
from compat.codemod.source.findings import Finding


def read(path: str, kind: str, data: bytes) -> Document:
    """Return the document; the errors are those of ``Document``."""
    found: Document = importlib.import_module(f"{__name__}.{kind}").DOCUMENT(path, data)
    return found


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
