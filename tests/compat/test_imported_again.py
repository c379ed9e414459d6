"""``del sys.modules["torchaudio"]``, a reload, a pickle and threads that import: the same release, and the very functions."""

import importlib
import inspect
import pickle
import sys
import time
import types
import typing
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import compat
from tests.compat.conftest import Plant
from tests.reliability import process
from tests.tables import table

RELEASES = ("2.0", "2.1", "2.2", "2.8", "2.9")


@pytest.fixture(params=["stand-in", "real"])
def over(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, plant: Plant) -> str:
    """Without torchaudio, and over one that counts how often it is imported."""
    if request.param == "real":
        top = "from torchaudio import functional\n__version__ = '2.8.0'\nload = 'of the real one'\n"
        plant({"__init__": top, "functional": "import sys\nsys.imported_functional = getattr(sys, 'imported_functional', 0) + 1\n"})
        monkeypatch.setattr(sys, "imported_functional", 0, raising=False)
    return str(request.param)


@pytest.mark.parametrize("release", ["2.0", "2.2", "2.9"])
@pytest.mark.parametrize("everything", [False, True])
def test_an_import_after_it_was_forgotten_gives_the_same_release(release: str, everything: bool, over: str) -> None:
    """The very module, so that those who hold it see what others set."""
    first = compat.install(release)
    spec = first.__spec__
    for _ in range(2):
        for name in [name for name in sys.modules if name == "torchaudio" or (everything and name.startswith("torchaudio."))]:
            del sys.modules[name]
        again = importlib.import_module("torchaudio")
        assert again is first
        assert callable(again.load)
        assert again.__spec__ is spec
        assert hasattr(again, "set_audio_backend") == (release != "2.9")
        assert importlib.import_module("torchaudio.functional") is again.functional
    if over == "real":
        assert sys.imported_functional == 1  # type: ignore[attr-defined]


def test_a_reload_gives_the_same_release(over: str) -> None:
    """A real one would put its own functions over those of the release."""
    module = compat.install("2.0")
    for _ in range(2):
        assert importlib.reload(module) is module
        assert module.get_audio_backend() is not None
    compat.uninstall()
    assert (importlib.import_module("torchaudio").load == "of the real one") if over == "real" else "torchaudio" not in sys.modules


def _is_pickled_by_name(function: Any) -> bool:
    return pickle.loads(pickle.dumps(function)) is function


# the release, TORCHAUDIO_USE_BACKEND_DISPATCHER, flags, the module that has the setter
@table(
    "release, variable, flags, where",
    {
        "the only setter of 2.0": ("2.0", "0", {}, "torchaudio"),
        "2.0's dispatcher": ("2.0", "1", {}, "torchaudio.backend"),
        "2.1 without the dispatcher": ("2.1", "0", {}, "torchaudio"),
        "2.1's dispatcher, which this setter replaces": ("2.1", "1", {}, "torchaudio.backend"),
        "the same one level deeper": ("2.1", "1", {}, "torchaudio.backend.utils"),
        "a release that has a setter only by a flag": ("2.2", "1", {"global_backend": True}, "torchaudio"),
    },
)
def test_functions_kept_from_before_a_setter_can_be_pickled(
    monkeypatch: pytest.MonkeyPatch, release: str, variable: str, flags: dict[str, Any], where: str
) -> None:
    """A data set that holds one goes to spawned workers."""
    monkeypatch.setenv("TORCHAUDIO_USE_BACKEND_DISPATCHER", variable)
    torchaudio: Any = compat.install(release, **flags)
    kept = [torchaudio.load, torchaudio.info, torchaudio.save]
    for backend in ("soundfile", None, "soundfile"):
        importlib.import_module(where).set_audio_backend(backend)
        kept += [torchaudio.load, torchaudio.info, torchaudio.save]
    assert all(map(_is_pickled_by_name, kept))


@pytest.mark.parametrize("release", RELEASES)
def test_functions_of_every_release_can_be_pickled(release: str) -> None:
    """By a name that is there in a process that installs the same, also where a pool of spawned workers has one as its initializer."""
    torchaudio: Any = compat.install(release)
    with warnings.catch_warnings(action="ignore"):
        found = {name: function for name, function in _functions(torchaudio, set()) if name.startswith("torchaudio.")}
        assert [name for name, function in found.items() if not _is_pickled_by_name(function)] == []
    setters = {"torchaudio.backend.set_audio_backend", "torchaudio.backend.utils.set_audio_backend"} if release < "2.2" else set()
    assert found.keys() >= {"torchaudio.load", *setters}


