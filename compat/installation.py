"""Putting a release in the place of ``torchaudio``, and taking it away."""

from __future__ import annotations

import contextlib
import importlib
import sys
import threading
import types
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from compat import advice, auto, children, namesakes, releases
from compat.assembly import Tree
from compat.context import Context
from compat.finder import Finder
from compat.layer import Layer
from compat.releases import Release
from compat.tree import NAMES
from dispatcher import notices

ROOT = "torchaudio"
_lock = threading.RLock()
_installed: _Installation | None = None
_MISSING: Any = object()


class _State(NamedTuple):
    """An installed release at some moment."""

    arguments: tuple[Any, ...]
    context: Context
    names: dict[str, Any]


class _Installation:
    """What ``import torchaudio`` gives while a release is installed."""

    def __init__(self) -> None:
        self._modules = Layer()
        self.broken = ""
        auto.stop_waiting()
        self.real = self._real()
        if self.real is None:
            for name in [name for name in sys.modules if name == ROOT or name.startswith(f"{ROOT}.")]:
                self._modules.drop(sys.modules, name)
        host = self.real or _empty(ROOT)
        self.tree = Tree(host, registered=True)
        self._modules.set(sys.modules, ROOT, host)
        if not hasattr(host, "__path__"):
            self._modules.set(vars(host), "__path__", [])
        self._finder = Finder(self.tree, None if self.real else lambda: self.lay(*self.arguments))
        sys.meta_path.insert(0, self._finder)
        self.arguments: tuple[Any, ...] = ()
        children.follow(self._modules, lambda: self.arguments)

    def _real(self) -> types.ModuleType | None:
        try:
            return importlib.import_module(ROOT)
        except ModuleNotFoundError as why:
            if why.name != ROOT:
                self.broken = _explained(why)
        except Exception as why:  # noqa: BLE001 - an extension that does not fit raises OSError, RuntimeError, AttributeError...
            self.broken = _explained(why)
        return None

    def lay(self, release: Release, backends: tuple[str, ...] | None) -> None:
        """Put a release in place, of the one that is there or of a real torchaudio.

        Raises:
            ValueError: an unknown backend.
        """
        context = Context(release, backends, self.tree.host, over_real=self.real is not None, broken=self.broken)
        if self.real is None:
            _dress(self.tree.host, context)
        self.tree.lay(context)
        self.arguments = (release, backends)

    def state(self) -> _State:
        """What is installed now, with what a setter or a user has put into the host since."""
        assert self.tree.context is not None
        return _State(self.arguments, self.tree.context, {name: vars(self.tree.host).get(name, _MISSING) for name in NAMES})

    def restore(self, state: _State) -> None:
        """Put back what ``state`` was taken of, the very functions."""
        if self.tree.context is not state.context:
            if self.real is None:
                _dress(self.tree.host, state.context)
            self.tree.lay(state.context)
            self.arguments = state.arguments
        for name, value in state.names.items():
            if value is _MISSING:
                vars(self.tree.host).pop(name, None)
            else:
                vars(self.tree.host)[name] = value

    def functions(self) -> dict[str, Any]:
        """The I/O functions that stand in the host now."""
        return {name: value for name, value in vars(self.tree.host).items() if name in NAMES and callable(value)}

    def remove(self) -> None:
        self.tree.clear()
        sys.meta_path.remove(self._finder)
        self._modules.undo()


def _explained(why: Exception) -> str:
    """What an import of torchaudio raised, and what the doctor knows of it."""
    from compat.doctor import explain

    return " ".join(filter(None, (f"{type(why).__name__}: {why}.", explain.import_failure(why))))


def _empty(name: str) -> types.ModuleType:
    module = types.ModuleType(name, "torchaudio's I/O, by torchaudio-compat.")
    module.__spec__ = importlib.machinery.ModuleSpec(name, None, origin="torchaudio-compat", is_package=True)
    module.__path__ = []
    module.__package__ = name
    module.__file__ = __file__
    return module


def _dress(host: types.ModuleType, context: Context) -> None:
    """What makes an empty module a stand-in: a version, and words for what it has not."""

    def __getattr__(name: str) -> Any:  # noqa: N807 - a module's hook
        if name.startswith("__"):
            raise AttributeError(f"module {host.__name__!r} has no attribute {name!r}")
        raise AttributeError(advice.missing(name, context))

    vars(host).update(__version__=f"{context.release.last_patch}+compat", __getattr__=__getattr__)


