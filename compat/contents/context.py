"""Hold everything that a release's module tree is made from."""

import dataclasses
import functools
import types
from collections.abc import Callable, Iterable
from typing import Any

import dispatcher
from compat import releases
from compat.contents import scripting
from compat.names import backends
from compat.observation import recording
from compat.observation.serving import NotingRegistry
from compat.releases import Release
from dispatcher import Chooser, Registry, notices, torchcodec
from dispatcher.errors import ArgumentTypeError, BackendUnavailable
from legacy import GlobalBackend


class Context:
    """One release, its backends and its functions, for one module ``torchaudio``.

    Args:
        release: the flags in force.
        backends: names to restrict the backends to; ``None`` for all that work here.
        host: the module whose ``load``, ``save`` and ``info`` the setter replaces.
        over_real: the host is a real torchaudio, which keeps its other names.
        rescued: that torchaudio is loaded without its compiled part.
        broken: why an installed torchaudio does not import; empty otherwise.
    """

    def __init__(
        self,
        release: Release,
        backends: Iterable[str] | None,
        host: types.ModuleType,
        *,
        over_real: bool = False,
        rescued: bool = False,
        broken: str = "",
    ) -> None:
        self.release: Release = release
        self.host: types.ModuleType = host
        self.over_real: bool = over_real
        self.rescued: bool = rescued
        self.broken: str = broken
        self._made: dict[str, Any] = {}
        registry = NotingRegistry if recording.is_on() else Registry
        self.registry: Registry = registry(backends)
        self.chooser: Chooser = Chooser(self.registry, release)
        self.chooser.explain = _explained
        self.per_call: dispatcher.Functions = dispatcher.functions(self.chooser)
        self.torchcodec: torchcodec.Functions = torchcodec.functions(self.registry, release)
        self.global_backend: GlobalBackend = GlobalBackend(host, self.registry, release)
        self.dispatcher_on: bool = releases.dispatcher_on(release)
        if release.dispatcher and not self.dispatcher_on:
            text = (
                f"{releases.DISPATCHER_VARIABLE} turns the dispatcher of torchaudio {release.name} "
                "off; 2.2 and later do not read it"
            )
            notices.warn(f"{text}. Unset the variable, and name the backend in each call.")
        if release.mixed_dialects:
            self._mix_dialects()
        # where a setter may replace those of ``torchaudio``, pickle finds them in the package that
        # always has them
        home = f"{host.__name__}._backend" if release.backend_setters else host.__name__
        for where, functions in ((home, self.per_call), *self._global_functions()):
            for function in vars(functions).values():
                _settle(function, where, function.__name__)
        for function in self.torchcodec:
            suffix = "" if release.torchcodec else "_with_torchcodec"
            _settle(function, host.__name__, f"{function.__name__}{suffix}")
        if recording.is_on():
            self._record()

    def _record(self) -> None:
        """Record the calls of all functions."""
        self.per_call = dataclasses.replace(
            self.per_call, **_recorded(self.per_call, self.release.name)
        )
        for name, functions in self.global_backend.functions.items():
            self.global_backend.functions[name] = dataclasses.replace(
                functions, **_recorded(functions, self.release.name)
            )
        self.torchcodec = type(self.torchcodec)(
            *(recording.recorded(one, one.__name__, self.release.name) for one in self.torchcodec)
        )

    def _global_functions(self) -> list[tuple[str, Any]]:
        """Return the global backends' functions, each with the module that always has it.

        The setter does not change those modules, so a spawned process finds each function by its
        name, as it did in the releases.
        """
        functions = self.global_backend.functions
        if not self.release.old_names:
            return [(self.host.__name__, found) for found in functions.values()]
        private = "_" if self.release.backend_modules_warn else ""
        names = {
            "sox_io": f"{private}sox_io_backend",
            "soundfile": "soundfile_backend",
            None: f"{private}no_backend",
        }
        return [
            (f"{self.host.__name__}.backend.{names[name]}", found)
            for name, found in functions.items()
        ]

    def once(self, key: str, make: Callable[[], Any]) -> Any:
        """Return what ``make`` gave at the first call with this key, so that modules share it."""
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

    def dispatcher_on_now(self) -> bool:
        """Return whether the dispatcher is on for the setter, the getter and the lister.

        In 2.0 these read the variable again at each call.
        """
        return (
            releases.dispatcher_on(self.release)
            if self.release.variable_reread
            else self.dispatcher_on
        )

    def prefer(self, backend: str | None) -> None:
        """Try a backend first in calls that name none; for the flag ``global_backend="always"``.

        Raises:
            ValueError: the backend is unknown, or does not work here.
        """
        name = backends.RENAMED.get(backend, backend) if backend is not None else None
        if name is not None:
            self.chooser.named(name)
        self.chooser.preferred = name

    def preferred(self) -> str | None:
        """Return the backend that is tried first, by the name that ``set_audio_backend`` uses."""
        legacy_names = {new: old for old, new in backends.RENAMED.items()}
        return legacy_names.get(self.chooser.preferred or "", self.chooser.preferred)

    def _mix_dialects(self) -> None:
        """Let functions take both names of their first parameter, and legacy ones ``backend=``."""
        self.per_call = dispatcher.Functions(
            _renaming(self.per_call.info, "filepath", "uri"),
            _renaming(self.per_call.load, "filepath", "uri"),
            _renaming(self.per_call.save, "filepath", "uri"),
            self.per_call.list_audio_backends,
        )
        for name, functions in self.global_backend.functions.items():
            self.global_backend.functions[name] = type(functions)(
                _naming_backend(_renaming(functions.info, "uri", "filepath"), self.per_call.info),
                _naming_backend(_renaming(functions.load, "uri", "filepath"), self.per_call.load),
                _naming_backend(_renaming(functions.save, "uri", "filepath"), self.per_call.save),
            )


def _settle(function: Callable[..., Any], module: str, name: str) -> None:
    """Name a function as the release did; TorchScript refuses it."""
    function.__module__, function.__name__, function.__qualname__ = module, name, name
    scripting.refuse(function, f"torchaudio.{name}")


def _recorded(functions: Any, release: str) -> dict[str, Any]:
    return {
        name: recording.recorded(getattr(functions, name), name, release)
        for name in ("info", "load", "save")
    }


def _explained(backend: str, why: BackendUnavailable) -> str:
    """Return why a backend cannot be used, and the command that fixes it on this machine."""
    from compat.diagnosis import explain

    return explain.backend_failure(backend, why.reason, why.tried, missing=bool(why.mend))


def _renaming(function: Callable[..., Any], alias: str, parameter: str) -> Callable[..., Any]:
    """Return the function with a second name for one keyword parameter."""

    @functools.wraps(function)
    def renamed(*args: Any, **kwargs: Any) -> Any:
        if alias in kwargs:
            if args or parameter in kwargs:
                raise ArgumentTypeError(
                    f"{function.__name__}() got {parameter!r} twice, once as {alias!r}"
                )
            kwargs[parameter] = kwargs.pop(alias)
        return function(*args, **kwargs)

    return renamed


def _naming_backend(
    function: Callable[..., Any], per_call: Callable[..., Any]
) -> Callable[..., Any]:
    """Return a legacy function that forwards calls with ``backend=`` to the per-call function."""

    @functools.wraps(function)
    def either(*args: Any, **kwargs: Any) -> Any:
        backend = kwargs.pop("backend", None)
        if backend is None:
            return function(*args, **kwargs)
        return per_call(*args, backend=backends.RENAMED.get(backend, backend), **kwargs)

    return either
