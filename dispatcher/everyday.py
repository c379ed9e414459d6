"""The functions of ``dispatcher``: all backends that work on this machine, behaving as in 2.2."""

from __future__ import annotations

from collections.abc import Callable

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
