"""Note which backend serves a recorded call; the backends of a ``NotingRegistry`` do it."""

import contextlib
import contextvars
import functools
from collections.abc import Callable, Iterator
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
    """A backend that notes its name when it is chosen or does the work.

    ffmpeg is noted even where it leaves flac to libsndfile, which gives the same result. If a
    backend fails, the next one is noted.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._backend, name)
        if name in ("refuses_to_read", "refuses_to_write"):
            return functools.partial(self._asked, value)
        works = callable(getattr(Backend, name, None))  # all that every backend does
        return functools.partial(self._working, value) if works else value

    def _asked(self, refuses: Callable[..., Any], *args: Any) -> Any:
        why = refuses(*args)
        if why is None:
            self._note()
        return why

    def _working(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self._note()
        try:
            return function(*args, **kwargs)
        except Exception:
            if (served := _serving.get()) is not None:
                served.clear()
            raise

    def _note(self) -> None:
        served = _serving.get()
        if served is not None and not served:
            served.append(self._backend.name)
