"""Which backends there are, which of them work here, and why the others do not.

Backends are found by scanning ``dispatcher.backends``: a module ``NAME`` there has a class
``Backend`` whose ``name`` is ``NAME``. A backend is opened once per process, when it is first asked
for; a failure is kept with its reasons.
"""

import functools
import importlib
import pkgutil
from collections.abc import Iterable

from dispatcher import backends as _package
from dispatcher import forks
from dispatcher.backend import Backend
from dispatcher.errors import ArgumentError, BackendUnavailable

_shared = forks.Shared()
_opened: dict[str, Backend | BackendUnavailable] = {}


@functools.cache
def known() -> tuple[str, ...]:
    """Return the names of all backends of this package, in alphabetical order."""
    return tuple(
        sorted(
            module.name
            for module in pkgutil.iter_modules(_package.__path__)
            if not module.name.startswith("_")
        )
    )


def _open(name: str) -> Backend | BackendUnavailable:
    opened = _opened.get(name)
    if opened is None:
        with _shared.lock:
            opened = _opened.get(name)
            if opened is None:
                try:
                    opened = importlib.import_module(f"{_package.__name__}.{name}").Backend.open()
                except BackendUnavailable as why:
                    opened = why.with_traceback(None)
                except Exception as why:  # noqa: BLE001 - a broken library must not stop the others
                    opened = BackendUnavailable(
                        f"{name} failed to start ({type(why).__name__}: {why})"
                    )
                _opened[name] = opened
    return opened


class Registry:
    """The backends that one set of functions may use.

    Args:
        allowed: names, or ``None`` for all that work here.

    Raises:
        ArgumentError: (a ValueError) a name is not that of a backend.
    """

    def __init__(self, allowed: Iterable[str] | None = None) -> None:
        self.chosen: tuple[str, ...] = () if allowed is None else tuple(allowed)
        self.allowed: tuple[str, ...] = known() if allowed is None else self.chosen
        for name in self.allowed:
            if name not in known():
                raise ArgumentError(
                    f"there is no backend {name!r}; the backends are {', '.join(known())}"
                )

    def get(self, name: str) -> Backend:
        """Return the backend of that name.

        Raises:
            BackendUnavailable: it does not work here, or is left out.
        """
        if name not in self.allowed:
            raise BackendUnavailable(
                f"it is left out: the backends in use are {', '.join(self.allowed) or 'none'}"
            )
        found = _open(name)
        if isinstance(found, BackendUnavailable):
            # raise a new one: a traceback on the kept one would keep every caller's frames alive
            raise BackendUnavailable(found.reason, mend=found.mend, tried=found.tried)
        return found

    def find(self, name: str) -> Backend | None:
        """Return the backend of that name; ``None`` if it does not work here or is left out."""
        found = _open(name) if name in self.allowed else None
        return None if isinstance(found, BackendUnavailable) else found

    def reason(self, name: str) -> str | None:
        """Return why a backend cannot be used, or ``None`` if it can."""
        try:
            self.get(name)
        except BackendUnavailable as why:
            return why.explain()
        return None
