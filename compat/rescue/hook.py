"""The import hook for the modules that load compiled parts.

They are ``torchaudio._extension``, and ``torio._extension`` of 2.2 to 2.8.
"""

import importlib
import importlib.abc
import importlib.machinery
import pathlib
import sys
import types
from collections.abc import Sequence
from typing import Any

from compat import operators
from compat.rescue import extension, libraries
from compat.rescue.other_finders import spec_by_others

ROOT = "torchaudio"
_LAST = "2.11.0"
MODULE = f"{ROOT}._extension"
STREAMS = "torio._extension"


class Hook(importlib.abc.MetaPathFinder):
    """A finder for ``sys.meta_path`` that replaces torchaudio's compiled part if that fails.

    Attributes:
        failure: the error of loading the compiled part; ``None`` while nothing failed.
        engaged: whether the names of ``compat.rescue.extension`` have replaced the real ones.
        registered: whether our operators were registered for it, and were not registered before.
    """

    def __init__(self) -> None:
        self.failure: Exception | None = None
        self.engaged = self.registered = False

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: Any = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return the real spec of the two modules, with a loader that survives a failure."""
        loader = {MODULE: _Loader, STREAMS: _StreamsLoader}.get(fullname)
        if loader is None:
            return None
        spec = spec_by_others(self, fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = loader(spec.loader, self)
        return spec


class _Loader(importlib.abc.Loader):
    """Runs the real module; if its compiled part fails, puts our names into the same module."""

    def __init__(self, theirs: importlib.abc.Loader, hook: Hook) -> None:
        self._theirs, self._hook = theirs, hook

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType | None:
        return self._theirs.create_module(spec)

    def exec_module(self, module: types.ModuleType) -> None:
        package = sys.modules[ROOT]
        try:
            damaged = next(libraries.cut_off(_libraries_of(package)), None)
            if damaged is None:
                self._theirs.exec_module(module)
            else:
                self._hook.failure = ImportError(f"{damaged}: file too short")
        except Exception as why:
            if not _is_compiled_part(why):
                raise
            self._hook.failure = why.with_traceback(None)
        if self._hook.failure is None and getattr(module, "_IS_TORCHAUDIO_EXT_AVAILABLE", False):
            return
        self._hook.engaged = True
        self._hook.registered = not operators.registered()
        operators.register(_release())
        vars(module).update(extension.while_importing(package))


class _StreamsLoader(_Loader):
    """Runs the real module, and makes it answer no if its FFmpeg extension cannot load.

    The module itself tries to load the extension only when it is asked for it.
    """

    def exec_module(self, module: types.ModuleType) -> None:
        self._theirs.exec_module(module)
        streams = sys.modules[STREAMS.partition(".")[0]]
        if self._hook.engaged or any(libraries.cut_off(_libraries_of(streams))):
            vars(module)["lazy_import_ffmpeg_ext"] = lambda: extension.NoExtension("FFmpeg")


def _libraries_of(package: types.ModuleType) -> pathlib.Path:
    return pathlib.Path(str(package.__file__)).parent / "lib"


def _release() -> str:
    """Return the release of the torchaudio being imported.

    It comes from torchaudio's own file, else from its metadata, else it is the last release.
    """
    try:
        found = str(importlib.import_module(f"{ROOT}.version").__version__)
    except (ImportError, AttributeError):
        from compat.diagnosis import dists  # slow to import, and rarely needed

        copy = dists.first(ROOT)
        found = copy.version if copy else _LAST
    return found.partition("+")[0]


def _is_compiled_part(why: Exception) -> bool:
    """Return whether a library failed to load, and not a Python file."""
    if isinstance(why, SyntaxError):
        return False
    if isinstance(why, ModuleNotFoundError):
        return bool(why.name) and str(why.name).startswith("torchaudio.lib")
    return True
