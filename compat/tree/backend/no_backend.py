"""``torchaudio.backend.no_backend``: its functions raise RuntimeError."""

from compat.tree.backend import of_global_backend

SUBMODULE = of_global_backend(None)
