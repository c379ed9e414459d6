"""Installing, switching, pinning and taking away."""

import dataclasses
import importlib
import importlib.machinery
import importlib.util
import pathlib
import pickle
import sys
import types
import unittest.mock
import warnings
import zipfile
from collections.abc import Callable
from typing import Any, cast

import pytest

import compat
from compat import releases
from compat.rescue.other_finders import spec_by_others
from dispatcher.notices import CompatWarning
from tests.conftest import Python
from tests.tables import table

Asset = Callable[[str], str]


@pytest.mark.parametrize("spelling", ["2.1", "2.1.0", "2.1.2", "2.1.2+cu121"])
def test_a_release_may_be_named_by_its_patch(spelling: str) -> None:
    assert compat.release(spelling).name == "2.1"


@pytest.mark.parametrize(("name", "like", "version"), [("2.3", "2.2", "2.3.1"), ("2.7.0", "2.2", "2.7.1"), ("2.10", "2.9", "2.10.0")])
def test_a_release_may_have_the_flags_of_another(name: str, like: str, version: str) -> None:
    with compat.pinned(name) as torchaudio:
        assert torchaudio.__version__ == f"{version}+compat"
        found = compat.release()
    own = compat.release(like)
    assert dataclasses.replace(found, name=own.name, last_patch=own.last_patch) == own
    assert releases.changed(found) == {}


@pytest.mark.parametrize(
    ("arguments", "listed"),
    [
        ({"version": "1.13"}, "2.0, 2.1, 2.2"),
        ({"version": "2.12"}, "2.9, 2.10, 2.11"),
        ({"version": "3.0"}, r"there is no release '3\.0'; the releases are 2\.0, ((?!codemod).)*\Z"),
        *(({"version": old}, "there is no release .*codemod") for old in ("0.6", "0.13.1", "1.0")),
        ({"version": 2.1}, "write the release as text, as in '2.1'"),
        ({"version": "2.1", "no_such_flag": True}, "exact_num_frames"),
        ({"version": "2.1", "global_backend": "sometimes"}, "'always'"),
        ({"version": "2.1", "exact_num_frames": 3}, "True"),
        ({"version": "2.1", "backends": ["sox_io"]}, "ffmpeg, soundfile, sox"),
    ],
    ids=["too old", "too new", "to come", "0.6", "0.13.1", "1.0", "number", "flag", "value", "bool", "backend"],
)
def test_what_is_unknown_is_refused_with_the_list_of_what_is_known(arguments: dict[str, Any], listed: str) -> None:
    """And changes nothing: neither where nothing is installed, nor where something is."""
    with pytest.raises(ValueError, match=listed):
        compat.install(**arguments)
    assert "torchaudio" not in sys.modules
    torchaudio = compat.install("2.0", backends=["soundfile"])
    with pytest.raises(ValueError, match=listed):
        compat.install(**arguments)
    assert (torchaudio.get_audio_backend(), torchaudio.__version__) == ("soundfile", "2.0.2+compat")


def test_variables_choose_where_no_argument_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """The argument wins over the variable, the variable over the default."""
    assert compat.release().name == "2.2"
    monkeypatch.setenv("TORCHAUDIO_COMPAT_VERSION", "2.1")
    monkeypatch.setenv("TORCHAUDIO_COMPAT_BACKENDS", "soundfile")
    assert compat.install().list_audio_backends() == ["soundfile"]
    assert compat.release().name == "2.1"
    assert compat.install("2.2", backends=["ffmpeg", "soundfile"]).list_audio_backends() == ["ffmpeg", "soundfile"]


def test_the_same_again_changes_nothing_and_another_switches_in_place() -> None:
    import_before = compat.install("2.0", backends=["soundfile"])
    load = import_before.load
    assert compat.install("2.0", backends=["soundfile"]).load is load
    assert compat.install("2.2", backends=["soundfile"]) is import_before
    assert import_before.load is not load
    assert import_before.__version__ == "2.2.2+compat"


def test_uninstall_leaves_no_trace() -> None:
    finders, names = list(sys.meta_path), set(sys.modules)
    compat.install("2.0")
    import torchaudio.backend.soundfile_backend
    import torchaudio.sox_effects  # noqa: F401

    compat.uninstall()
    assert sys.meta_path == finders
    assert not {name for name in set(sys.modules) - names if name.startswith("torchaudio")}
    compat.uninstall()


def test_pinned_blocks_nest() -> None:
    with compat.pinned("2.0", backends=["soundfile"]) as outer:
        assert outer.get_audio_backend() == "soundfile"
        with compat.pinned("2.2", exact_num_frames=True) as inner:
            assert inner is outer
            assert compat.release().exact_num_frames
        assert outer.get_audio_backend() == "soundfile"
        assert compat.release() == compat.release("2.0")
    assert "torchaudio" not in sys.modules


def test_pinned_is_undone_by_an_error() -> None:
    with pytest.raises(ZeroDivisionError), compat.pinned("2.0"):
        1 / 0
    assert "torchaudio" not in sys.modules


