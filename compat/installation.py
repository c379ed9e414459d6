"""Install a release in the place of ``torchaudio``, and remove it again."""

from __future__ import annotations

import contextlib
import functools
import importlib
import sys
import threading
import types
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, Unpack

from compat import operators, releases
from compat.commands import namesakes
from compat.contents.context import Context
from compat.dropin import children, first_import
from compat.dropin.assembly import Tree
from compat.dropin.finder import Finder
from compat.dropin.layer import Layer, empty
from compat.operators import registration
from compat.releases import Release
from compat.rescue import notice
from compat.rescue.hook import Hook
from compat.tree import NAMES
from dispatcher import forks, notices
from dispatcher.errors import BackendError

if TYPE_CHECKING:
    from compat.releases.flag_types import Flags

ROOT = "torchaudio"
# torchaudio 2.2 to 2.8 bring torio along and import it
_PACKAGES = (ROOT, "torio")
# held while installing: a child forked then would have half a torchaudio; it may take seconds
_shared = forks.Shared(patience=10.0)
_MISSING: Any = object()


class _State(NamedTuple):
    """An installed release at some moment."""

    installation: _Installation
    arguments: tuple[Any, ...]
    context: Context
    names: dict[str, Any]


class _Installation:
    """The ``torchaudio`` that imports return while a release is installed.

    Args:
        rescue: import a torchaudio whose compiled part does not load without that part.
        over: the installation below this one, which has the other value of ``rescue``.
    """

    def __init__(self, *, rescue: bool, over: _Installation | None = None) -> None:
        self._modules = Layer()
        self._before = frozenset(_loaded()) if ROOT in sys.modules and over is None else frozenset()
        self.rescue, self._over = rescue, over
        self.failure: Exception | None = None
        self._is_told = False
        self.hook = Hook() if rescue else None
        first_import.stop_waiting()
        if over is not None:
            over.suspend()
        # a failed import leaves its submodules behind, without their parent
        if over is not None or ROOT not in sys.modules:
            self._drop_all()
        self.real = self._real()
        if self.real is None:
            self._drop_all()
        host = self.real or _empty(ROOT)
        self.tree = Tree(host, registered=True)
        if self.real is None:
            self._modules.set(sys.modules, ROOT, host)
        if not hasattr(host, "__path__"):
            self._modules.set(vars(host), "__path__", [])
        self.arguments: tuple[Any, ...] = ()
        self._seen: dict[str, types.ModuleType] = {}
        follow = functools.partial(children.follow, self._modules, lambda: self.arguments)
        self._finder = Finder(self.tree, self._renew, follow)
        self.resume()
        for name in children.SPAWNERS & sys.modules.keys():
            follow(sys.modules[name])

    def resume(self) -> None:
        """Put the finder back."""
        sys.meta_path.insert(0, self._finder)

    def suspend(self) -> None:
        """Remove the finder, since the installation above takes over."""
        sys.meta_path.remove(self._finder)

    def _drop_all(self) -> None:
        for name in _loaded():
            self._modules.drop(sys.modules, name)

    @property
    def is_rescued(self) -> bool:
        """Return whether a real torchaudio is loaded without its compiled part."""
        return self.real is not None and self.hook is not None and self.hook.engaged

    def serves(self, release: Release) -> bool:
        """Return whether a release can be laid here.

        ``rescue`` matters only if a compiled part does not load.
        """
        return (
            self.rescue == release.rescue
            or self.failure is None
            or (self.rescue and not self.is_rescued)
        )

    def _real(self) -> types.ModuleType | None:
        """Import a real torchaudio; on failure remove all of it and set ``failure``."""
        finders = [] if self.hook is None else [self.hook]
        sys.meta_path[:0] = finders
        try:
            real = importlib.import_module(ROOT)
        except ModuleNotFoundError as why:
            self.failure = None if why.name == ROOT else why.with_traceback(None)
        except Exception as why:  # noqa: BLE001 - a misfitting extension raises OSError, RuntimeError...
            self.failure = why.with_traceback(None)
        else:
            if self.hook is not None and self.hook.engaged:
                self.failure = self.hook.failure
                registration.replace_lfilter()
            return real
        finally:
            sys.meta_path[:] = [finder for finder in sys.meta_path if finder not in finders]
        self._release_operators()
        self.hook = None
        self._forget_imports()
        return None

    def _release_operators(self) -> None:
        if self.hook is not None and self.hook.registered:
            operators.unregister()

    def untold_failure(self) -> Exception | None:
        """Return why the compiled part does not load, once; ``None`` later, or if it loads."""
        if self._is_told or not self.is_rescued:
            return None
        self._is_told = True
        return self.failure

    def _forget_imports(self) -> None:
        """Remove the torchaudio modules imported for this installation from ``sys.modules``."""
        for name in set(_loaded()) - self._before:
            del sys.modules[name]

    def lay(self, release: Release, backends: tuple[str, ...] | None) -> None:
        """Lay a release over a real torchaudio, or in place of the release that is there.

        Raises:
            ValueError: an unknown backend.
        """
        context = Context(
            release,
            backends,
            self.tree.host,
            over_real=self.real is not None,
            rescued=self.is_rescued,
            broken=notice.explained(self.failure)
            if self.real is None and self.failure is not None
            else "",
        )
        self.tree.lay(context)
        self.arguments = (release, backends)
        self._seen = (
            {}
            if self.real is None
            else {name: sys.modules[name] for name in _loaded() if name in sys.modules}
        )

    def _renew(self) -> None:
        """Lay the release again and restore its modules, after a reload or a repeated import."""
        with _shared.lock:
            if self.arguments:
                for name, module in self._seen.items():
                    sys.modules.setdefault(name, module)
                self.lay(*self.arguments)

    def state(self) -> _State:
        """Return what is installed now, with the names that a setter or a user has set since."""
        assert self.tree.context is not None
        names = {name: vars(self.tree.host).get(name, _MISSING) for name in NAMES}
        return _State(self, self.arguments, self.tree.context, names)

    def restore(self, state: _State) -> None:
        """Restore the installed release of ``state``, with the very same functions."""
        if self.tree.context is not state.context:
            self.tree.lay(state.context)
            self.arguments = state.arguments
        for name, value in state.names.items():
            if value is _MISSING:
                vars(self.tree.host).pop(name, None)
            else:
                vars(self.tree.host)[name] = value

    def functions(self) -> dict[str, Any]:
        """Return the I/O functions that the host has now."""
        return {
            name: value
            for name, value in vars(self.tree.host).items()
            if name in NAMES and callable(value)
        }

    def remove(self) -> None:
        """Restore everything as it was."""
        self.tree.clear()
        self.suspend()
        self._release_operators()
        if self.is_rescued or self._over is not None:
            self._forget_imports()
        self._modules.undo()
        if self._over is not None:
            self._over.resume()


