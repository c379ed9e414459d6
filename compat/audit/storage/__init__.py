"""Results on disk: appended row by row, never lost by a kill, read again by a later run."""

from compat.audit.storage.store import Store, open_store

__all__ = ["Store", "open_store"]
