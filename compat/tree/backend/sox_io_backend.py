"""``torchaudio.backend.sox_io_backend``: libsox' functions, whatever backend is chosen."""

from compat.tree.backend import of_global_backend

SUBMODULE = of_global_backend("sox_io")