# The thread inside blocks of ``pinned``, once per block. A thread that a fork did not copy holds
# nothing.
_pinning: list[threading.Thread] = []
# The last one is in force. It lies over another one only if the two differ in ``rescue``.
_installed: list[_Installation] = []


def _loaded() -> list[str]:
    """Return the modules of torchaudio that are imported."""
    return [name for name in list(sys.modules) if name.partition(".")[0] in _PACKAGES]


def _empty(name: str) -> types.ModuleType:
    module = empty(name, "torchaudio's I/O, by torchaudio-compat.")
    module.__spec__ = importlib.machinery.ModuleSpec(
        name, None, origin="torchaudio-compat", is_package=True
    )
    module.__file__ = __file__
    return module


def install(
    version: str | Release | None = None,
    *,
    backends: Iterable[str] | None = None,
    **flags: Unpack[Flags],
) -> types.ModuleType:
    """Make ``import torchaudio`` behave as a release did.

    If torchaudio imports, this replaces its I/O and leaves the rest. If its compiled part does not
    load, this imports it without that part, with one ``compat.RescueWarning`` (flag ``rescue``). If
    torchaudio is missing or its Python part is damaged, a stand-in takes its name.

    A second call with the same arguments does nothing; a call with others replaces the release.
    Modules that ran ``import torchaudio`` before see the change. A name from ``from torchaudio
    import load`` keeps the old function.

    Args:
        version: ``"2.0"`` to ``"2.11"`` or a ``Release``; ``None`` for
            ``TORCHAUDIO_COMPAT_VERSION``, else 2.2.
        backends: names to restrict the backends to; ``None`` for ``TORCHAUDIO_COMPAT_BACKENDS``,
            else all that work here.
        flags: single flags of ``Release`` to override.

    Returns:
        The module ``torchaudio``.

    Raises:
        ValueError: an unknown release, flag or backend; the text lists the valid ones.

    Example:
        torchaudio = install("2.0", backends=["soundfile"], truncated="ignore")
    """
    arguments = (releases.named(version, **flags), releases.backends(backends))
    with _shared.lock:
        bound = _switch(arguments)
        untold = _installed[-1].untold_failure()
        host = _installed[-1].tree.host
    if untold is not None:
        notices.warn(notice.text(untold), notice.RescueWarning)
    for where, name in bound:
        notices.warn(
            f"{where} is still the old function, because `from torchaudio import {name}` ran "
            f"before compat.install(): install first, or write torchaudio.{name}"
        )
    return host


