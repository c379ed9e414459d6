"""Install the parent's release in processes that ``multiprocessing`` and the like of it spawn.

A spawned process gets a dictionary from its parent before it imports the parent's main module. We
add an entry that installs the release when it is unpickled. The process needs only this project for
that, and the entry carries our folder.
"""

import functools
import importlib.machinery
import pathlib
import types
from collections.abc import Callable, Sequence
from typing import Any

from compat import releases
from compat.dropin.layer import Layer
from compat.releases import Release
from compat.rescue.other_finders import spec_by_others

_KEY = "torchaudio-compat"
# they make that dictionary in one way; the others are of joblib, Hugging Face datasets and Celery
SPAWNERS = {
    "multiprocessing.spawn",
    "joblib.externals.loky.backend.spawn",
    "loky.backend.spawn",
    "multiprocess.spawn",
    "billiard.spawn",
}


class _Install:
    """An object that installs a release when it is unpickled."""

    def __init__(self, release: Release, backends: tuple[str, ...] | None) -> None:
        self._name = release.name if release.name in releases.names() else releases.DEFAULT
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


def follow(layer: Layer, arguments: Callable[[], tuple[Any, ...]], spawner: Any) -> None:
    """Install what ``arguments()`` returns in each process that ``spawner`` spawns.

    This ends when ``layer`` is undone.
    """
    prepare = getattr(spawner, "get_preparation_data", None)
    if prepare is None:  # a test's dummy, or ``None`` in ``sys.modules``
        return

    @functools.wraps(prepare)
    def get_preparation_data(*args: Any, **kwargs: Any) -> dict[str, Any]:
        return {_KEY: _Install(*arguments()), **prepare(*args, **kwargs)}

    layer.set(vars(spawner), "get_preparation_data", get_preparation_data)


def spec_of(
    name: str,
    path: Sequence[str] | None,
    asker: object,
    then: Callable[[types.ModuleType], None],
) -> importlib.machinery.ModuleSpec | None:
    """Find a module by other finders than ``asker``, and let ``then`` change it once imported."""
    spec = spec_by_others(asker, name, path)
    loader: Any = spec and spec.loader
    if spec is not None and hasattr(loader, "exec_module"):

        def exec_module(module: types.ModuleType) -> None:
            spec.loader = module.__loader__ = loader
            loader.exec_module(module)
            then(module)

        # all modules of a zip file share one loader, so it stays as it is
        changed: Any = types.SimpleNamespace(
            create_module=loader.create_module, exec_module=exec_module
        )
        spec.loader = changed
    return spec
