"""Run a notebook's cells in a kernel of its own, as Jupyter does."""

from typing import Any

import nbclient

_ATTEMPTS = 3
_TAKEN = "Kernel died before replying"


def run(book: Any, **options: Any) -> None:
    """Fill in the outputs of a notebook's cells.

    Jupyter chooses free ports before the kernel takes them; if another process was faster, it chooses anew.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            nbclient.NotebookClient(book, timeout=120, **options).execute()
        except RuntimeError as why:
            if _TAKEN not in str(why) or attempt == _ATTEMPTS:
                raise
        else:
            return