def _switch(arguments: tuple[Release, tuple[str, ...] | None]) -> list[tuple[str, str]]:
    """Install a release; return the old one's functions that modules still hold, by name."""
    release, _ = arguments
    if not _installed or not _installed[-1].serves(release):
        fresh = _Installation(rescue=release.rescue, over=_installed[-1] if _installed else None)
        before = fresh.functions()
        try:
            fresh.lay(*arguments)
        except BaseException:
            fresh.remove()
            raise
        _installed.append(fresh)
    elif _installed[-1].arguments != arguments:
        before, last = _installed[-1].functions(), _installed[-1].arguments
        try:
            _installed[-1].lay(*arguments)
        except BaseException:
            _installed[-1].lay(*last)
            raise
    else:
        return []
    now = _installed[-1].functions()
    return _held({name: value for name, value in before.items() if now.get(name) is not value})


def _held(functions: dict[str, Any]) -> list[tuple[str, str]]:
    """Return which modules, other than torchaudio's own, hold one of these functions."""
    if not functions:
        return []
    wanted = {id(function): name for name, function in functions.items()}
    found, seen = [], set()
    for where, module in sys.modules.copy().items():
        if (
            where.split(".")[0] in (ROOT, *namesakes.PACKAGES)
            or not isinstance(module, types.ModuleType)
            or id(module) in seen
        ):
            continue
        seen.add(id(module))
        found += [
            (f"{where}.{alias}", wanted[id(value)])
            for alias, value in list(vars(module).items())
            if id(value) in wanted
        ]
    return found


def uninstall() -> None:
    """Restore ``sys.modules`` and a real torchaudio exactly as they were before ``install``."""
    with _shared.lock:
        while _installed:
            _installed.pop().remove()


def is_installed() -> bool:
    """Return whether a release is in force."""
    return bool(_installed)


def is_over_real() -> bool:
    """Return whether the release lies over a torchaudio that is installed."""
    return bool(_installed) and _installed[-1].real is not None


@contextlib.contextmanager
def pinned(
    version: str | Release | None = None,
    *,
    backends: Iterable[str] | None = None,
    **flags: Unpack[Flags],
) -> Iterator[types.ModuleType]:
    """Install a release for a block, then restore exactly what was there before.

    Blocks may be nested, in one thread. Arguments and errors are those of ``install``.

    Raises:
        RuntimeError: another thread is in such a block, and all threads share one ``torchaudio``.
            Use ``standin``, which gives each its own.
    """
    with _shared.lock:
        if _pinning and _pinning[-1] is not threading.current_thread() and _pinning[-1].is_alive():
            text = (
                "another thread is inside compat.pinned(), and all threads share one module "
                "torchaudio"
            )
            raise BackendError(f"{text}. Use compat.standin(), which gives you a separate module.")
        before = _installed[-1].state() if _installed else None
        _pinning.append(threading.current_thread())
    try:
        yield install(version, backends=backends, **flags)
    finally:
        with _shared.lock:
            _pinning.pop()
            while _installed and (before is None or _installed[-1] is not before.installation):
                _installed.pop().remove()
            if before is not None and _installed:
                _installed[-1].restore(before)


def standin(
    version: str | Release | None = None,
    *,
    backends: Iterable[str] | None = None,
    **flags: Unpack[Flags],
) -> types.ModuleType:
    """Return a module that behaves as a release of torchaudio did, without installing it.

    It has a global backend of its own. It is not in ``sys.modules``, so its functions cannot be
    pickled; those of ``compat.torchaudio`` can. Arguments and errors are those of ``install``.
    """
    release = releases.named(version, **flags)
    return _standing(_empty(ROOT), release, releases.backends(backends)).host


def _standing(
    host: types.ModuleType,
    release: Release,
    backends: tuple[str, ...] | None,
    *,
    registered: bool = False,
) -> Tree:
    tree = Tree(host, registered=registered)
    tree.lay(Context(release, backends, host))
    return tree


def default_standin() -> types.ModuleType:
    """Return the stand-in behind ``from compat import torchaudio``."""
    return importlib.import_module(f"compat.{ROOT}")


def become_standin(host: types.ModuleType) -> None:
    """Turn a module into the stand-in for the release that the environment names."""
    host.__path__ = []
    _standing(host, releases.named(), releases.backends(), registered=True)


def release(version: str | Release | None = None, **flags: Unpack[Flags]) -> Release:
    """Return the flags in force, or those of a release by name.

    Without arguments, return those of the installed release, or those that ``install()`` would use.
    """
    if version is None and not flags and _installed:
        return _installed[-1].arguments[0]  # type: ignore[no-any-return]
    return releases.named(version, **flags)
