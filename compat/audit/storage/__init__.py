"""Keep results on disk, row by row; they survive a kill, and a later run reads them."""

from compat.audit.storage.store import Store, open_store

__all__ = ["Store", "open_store"]
