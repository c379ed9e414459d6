"""``torchaudio.backend._no_backend``: from 2.1 on, where using ``no_backend`` warns."""

from compat.tree.backend import no_backend, without_warning

SUBMODULE = without_warning(no_backend.SUBMODULE)
