"""Install the parent's release in the processes that ``multiprocessing`` spawns.

A spawned process gets a dictionary from its parent before it imports the parent's main module. We
add an entry that installs the release when it is unpickled. The process needs only this project for
that, and the entry carries our folder.
"""

import functools
import pathlib
import sys
from collections.abc import Callable
from multiprocessing import spawn
from typing import Any

from compat import releases
from compat.dropin.layer import Layer
from compat.releases import Release

_KEY = "torchaudio-compat"


class _Install:
    """An object that installs a release when it is unpickled."""

    def __init__(self, release: Release, backends: tuple[str, ...] | None) -> None:
        is_known = release.name in releases.names()
        self._name = release.name if is_known else releases.DEFAULT
        self._flags, self._backends = releases.changed(release), backends

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        home = str(pathlib.Path(__file__).resolve().parents[2])
        lines = (
            "import sys",
            f"sys.path.append({home!r}) if {home!r} not in sys.path else None",
            "import compat, warnings",
            "with warnings.catch_warnings():",
            "    warnings.simplefilter('ignore')",  # the parent has shown the warning
            f"    compat.install({self._name!r}, backends={self._backends!r}, **{self._flags!r})",
        )
        return exec, ("\n".join(lines),)


def follow(layer: Layer, arguments: Callable[[], tuple[Any, ...]]) -> None:
    """Install what ``arguments()`` returns in each spawned process, until ``layer`` is undone."""
    prepare = spawn.get_preparation_data

    @functools.wraps(prepare)
    def get_preparation_data(name: str) -> dict[str, Any]:
        return {_KEY: _Install(*arguments()), **prepare(name)}

    layer.set(vars(sys.modules[spawn.__name__]), "get_preparation_data", get_preparation_data)
