"""``torchaudio.backend._sox_io_backend``: from 2.1 on, where using ``sox_io_backend`` warns."""

from __future__ import annotations

from compat.contents.submodule import Submodule, never
from compat.tree.backend import sox_io_backend

SUBMODULE = Submodule(
    sox_io_backend.names,
    present=lambda context: context.release.backend_modules_warn,
    attached=never,
    goes_in_2_9=True,
)
