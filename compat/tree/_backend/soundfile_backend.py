"""``torchaudio._backend.soundfile_backend``: from 2.1 on."""

from compat.tree._backend import from_2_1
from compat.tree.backend import soundfile_backend

SUBMODULE = from_2_1(soundfile_backend.SUBMODULE.names)