@pytest.mark.parametrize("release", ["2.0", "2.1"])
@pytest.mark.parametrize("where", ["backend", "backend.utils"])
def test_setters_below_backend_set(release: str, where: str) -> None:
    compat.install(release)
    module = importlib.import_module(f"torchaudio.{where}")
    module.set_audio_backend("soundfile")
    assert module.get_audio_backend() == "soundfile"


def test_stream_classes_stay_the_same_after_many_releases() -> None:
    first = compat.standin("2.1").io.StreamReader
    for timeout in range(30):
        compat.standin("2.1", network_timeout=100.0 + timeout).io.StreamReader
    assert compat.standin("2.1").io.StreamReader is first


_OURS = ("torchaudio", "torio", "compat", "dispatcher", "legacy")


def _functions(module: types.ModuleType, seen: set[int]) -> Iterator[tuple[str, Any]]:
    for name in dir(module):
        if name.startswith("__"):
            continue
        value = getattr(module, name, None)
        if isinstance(value, types.ModuleType) and value.__name__.startswith("torchaudio") and id(value) not in seen:
            seen.add(id(value))
            yield from _functions(value, seen)
        elif isinstance(value, types.FunctionType) and value.__module__.partition(".")[0] in _OURS:
            yield f"{module.__name__}.{name}", value
        elif isinstance(value, type) and value.__module__.partition(".")[0] in _OURS:
            members = inspect.getmembers(value, inspect.isfunction)
            yield from ((f"{value.__name__}.{each}", found) for each, found in members if each == "__init__" or not each.startswith("_"))


@pytest.mark.parametrize("release", RELEASES)
def test_annotations_can_be_asked_for(release: str) -> None:
    """As command line builders and validators do."""
    import torch

    with warnings.catch_warnings(action="ignore"):
        torchaudio: Any = compat.standin(release)
        found = dict(_functions(torchaudio, set()))
    assert len(found) > 1
    for name, function in found.items():
        assert isinstance(typing.get_type_hints(function), dict), name
    assert typing.get_type_hints(torchaudio.load)["return"] == tuple[torch.Tensor, int]


def test_installing_while_another_thread_imports_is_safe() -> None:
    """sys.modules changes under whoever goes through it."""

    def imports() -> None:
        for at in range(50):
            sys.modules[f"made_up_{at}"] = types.ModuleType("x")
        for at in range(50):
            del sys.modules[f"made_up_{at}"]
        time.sleep(0.001)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-4)  # they take turns often, and neither waits long for the other
    with process.busy(imports):
        for number in range(9):
            release = RELEASES[number % 3]
            assert compat.install(release).__version__.startswith(release)
    sys.setswitchinterval(interval)


def test_threads_that_install_get_a_module() -> None:
    """Whichever release the last of them put there; uninstall may come between."""

    def work(number: int) -> None:
        for _ in range(10):
            assert isinstance(compat.install(RELEASES[number]), types.ModuleType)
            if number == 2:
                compat.uninstall()

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(work, range(3))) == [None] * 3


def test_overlapping_pins_of_threads_are_refused_with_advice() -> None:
    """One would take away what the other stands in."""

    def other() -> None:
        with pytest.raises(RuntimeError, match=r"compat\.standin\(\)"), compat.pinned("2.2"):
            pass

    with compat.pinned("2.0") as torchaudio:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(other).result()
        assert torchaudio.__version__.startswith("2.0")
    with compat.pinned("2.2"):
        pass
    assert "torchaudio" not in sys.modules


def test_what_was_never_installed_can_be_pickled_where_it_can_be_imported() -> None:
    """``compat.io`` and ``compat.torchaudio``: functions, classes, and an effector for spawned workers."""
    from compat import torchaudio

    found = [getattr(compat.io, name) for name in compat.io.__all__]
    found += [getattr(torchaudio.io, name) for name in ("StreamReader", "StreamWriter", "AudioEffector", "CodecConfig")]
    found += [torchaudio.load, torchaudio.info, torchaudio.save, torchaudio.sox_effects.apply_effects_tensor]
    found += [torchaudio.transforms.Resample, torchaudio.functional.resample, compat.load, compat.Release]
    assert all(map(_is_pickled_by_name, found))
    assert torchaudio.io.StreamReader is compat.io.StreamReader
    for module in (compat.io, torchaudio.io):
        effector = pickle.loads(pickle.dumps(module.AudioEffector("lowpass=f=900")))
        assert (type(effector), effector.effect) == (module.AudioEffector, "lowpass=f=900")
