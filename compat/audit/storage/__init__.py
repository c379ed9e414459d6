"""Keep results on disk, row by row; they survive a kill, and a later run reads them."""

import os

from compat.audit.storage.jsonl import JsonLines
from compat.audit.storage.parquet import Parquet
from compat.commands.arguments import UsageError

_KINDS: dict[str, type[JsonLines]] = {
    ".jsonl": JsonLines,
    ".ndjson": JsonLines,
    ".parquet": Parquet,
}


def open_store(path: str, *, fresh: bool = False) -> JsonLines:
    """Open the results at a path, or create them.

    Args:
        path: ends in ``.jsonl`` or ``.parquet``.
        fresh: drop existing rows.

    Raises:
        UsageError: another extension, a file of another kind, pyarrow is missing, or another run
            has it open.
    """
    kind = _KINDS.get(os.path.splitext(path)[1].lower())
    if kind is None:
        raise UsageError(f"{path}: results go to a file that ends in .jsonl or .parquet")
    try:
        return kind(path, fresh=fresh)
    except OSError as why:
        raise UsageError(
            f"{path}: the results cannot be written there ({why.strerror or why}); with --results "
            "name a file in a folder that you may write to"
        ) from why
