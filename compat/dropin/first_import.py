"""Wait for a program's first ``import torchaudio``, and install a release at that moment.

``compat.auto`` imports this file at the start of Python, so it imports only what is loaded then.
"""

import importlib.machinery
import sys
import types
from collections.abc import Callable, Sequence

ROOT = "torchaudio"
_OF_THE_IMPORT = ("__spec__", "__loader__", "__path__", "__file__", "__cached__", "__package__")


class FirstImport:
    """A finder that waits for ``import torchaudio``, installs a release, then removes itself.

    Args:
        install: installs it.
    """

    def __init__(self, install: Callable[[], object]) -> None:
        self._install = install

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return a spec that loads the installed module; ``None`` for every other name.

        Raises:
            ValueError: there is no such release.
        """
        if fullname != ROOT:
            return None
        stop_waiting()
        self._install()
        # remove it, or the import system would take its spec and load it again
        host = sys.modules.pop(ROOT)
        package = hasattr(host, "__path__")
        return importlib.machinery.ModuleSpec(ROOT, Loader(host), is_package=package)  # type: ignore[arg-type]


class Loader:
    """Gives the import system a module that is complete already, and restores its own spec.

    Args:
        module: the module.
        then: is called at the end of the import.
    """

    def __init__(self, module: types.ModuleType, then: Callable[[], object] = bool) -> None:
        self._module, self._then = module, then
        self._kept = {name: vars(module)[name] for name in _OF_THE_IMPORT if name in vars(module)}

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """Return the module that is there already."""
        return self._module

    def exec_module(self, module: types.ModuleType) -> None:
        """Put the module's names back, and call ``then``."""
        vars(module).update(self._kept)
        self._then()


def stop_waiting() -> None:
    """Remove the waiting finder, since the program installs a release itself."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, FirstImport)]
