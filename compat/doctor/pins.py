"""Print matching requirement lines for this Python and a chosen release of torch."""

import re
import sys
from collections.abc import Iterator

from compat._version import __version__
from compat.diagnosis import dists, pairs

# the folders below download.pytorch.org/whl
_BUILD = re.compile(r"cpu|cu\d+|rocm\d+(\.\d+)*|xpu")


def lines(asked: str, build: str = "") -> Iterator[str]:
    """Yield lines for a requirements file, with comments that explain them.

    Args:
        asked: a release of torch (``2.8``, ``2.8.0``), ``installed`` or ``latest``; ``all`` lists
            the pairs for this Python.
        build: ``cpu``, ``cu128``, ``rocm6.4``: take torch and torchaudio from the index of that
            build. With ``installed``, the default is the build of the installed torch.

    Raises:
        ValueError: the release is unknown or has no wheels for this Python, and the text says
            which have; or the build has no such name.
    """
    if build and not _BUILD.fullmatch(build):
        raise ValueError(f"there is no build {build!r}; name one such as cpu, cu128, rocm6.4, xpu")
    python = ".".join(map(str, sys.version_info[:2]))
    if asked == "all":
        yield f"# pairs with wheels for Python {python}: torch, torchaudio"
        yield from (
            f"# {pair.torch_requirement()}, torchaudio=={pair.torchaudio}"
            for pair in pairs.table()
            if pair.serves(python)
        )
        return
    row, release = _row(asked)
    torch = dists.first("torch")
    build = build or (torch.build if asked == "installed" and torch is not None else "")
    if row is None:
        raise ValueError(
            f"no torch {asked} is among the documented pairs; for Python {python} there is "
            f"{_served(python)}"
        )
    if not row.serves(python):
        raise ValueError(
            f"torch {asked} has wheels for Python {row.pythons}, not for {python}; for that "
            f"there is {_served(python)}"
        )
    yield (
        f"# torch and the torchaudio that loads with it, for Python {python}; by "
        f"torchaudio-compat {__version__}"
    )
    yield "# save this as a file, and install from it: python -m pip install --requirement FILE"
    if build:
        yield f"--extra-index-url {pairs.index(build)}"
    for requirement in (row.torch_requirement(release), f"torchaudio=={row.torchaudio}"):
        is_exact = "==" in requirement and "*" not in requirement
        yield f"{requirement}+{build}" if build and is_exact else requirement
    yield "# what torchaudio-compat reads and writes audio with"
    for name, floor in pairs.companions().items():
        yield f"{name}{floor}" + (f",{row.numpy}" if name == "numpy" and row.numpy else "")


def _row(asked: str) -> tuple[pairs.Pair | None, str]:
    """Return the row asked for, and the release that narrows it."""
    if asked == "latest":
        return pairs.table()[0], ""
    if asked == "installed":
        torch = dists.first("torch")
        if torch is None:
            raise ValueError("torch is not installed; name a release, as in --pins 2.8")
        return pairs.of_torch(torch.version), pairs.public(torch.version)
    return pairs.of_release(asked), asked


def _served(python: str) -> str:
    return ", ".join(pair.release for pair in pairs.table() if pair.serves(python))
