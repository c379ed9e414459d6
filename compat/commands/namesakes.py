"""Find modules of others that have the name of one of our packages, and so hide it."""

import importlib.machinery
import pathlib
from collections.abc import Iterator, Sequence

_HOME = pathlib.Path(__file__).resolve().parents[2]
PACKAGES = ("compat", "legacy", "dispatcher")


def found(folders: Sequence[str] | None = None) -> Iterator[tuple[pathlib.Path, str]]:
    """Yield our folder and the file found, for each of our packages that Python finds elsewhere.

    Args:
        folders: where to look; by default ``sys.path``.
    """
    for name in PACKAGES:
        spec = importlib.machinery.PathFinder.find_spec(name, folders)
        if (
            spec is not None
            and spec.origin
            and not pathlib.Path(spec.origin).resolve().is_relative_to(_HOME / name)
        ):
            yield _HOME / name, spec.origin
