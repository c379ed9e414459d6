"""The per-call mechanism of torchaudio 2.0 and later: ``info``, ``load`` and ``save`` with ``backend=``.

The functions here use every backend that works on this machine and behave as in 2.2. ``functions`` makes others.
"""

from __future__ import annotations

from dispatcher import notices as notices
from dispatcher.api import Chooser, Functions, functions
from dispatcher.backend import Backend
from dispatcher.codec_config import CodecConfig
from dispatcher.metadata import AudioMetaData
from dispatcher.registry import Registry
from dispatcher.settings import Settings

_default = functions(Chooser(Registry(), Settings()))
info, load, save, list_audio_backends = _default.info, _default.load, _default.save, _default.list_audio_backends

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
