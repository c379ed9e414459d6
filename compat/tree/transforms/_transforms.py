"""``torchaudio.transforms._transforms``: where the releases define ``Resample``."""

from compat.tree import transforms

SUBMODULE = transforms.SUBMODULE
