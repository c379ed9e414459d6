"""Give effects a libsox of their own, which no other code in the process can start or stop.

Effects need ``sox_init``. Calling it twice in a process ends it: an assertion in libsox fails.
Others call it too, such as a real torchaudio's compiled part or lhotse's resampler, before or after
us, and nothing tells. So effects run in a copy of libsox, with variables of its own. Reading and
writing stay with the libsox of the system, because its plug-ins for formats do.
"""

import contextlib
import dataclasses
import functools
import os
import shutil
import tempfile
from collections.abc import Iterator
from typing import Any

from dispatcher.backends.sox.library import Library
from dispatcher.errors import BackendError


@contextlib.contextmanager
def for_effects(sox: Library) -> Iterator[Library]:
    """Give the libsox that runs effects, with the settings of ``sox``; its lock must be held.

    Raises:
        BackendError: libsox cannot start them.
    """
    lib = _started(sox.ffi, sox.lib)
    given, taken = sox.lib.sox_get_globals(), lib.sox_get_globals()
    taken[0] = given[0]
    try:
        yield dataclasses.replace(sox, lib=lib)
    finally:
        given.ranqd1 = taken.ranqd1  # the next random number


@functools.cache
def _started(ffi: Any, lib: Any) -> Any:
    """Return a copy of libsox with its effects started; libsox itself if it cannot be copied."""
    # a system without dladdr or that does not tell, a folder from which nothing may be run
    with contextlib.suppress(AttributeError, RuntimeError, OSError):
        lib = _copy(ffi, lib)
    if lib.sox_init() != 0:
        raise BackendError("sox_init of libsox failed")
    return lib


def _copy(ffi: Any, lib: Any) -> Any:
    """Load the file of a library a second time, under another name."""
    found = ffi.new("Dl_info *")
    lib.dladdr(ffi.addressof(lib, "sox_version"), found)
    with tempfile.TemporaryDirectory() as folder:
        path = shutil.copy(os.fsdecode(ffi.string(found.dli_fname)), folder)
        # its calls must not reach another libsox that was loaded for all
        return ffi.dlopen(path, ffi.RTLD_NOW | getattr(ffi, "RTLD_DEEPBIND", 0))
