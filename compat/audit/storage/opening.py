"""Open the results at a path; its extension says which kind of store they are."""

from __future__ import annotations

import os

from compat.audit.storage.jsonl import JsonLines
from compat.audit.storage.parquet import Parquet
from compat.audit.storage.store import Store
from compat.commands.arguments import UsageError


def open_store(path: str, *, fresh: bool = False) -> Store:
    """Open the results at a path, or create them.

    Args:
        path: ends in ``.jsonl`` or ``.parquet``.
        fresh: drop existing rows.

    Raises:
        UsageError: another extension, a file of another kind, pyarrow is missing, or another run
            has it open.
    """
    extension = os.path.splitext(path)[1].lower()
    try:
        if extension in (".jsonl", ".ndjson"):
            return JsonLines(path, fresh=fresh)
        if extension == ".parquet":
            return Parquet(path, fresh=fresh)
    except OSError as why:
        raise UsageError(
            f"{path}: the results cannot be written there ({why.strerror or why})"
        ) from why
    raise UsageError(f"{path}: results go to a file that ends in .jsonl or .parquet")
