"""Share libsox with a real torchaudio, whose compiled part loads the same library.

Calling ``sox_init`` twice in a process ends it: an assertion in libsox fails. So the second caller
must find libsox as it was before the first call. If torchaudio's extension is loaded already, it
has called ``sox_init``; if it is loaded later, it will.
"""

import importlib.abc
import importlib.machinery
import pathlib
import re
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, cast

# from 2.1 on torchaudio imports it just before it calls sox_init; 2.0 has its own libsox
_EXTENSION = "torchaudio.lib._torchaudio_sox"
_MAPS = pathlib.Path("/proc/self/maps")
_LIBSOX = re.compile(r"(/\S*/libsox[-.\d]*\.(?:so|dylib)\S*)$", re.MULTILINE)


def start(lib: Any) -> bool:
    """Start a libsox that was just loaded, unless torchaudio has; return whether that worked."""
    if _EXTENSION in sys.modules and _is_only_one():
        return bool(lib.sox_format_init() == 0)
    if lib.sox_init() != 0 or lib.sox_format_init() != 0:
        return False
    sys.meta_path.insert(0, _Yielding(lib))
    return True


def _is_only_one() -> bool:
    """Return whether the process has only one libsox; True if the system does not tell."""
    if not _MAPS.exists():
        return True
    return len(set(_LIBSOX.findall(_MAPS.read_text("utf-8", "replace")))) <= 1


class _Yielding(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """An importer that undoes our ``sox_init`` when torchaudio's extension is loaded.

    It acts when the extension is loaded and not when it is looked for: torchaudio also looks for it
    where its libsox is missing.
    """

    def __init__(self, lib: Any) -> None:
        self._lib = lib
        self._real: Any = None

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        found = importlib.machinery.PathFinder.find_spec(name, path) if name == _EXTENSION else None
        if found is not None:
            self._real, found.loader = found.loader, self
        return found

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return cast("ModuleType | None", self._real.create_module(spec))

    def exec_module(self, module: ModuleType) -> None:
        self._real.exec_module(module)
        if self in sys.meta_path:
            sys.meta_path.remove(self)
            if _is_only_one():
                self._lib.sox_quit()
                self._lib.sox_format_init()  # sox_quit made it forget its plug-ins
