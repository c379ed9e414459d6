"""``torchaudio.backend._no_backend``: from 2.1 on, where using ``no_backend`` warns."""

from __future__ import annotations

from compat.contents.submodule import Submodule, never
from compat.tree.backend import no_backend

SUBMODULE = Submodule(
    no_backend.names,
    present=lambda context: context.release.backend_modules_warn,
    attached=never,
    goes_in_2_9=True,
)
