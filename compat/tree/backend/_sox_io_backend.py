"""``torchaudio.backend._sox_io_backend``: from 2.1 on, where using ``sox_io_backend`` warns."""

from compat.tree.backend import sox_io_backend, without_warning

SUBMODULE = without_warning(sox_io_backend.SUBMODULE)
