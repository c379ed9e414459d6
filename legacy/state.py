"""The global backend in force, and how to switch it.

The backend in force is whichever three functions are in the namespace; nothing else is stored. So
code that puts its own functions there is noticed. Releases up to 2.1 did the same.
"""

import types

from dispatcher import Registry, notices
from dispatcher.errors import ArgumentError, BackendError
from legacy import no_backend, soundfile_backend, sox_io_backend
from legacy.functions import Functions
from legacy.settings import Settings

_MODULES = {"sox_io": sox_io_backend, "soundfile": soundfile_backend}
_LIBRARY = {"sox_io": "sox", "soundfile": "soundfile"}
_HINTS = {
    "sox": ". Write 'sox_io', which replaced the global backend 'sox' in 0.9; 'sox' is a name for "
    "backend= in a call, from 2.0 on",
    "ffmpeg": "; 'ffmpeg' is a name for backend= in a call, from 2.0 on: "
    "load(path, backend='ffmpeg')",
}
_LISTED = ("soundfile", "sox_io")  # the order of list_audio_backends, as recorded


class GlobalBackend:
    """One namespace with ``load``, ``save`` and ``info``, and the backends that may be put there.

    Args:
        namespace: the module that gets the functions: ``torchaudio``.
        registry: the backends in use.
        settings: the flags of the release.
    """

    def __init__(self, namespace: types.ModuleType, registry: Registry, settings: Settings) -> None:
        self._namespace, self._registry, self._settings = namespace, registry, settings
        self.functions: dict[str | None, Functions] = {None: no_backend.FUNCTIONS}
        for name, module in _MODULES.items():
            self.functions[name] = module.functions(registry, settings)

    def default(self) -> str | None:
        """Return the backend chosen at import: the first of the release's order that works here."""
        return next(
            (name for name in self._settings.legacy_order if self._why_not(name) is None), None
        )

    def _why_not(self, name: str) -> str | None:
        return self._registry.reason(_LIBRARY[name])

    def list_audio_backends(self) -> list[str]:
        """Return the names of the global backends that work here."""
        return [name for name in _LISTED if self._why_not(name) is None]

    def set_audio_backend(self, backend: str | None) -> None:
        """Put a backend's ``load``, ``save`` and ``info`` into the namespace.

        Args:
            backend: ``"sox_io"``, ``"soundfile"``, or ``None`` for none at all.

        Raises:
            RuntimeError: the backend is unknown, or does not work here. If only libsox is missing,
                soundfile takes the place of sox_io with a warning (flag ``sox_io_stand_in``).
        """
        if backend is not None and backend not in _MODULES:
            raise BackendError(
                f"there is no global backend {backend!r}; there is "
                f"{', '.join(map(repr, _LISTED))}{_HINTS.get(str(backend), '')}"
            )
        why = None if backend is None else self._why_not(backend)
        if why is not None:
            if (
                backend != "sox_io"
                or not self._settings.sox_io_stand_in
                or self._why_not("soundfile") is not None
            ):
                raise BackendError(
                    f"the global backend {backend!r} does not work here: {why}. "
                    "Run `python -m compat.doctor`."
                )
            notices.warn(f"soundfile takes the place of sox_io: {why}")
            backend = "soundfile"
        chosen = self.functions[backend]
        for name in ("info", "load", "save"):
            setattr(self._namespace, name, getattr(chosen, name))

    def get_audio_backend(self) -> str | None:
        """Return the name of the backend whose ``load`` is in the namespace.

        Raises:
            ValueError: the function there belongs to no backend.
        """
        load = getattr(self._namespace, "load", None)
        for name, functions in self.functions.items():
            if load is functions.load:
                return name
        raise ArgumentError(
            "torchaudio.load does not come from a global backend: the dispatcher is on, or "
            "torchaudio.load was replaced"
        )
