"""``torchaudio.utils``: ``download_asset``, beside the submodules."""

from compat.tree.utils import download

SUBMODULE = download.SUBMODULE