def test_pinned_gives_back_the_very_functions() -> None:
    """Those of a setter, and a user's own, even where the block pins the same release."""
    torchaudio = compat.install("2.0", backends=["soundfile"])
    torchaudio.set_audio_backend(None)
    torchaudio.info = own = lambda path: "mine"
    before = torchaudio.load, torchaudio.set_audio_backend
    for release in ("2.2", "2.0"):
        with compat.pinned(release, backends=["soundfile"]):
            torchaudio.set_audio_backend("soundfile")
        assert torchaudio.get_audio_backend() is None
        assert (torchaudio.load, torchaudio.set_audio_backend) == before
        assert torchaudio.info is own


def test_a_standin_is_outside_sys_modules_and_has_a_backend_of_its_own() -> None:
    one, other = compat.standin("2.0", backends=["soundfile"]), compat.standin("2.0", backends=["soundfile"])
    one.set_audio_backend(None)
    assert one.get_audio_backend() is None
    assert other.get_audio_backend() == "soundfile"
    assert "torchaudio" not in sys.modules
    assert one.backend.soundfile_backend.load is one.backend.soundfile_backend.load


def test_compat_itself_serves_as_torchaudio(asset: Asset) -> None:
    """``import compat as torchaudio`` and ``from compat import torchaudio`` are the same stand-in."""
    assert compat.torchaudio.info is compat.info
    assert compat.load(asset("mono_s16.wav"))[1] == 8000
    assert compat.AudioMetaData(1, 2, 3, 4, "PCM_S").num_frames == 2
    assert "torchaudio" not in sys.modules
    with pytest.raises(AttributeError, match="pip install torchaudio"):
        compat.datasets


def test_names_bound_before_are_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """``from torchaudio import load`` keeps the old function, and a warning names the module that did it."""
    compat.install("2.0", backends=["soundfile"])
    module = types.ModuleType("somebody_elses")
    exec("from torchaudio import load as read, info", vars(module))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    with pytest.warns(CompatWarning, match=r"somebody_elses\.(read|info) is still the old function") as seen:
        compat.install("2.2", backends=["soundfile"])
    assert len(seen) == 2
    with warnings.catch_warnings(action="error"):
        compat.install("2.2", backends=["soundfile"])


def test_a_fake_torchaudio_comes_back_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    fake: Any = types.ModuleType("torchaudio")
    fake.set_audio_backend = lambda name: "home-made"
    fake.backend = types.ModuleType("torchaudio.backend")
    before = dict(vars(fake))
    with monkeypatch.context() as planted:
        planted.setitem(sys.modules, "torchaudio", fake)
        planted.setitem(sys.modules, "torchaudio.backend", fake.backend)
        compat.install("2.0", backends=["soundfile"])
        import torchaudio.backend.soundfile_backend as theirs

        assert fake.get_audio_backend() == "soundfile"
        assert theirs.load is fake.load
        compat.uninstall()
        assert vars(fake) == before
        assert sys.modules["torchaudio.backend"] is before["backend"]


def test_home_made_patches_after_install_work_and_go_with_it() -> None:
    """``torchaudio.load = ...`` holds until ``uninstall``; the getter of 2.0 sees that the function is not its own."""
    torchaudio = compat.install("2.0", backends=["soundfile"])
    load = torchaudio.load
    with unittest.mock.patch("torchaudio.load", return_value=("w", 1)):
        assert torchaudio.load("x") == ("w", 1)
    assert torchaudio.load is load
    torchaudio.load = lambda path: "mine"
    assert torchaudio.load("x") == "mine"
    with pytest.raises(ValueError, match="replaced"):
        torchaudio.get_audio_backend()
    torchaudio.set_audio_backend("soundfile")
    assert torchaudio.get_audio_backend() == "soundfile"


def test_a_bare_module_in_place_of_backend_does_not_stop_imports() -> None:
    """Code that sets ``torchaudio.backend`` to something of its own goes on working."""
    torchaudio = compat.install("2.0", backends=["soundfile"])
    torchaudio.backend = types.ModuleType("torchaudio.backend")
    import torchaudio.backend.soundfile_backend as found
    import torchaudio.backend.sox_io_backend

    assert found.load is torchaudio.load


@table(
    "statement, error, says",
    {
        "a module that a stand-in lacks": ("import torchaudio.datasets", ImportError, "pip install torchaudio"),
        "a name that it lacks": ("from torchaudio import datasets", ImportError, "pip install torchaudio"),
        "a name of a module that it lacks": ("from torchaudio.pipelines import HDEMUCS_HIGH_MUSDB", ImportError, "pip install torchaudio"),
        **{
            f"{name}, though a few names of its module are here": (
                f"torchaudio.{name}",
                AttributeError,
                "pip install torchaudio`, with any torch",
            )
            for name in ("transforms.MelSpectrogram", "functional.lfilter", "functional.melscale_fbanks")
        },
        "a module that the release lacks": ("import torchaudio.backend.utils", ModuleNotFoundError, r"2\.2 removed it"),
        "a module that no release has": ("import torchaudio.nonsense", ImportError, "nonsense"),
    },
)
def test_what_is_not_there_says_why_and_what_to_install(statement: str, error: type[Exception], says: str) -> None:
    torchaudio = compat.install("2.2")
    with pytest.raises(error, match=says):
        exec(statement, {"torchaudio": torchaudio})


