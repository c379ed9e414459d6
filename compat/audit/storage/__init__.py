"""Keep results on disk, row by row; they survive a kill, and a later run reads them."""

from compat.audit.storage.opening import open_store
from compat.audit.storage.store import Store

__all__ = ["Store", "open_store"]
