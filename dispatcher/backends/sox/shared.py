"""Share libsox with others in the process, such as a real torchaudio's compiled part, or lhotse.

Calling ``sox_init`` twice in a process ends it: an assertion in libsox fails. Only effects need it,
so a program that only reads and writes leaves the call to others. Nothing tells whether others have
made it, except torchaudio: if its extension is loaded already, it has called ``sox_init``; if it is
loaded later, it will, and must find libsox as it was before our call.
"""

import functools
import importlib.abc
import importlib.machinery
import pathlib
import re
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, cast

from dispatcher.errors import BackendError

# from 2.1 on torchaudio imports it just before it calls sox_init; 2.0 has its own libsox
_EXTENSION = "torchaudio.lib._torchaudio_sox"
_MAPS = pathlib.Path("/proc/self/maps")
_LIBSOX = re.compile(r"(/\S*/libsox[-.\d]*\.(?:so|dylib)\S*)$", re.MULTILINE)


@functools.cache
def start_effects(lib: Any) -> None:
    """Start the effects of libsox before their first use, unless torchaudio has started them.

    Raises:
        BackendError: libsox cannot start them.
    """
    if _EXTENSION in sys.modules and _is_only_one():
        return
    if lib.sox_init() != 0:
        raise BackendError("sox_init of libsox failed")
    sys.meta_path.insert(0, _Yielding(lib))


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
