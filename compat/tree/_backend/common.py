"""``torchaudio._backend.common``: from 2.1 on."""

from compat.tree._backend import from_2_1
from compat.tree.backend import common

SUBMODULE = from_2_1(common.SUBMODULE.names)
