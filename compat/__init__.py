"""Run programs that use torchaudio's old I/O on a new torch.

    import compat

    compat.install("2.0")          # from here on `import torchaudio` behaves as 2.0 did

``import compat as torchaudio`` and ``from compat import torchaudio`` give a stand-in and leave
``sys.modules`` alone. It is made on first use, for the release in ``TORCHAUDIO_COMPAT_VERSION``, or
for 2.2.

PYTEST_DONT_REWRITE: without this word pytest would rewrite the assertions of this package, since it
has a plugin.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # importing typing would cost more than this whole package
if TYPE_CHECKING:
    import types
    from typing import Any

    from compat.installation import install as install
    from compat.installation import pinned as pinned
    from compat.installation import release as release
    from compat.installation import standin as standin
    from compat.installation import uninstall as uninstall
    from compat.releases import Release as Release
    from compat.rescue.notice import RescueWarning as RescueWarning
    from dispatcher import info as info
    from dispatcher import list_audio_backends as list_audio_backends
    from dispatcher import load as load
    from dispatcher import save as save
    from dispatcher.metadata import AudioMetaData as AudioMetaData
    from dispatcher.notices import CompatWarning as CompatWarning

    torchaudio: types.ModuleType

_HOMES = {
    "install": ("compat.installation", "install"),
    "uninstall": ("compat.installation", "uninstall"),
    "pinned": ("compat.installation", "pinned"),
    "standin": ("compat.installation", "standin"),
    "release": ("compat.installation", "release"),
    "Release": ("compat.releases.documentation", "Release"),
    "CompatWarning": ("dispatcher.notices", "CompatWarning"),
    "load_ipython_extension": ("compat.notebooks", "load_ipython_extension"),
    "unload_ipython_extension": ("compat.notebooks", "unload_ipython_extension"),
    "RescueWarning": ("compat.rescue.notice", "RescueWarning"),
}

# what `compat` keeps even if the release in TORCHAUDIO_COMPAT_VERSION has removed it
_STAYING = ("AudioMetaData", "info", "list_audio_backends", "sox_effects")
_LAST_WITH_ALL = "2.2"
_found_submodules: set[str] = set()

__all__ = [
    "CompatWarning",
    "Release",
    "RescueWarning",
    "install",
    "pinned",
    "release",
    "standin",
    "torchaudio",
    "uninstall",
]


def _submodules() -> set[str]:
    """Return the modules of this package; their names must never be looked up in the stand-in."""
    if not _found_submodules:
        import pkgutil

        _found_submodules.update(module.name for module in pkgutil.iter_modules(__path__))
    return _found_submodules


def _module(name: str) -> Any:
    __import__(name)
    return sys.modules[name]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is not None:
        value = globals()[name] = getattr(_module(home[0]), home[1])
        return value
    if (name.startswith("__") and name != "__version__") or (
        name in _submodules() and name not in ("torchaudio", "io")
    ):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "io":
        return _module("compat.io")
    default = _module("compat.installation").default_standin()
    if name == "torchaudio":
        return default
    if name in _STAYING and not hasattr(default, name):
        older = _module("compat.installation").standin(_LAST_WITH_ALL)
        globals().update(
            {one: getattr(older, one) for one in _STAYING if not hasattr(default, one)}
        )
        return globals()[name]
    return getattr(default, name)


def __dir__() -> list[str]:
    """Return the public names: ours, and those of the stand-in."""
    theirs = (name for name in dir(__getattr__("torchaudio")) if not name.startswith("_"))
    return sorted({"__version__", *__all__, *theirs})
