"""Install the shim for programs that cannot be edited: ``TORCHAUDIO_COMPAT_AUTO=2.0``.

A one-line file beside the installed packages imports this module at the start of every Python
process with that variable. Nothing is installed and nothing heavy imported at that moment; both
happen when the program imports torchaudio.
"""

from __future__ import annotations

import importlib.machinery
import os
import sys
import types
from collections.abc import Sequence
from typing import Any

VARIABLE = "TORCHAUDIO_COMPAT_AUTO"
_ROOT = "torchaudio"


class FirstImport:
    """A finder that waits for ``import torchaudio``, installs the release, then removes itself."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: types.ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        """Return a spec that loads the installed module; ``None`` for every other name.

        Raises:
            ValueError: the variable names no release.
        """
        if fullname != _ROOT:
            return None
        stop_waiting()
        import compat

        compat.install(os.environ.get(VARIABLE))
        # remove it, or the import system would take its spec and load it again
        host = sys.modules.pop(_ROOT)
        package = hasattr(host, "__path__")
        return importlib.machinery.ModuleSpec(_ROOT, _Installed(host), is_package=package)  # type: ignore[arg-type]


class _Installed:
    """Gives the import system a module that is complete already, and restores its own spec."""

    def __init__(self, module: types.ModuleType) -> None:
        self._module = module
        self._kept = {
            name: getattr(module, name)
            for name in ("__spec__", "__loader__", "__path__")
            if hasattr(module, name)
        }

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return self._module

    def exec_module(self, module: types.ModuleType) -> None:
        vars(module).update(self._kept)


def stop_waiting() -> None:
    """Remove the waiting finder, since the program installs a release itself."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, FirstImport)]


def wait() -> None:
    """Wait for the import, unless the shim or torchaudio is loaded already."""
    finders: list[Any] = sys.meta_path
    if (
        os.environ.get(VARIABLE)
        and _ROOT not in sys.modules
        and not any(isinstance(finder, FirstImport) for finder in finders)
    ):
        finders.insert(0, FirstImport())


wait()
