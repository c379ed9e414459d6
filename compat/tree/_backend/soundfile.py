"""``torchaudio._backend.soundfile``, from 2.1 on: the class over libsndfile."""

from compat.tree._backend import backend_names, from_2_1

SUBMODULE = from_2_1(lambda context: backend_names(context, "soundfile"))
