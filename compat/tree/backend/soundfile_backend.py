"""``torchaudio.backend.soundfile_backend``: libsndfile's functions, whatever backend is chosen."""

from compat.tree.backend import of_global_backend

SUBMODULE = of_global_backend("soundfile")
