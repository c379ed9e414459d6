"""``info``, ``load`` and ``save`` with ``backend=`` at each call, as torchaudio 2.0 and later do.

The functions here use every backend that works on this machine and behave as in 2.2. ``functions``
makes others. ``everyday`` is imported when a name is first used, so that ``atomic_files`` can be
imported alone.

PYTEST_DONT_REWRITE: see ``compat``.
"""

from __future__ import annotations

import importlib

TYPE_CHECKING = False  # importing typing would cost more than this whole module
if TYPE_CHECKING:
    from typing import Any

    from dispatcher.everyday import (
        AudioMetaData,
        Backend,
        Chooser,
        CodecConfig,
        Functions,
        Registry,
        Settings,
        functions,
        info,
        list_audio_backends,
        load,
        save,
    )

__all__ = [
    "AudioMetaData",
    "Backend",
    "Chooser",
    "CodecConfig",
    "Functions",
    "Registry",
    "Settings",
    "functions",
    "info",
    "list_audio_backends",
    "load",
    "save",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module("dispatcher.everyday"), name)
    return value
