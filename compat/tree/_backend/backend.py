"""``torchaudio._backend.backend``: from 2.1 on."""

from compat.tree._backend import Backend, from_2_1
from dispatcher import AudioMetaData

SUBMODULE = from_2_1(lambda context: {"Backend": Backend, "AudioMetaData": AudioMetaData})
