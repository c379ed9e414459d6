"""``info``, ``load`` and ``save`` with ``backend=`` at each call, as torchaudio 2.0 and later do.

The functions here use every backend that works on this machine and behave as in 2.2. ``functions``
makes others.

PYTEST_DONT_REWRITE: see ``compat``.
"""

from __future__ import annotations

from collections.abc import Callable

from dispatcher import notices as notices
from dispatcher.api import Chooser, Functions, functions
from dispatcher.backend import Backend
from dispatcher.codec_config import CodecConfig
from dispatcher.metadata import AudioMetaData
from dispatcher.registry import Registry
from dispatcher.settings import Settings
from dispatcher.signatures import InfoFunction, LoadFunction, SaveFunction

_default = functions(Chooser(Registry(), Settings()))
info: InfoFunction = _default.info
load: LoadFunction = _default.load
save: SaveFunction = _default.save
list_audio_backends: Callable[[], list[str]] = _default.list_audio_backends

__all__ = [
    "AudioMetaData",
    "Backend",
    "Chooser",
    "CodecConfig",
    "Functions",
    "InfoFunction",
    "LoadFunction",
    "Registry",
    "SaveFunction",
    "Settings",
    "functions",
    "info",
    "list_audio_backends",
    "load",
    "save",
]