def install(version: str | Release | None = None, *, backends: Iterable[str] | None = None, **flags: Any) -> types.ModuleType:
    """Make ``import torchaudio`` behave as a release did.

    Where a real torchaudio imports, the I/O names are laid over it and the rest stays; where it is missing, or fails to
    import, a stand-in takes its name. Called again with the same arguments it does nothing, with others it switches; modules
    that imported torchaudio before see the change, names bound by ``from torchaudio import load`` do not.

    Args:
        version: ``"2.0"``, ``"2.1"``, ``"2.2"``, ``"2.8"``, ``"2.9"`` or a ``Release``; ``None`` for
            ``TORCHAUDIO_COMPAT_VERSION``, else 2.2.
        backends: names to restrict the backends to; ``None`` for ``TORCHAUDIO_COMPAT_BACKENDS``, else all that work here.
        flags: single flags of ``Release`` to override.

    Returns:
        The module ``torchaudio``.

    Raises:
        ValueError: an unknown release, flag or backend; the text lists the valid ones.
    """
    arguments = (releases.named(version, **flags), releases.backends(backends))
    with _lock:
        bound = _switch(arguments)
    for where, name in bound:
        notices.warn(
            f"{where} was bound by `from torchaudio import {name}` before, and stays what it was: install first, or write torchaudio.{name}"
        )
    return sys.modules[ROOT]


def _switch(arguments: tuple[Release, tuple[str, ...] | None]) -> list[tuple[str, str]]:
    """Install a release; give the names that modules hold of the one before."""
    global _installed
    if _installed is None:
        fresh = _Installation()
        before = fresh.functions()
        try:
            fresh.lay(*arguments)
        except BaseException:
            fresh.remove()
            raise
        _installed = fresh
    elif _installed.arguments != arguments:
        before, last = _installed.functions(), _installed.arguments
        try:
            _installed.lay(*arguments)
        except BaseException:
            _installed.lay(*last)
            raise
    else:
        return []
    now = _installed.functions()
    return _held({name: value for name, value in before.items() if now.get(name) is not value})


def _held(functions: dict[str, Any]) -> list[tuple[str, str]]:
    """Which modules, other than torchaudio's own, have one of these functions among their names."""
    if not functions:
        return []
    wanted = {id(function): name for name, function in functions.items()}
    found, seen = [], set()
    for where, module in list(sys.modules.items()):
        if where.split(".")[0] in (ROOT, *namesakes.PACKAGES) or not isinstance(module, types.ModuleType) or id(module) in seen:
            continue
        seen.add(id(module))
        found += [(f"{where}.{alias}", wanted[id(value)]) for alias, value in list(vars(module).items()) if id(value) in wanted]
    return found


def uninstall() -> None:
    """Give ``sys.modules``, and a real torchaudio, back exactly as they were before ``install``."""
    global _installed
    with _lock:
        if _installed is not None:
            _installed.remove()
            _installed = None


@contextlib.contextmanager
def pinned(version: str | Release | None = None, *, backends: Iterable[str] | None = None, **flags: Any) -> Iterator[types.ModuleType]:
    """``install`` for a block, then exactly what was there before; blocks may be nested.

    Arguments and errors as in ``install``.
    """
    with _lock:
        before = None if _installed is None else _installed.state()
    try:
        yield install(version, backends=backends, **flags)
    finally:
        with _lock:
            if before is None or _installed is None:
                uninstall()
            else:
                _installed.restore(before)


def standin(version: str | Release | None = None, *, backends: Iterable[str] | None = None, **flags: Any) -> types.ModuleType:
    """A module that behaves as a release of torchaudio did, outside ``sys.modules`` and with a global backend of its own.

    Arguments and errors as in ``install``.
    """
    release = releases.named(version, **flags)
    return _standing(_empty(ROOT), release, releases.backends(backends)).host


def _standing(host: types.ModuleType, release: Release, backends: tuple[str, ...] | None, *, registered: bool = False) -> Tree:
    context = Context(release, backends, host)
    _dress(host, context)
    tree = Tree(host, registered=registered)
    tree.lay(context)
    return tree


def default_standin() -> types.ModuleType:
    """The stand-in behind ``from compat import torchaudio``: the module ``compat.torchaudio``."""
    return importlib.import_module(f"compat.{ROOT}")


def become_standin(host: types.ModuleType) -> None:
    """Make a module the stand-in of the release that the environment names."""
    host.__path__ = []
    _standing(host, releases.named(), releases.backends(), registered=True)


def release(version: str | Release | None = None, **flags: Any) -> Release:
    """The flags in force, or those of a release by name.

    Without arguments: those of the installed release, else those that ``install()`` would put in force.
    """
    if version is None and not flags and _installed is not None:
        return _installed.arguments[0]  # type: ignore[no-any-return]
    return releases.named(version, **flags)
