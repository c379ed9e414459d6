"""``torchaudio.utils.download``: files of PyTorch's tutorials, kept in torch's cache.

2.9 removed ``download_asset``.
"""

import pathlib
from typing import Any

from compat.contents.submodule import Context, Submodule
from dispatcher.errors import ArgumentError
from dispatcher.lazily import hashlib, torch

_SOURCE = "https://download.pytorch.org/torchaudio"


def download_asset(key: str, hash: str = "", path: str = "", *, progress: bool = True) -> str:
    """Download a file of PyTorch's tutorials, unless it is there already.

    Args:
        key: its path below ``https://download.pytorch.org/torchaudio``.
        hash: its SHA-256 in hexadecimal; without one, nothing is compared.
        path: where to keep it; by default in ``torchaudio`` in torch's cache
            (``torch.hub.get_dir()``).
        progress: show a progress bar.

    Returns:
        The path of the file.

    Raises:
        ValueError: the file has another SHA-256; if it was downloaded just now, it is deleted.
        urllib.error.URLError: the server cannot be reached.
    """
    target = pathlib.Path(path or pathlib.Path(torch.hub.get_dir(), "torchaudio", key))
    is_new = not target.exists()
    if is_new:
        target.parent.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(f"{_SOURCE}/{key}", str(target), progress=progress)
    found = hashlib.sha256(target.read_bytes()).hexdigest() if hash else ""
    if found != hash:
        if is_new:
            target.unlink()
        next_step = "what was downloaded is deleted" if is_new else "delete it, and call again"
        raise ArgumentError(
            f"{target} (from {_SOURCE}/{key}) has the SHA-256 {found}, not {hash}: {next_step}"
        )
    return str(target)


def names(context: Context) -> dict[str, Any]:
    """Return the function, under its name in the release."""
    return (
        {"download_asset": download_asset}
        if context.release.old_names
        else {"_download_asset": download_asset}
    )


SUBMODULE = Submodule(names, stands_in=True)
