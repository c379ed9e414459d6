"""Tell which backend serves a recorded call: the backends of a registry note it themselves."""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Iterator
from typing import Any, cast

from dispatcher import Registry
from dispatcher.backend import Backend

_serving: contextvars.ContextVar[list[str] | None] = contextvars.ContextVar("serving", default=None)


@contextlib.contextmanager
def noted() -> Iterator[list[str]]:
    """Collect the names of the backends that serve the calls in a block."""
    served: list[str] = []
    token = _serving.set(served)
    try:
        yield served
    finally:
        _serving.reset(token)


class NotingRegistry(Registry):
    """A registry whose backends note when they are chosen or do the work."""

    def get(self, name: str) -> Backend:
        """Return the backend of that name; errors as in ``Registry``."""
        return cast("Backend", _Noting(super().get(name)))

    def find(self, name: str) -> Backend | None:
        """Return the backend of that name, or ``None`` if it does not work or is left out."""
        found = super().find(name)
        return found if found is None else cast("Backend", _Noting(found))


class _Noting:
    """A backend that notes its name.

    The chosen backend counts, even if another does the work: ffmpeg leaves flac to libsndfile where
    the result is the same. If a backend fails, the next one counts.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._backend, name)
        if name in ("refuses_to_read", "refuses_to_write"):
            return self._asking(value)
        return self._working(value) if name in ("info", "load", "save", "stream") else value

    def _asking(self, refuses: Any) -> Any:
        def asked(*args: Any) -> Any:
            why = refuses(*args)
            served = _serving.get()
            if why is None and served is not None and not served:
                served.append(self._backend.name)
            return why

        return asked

    def _working(self, function: Any) -> Any:
        def worked(*args: Any, **kwargs: Any) -> Any:
            served = _serving.get()
            if served is not None and not served:
                served.append(self._backend.name)
            try:
                return function(*args, **kwargs)
            except Exception:
                if served is not None:
                    served.clear()
                raise

        return worked
