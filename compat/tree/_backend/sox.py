"""``torchaudio._backend.sox``, from 2.1 on: the class over libsox."""

from compat.tree._backend import backend_names, from_2_1

SUBMODULE = from_2_1(lambda context: backend_names(context, "sox"))