def test_guards_see_what_is_there() -> None:
    torchaudio = compat.install("2.2")
    assert hasattr(torchaudio, "info")
    assert not hasattr(torchaudio, "datasets")
    assert not hasattr(torchaudio.io, "StreamDecoder")
    found = {name for name in ("datasets", "backend", "backend.common", "nonsense") if importlib.util.find_spec(f"torchaudio.{name}")}
    assert found == {"backend", "backend.common"}
    assert getattr(torchaudio, "load_wav", None) is None


def test_a_reload_reads_the_variable_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Old code sets the variable and reloads; the module stays the same object."""
    torchaudio = compat.install("2.0", backends=["soundfile"])
    with pytest.raises(TypeError):
        torchaudio.info(__file__, backend="soundfile")
    monkeypatch.setenv("TORCHAUDIO_USE_BACKEND_DISPATCHER", "1")
    assert importlib.reload(torchaudio) is torchaudio
    with pytest.raises(RuntimeError, match="Format not recognised"):
        torchaudio.info(__file__, backend="soundfile")


def test_spawners_in_a_zip_file_or_without_the_function_are_imported(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All modules of a zip file have one loader; a test may put dummies in place of spawners."""
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as packed:
        packed.writestr("billiard/__init__.py", "")
        packed.writestr("billiard/spawn.py", "def get_preparation_data(name):\n    return {}\n")
        packed.writestr("billiard/other.py", "")
        packed.writestr("multiprocess/__init__.py", "")
        packed.writestr("multiprocess/spawn.py", "")
    monkeypatch.syspath_prepend(str(tmp_path / "x.zip"))
    with unittest.mock.patch.dict(sys.modules, {"loky.backend.spawn": cast("types.ModuleType", None)}):
        compat.install("2.0")
        spawn = importlib.import_module("billiard.spawn")
        assert len(spawn.get_preparation_data("x")) == 1
        assert spawn.__loader__ is spawn.__spec__.loader is importlib.import_module("billiard.other").__loader__
        assert len(importlib.reload(spawn).get_preparation_data("x")) == 1
        importlib.import_module("multiprocess.spawn")
        compat.uninstall()
        assert spawn.get_preparation_data("x") == {}


def test_a_module_is_looked_for_by_whatever_is_a_finder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some programs put objects there that have none of its methods."""
    monkeypatch.setattr(sys, "meta_path", [object(), *sys.meta_path])
    found = spec_by_others(None, "json", None)
    assert found is not None
    assert found.name == "json"


@table("module", {
    "joblib": "joblib.externals.loky.backend.spawn",
    "loky": "loky.backend.spawn",
    "datasets": "multiprocess.spawn",
    "Celery": "billiard.spawn",
})  # fmt: skip
@pytest.mark.parametrize("is_early", [True, False])
def test_workers_of_other_libraries_get_the_release(
    module: str, is_early: bool, python: Python, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They send their workers the dictionary that ``multiprocessing`` sends, and may be imported before or after ``install``."""
    folder = tmp_path.joinpath(*module.split(".")[:-1])
    folder.mkdir(parents=True)
    (tmp_path / module.partition(".")[0] / "__init__.py").touch()
    (folder / "spawn.py").write_text("def get_preparation_data(name, init_main_module=True):\n    return {'name': name}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with unittest.mock.patch.dict(sys.modules):
        for name in [name for name in sys.modules if name.partition(".")[0] == module.partition(".")[0]]:
            del sys.modules[name]
        if is_early:
            importlib.import_module(module)
        compat.install("2.0", truncated="error")
        spawn = importlib.import_module(module)
        (tmp_path / "data").write_bytes(pickle.dumps(spawn.get_preparation_data("x", init_main_module=False)))
        compat.uninstall()
        assert spawn.get_preparation_data("x") == {"name": "x"}
    code = "import pickle, sys; print(pickle.load(open(sys.argv[1], 'rb'))['name']); import torchaudio; print(torchaudio.__version__)"
    done = python("-c", code, str(tmp_path / "data"))
    assert done.stdout.split() == ["x", "2.0.2+compat"], done.stderr


def test_dir_lists_what_is_there() -> None:
    listed = dir(compat)
    assert [name for name in listed if name.startswith("_") or name in ("sys", "annotations", "TYPE_CHECKING")] == ["__version__"]
    assert {"install", "load", "AudioMetaData", "backend"} <= set(listed)
    assert all(hasattr(compat, name) for name in listed)
