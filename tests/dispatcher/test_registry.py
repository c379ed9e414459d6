"""Which backends there are, and what is said where one is not."""

import pathlib
import sys

import av
import pytest

import dispatcher
from dispatcher import lazily, registry
from dispatcher.errors import BackendUnavailable
from dispatcher.registry import Registry
from tests.conftest import Python


def test_backends_are_found_by_scanning() -> None:
    """A file in the folder is a backend; no list names it."""
    folder = pathlib.Path(dispatcher.__file__).parent / "backends"
    expected = {path.stem for path in folder.iterdir() if not path.name.startswith("_")}
    assert set(registry.known()) == expected >= {"ffmpeg", "sox", "soundfile"}


def test_a_name_that_is_left_out_is_told_from_one_that_does_not_exist() -> None:
    with pytest.raises(BackendUnavailable, match="left out"):
        Registry(["soundfile"]).get("ffmpeg")
    with pytest.raises(ValueError, match="no backend 'mad'"):
        Registry(["mad"])


def test_a_named_backend_that_does_not_work_says_why_and_which_do(python: Python, tmp_path: pathlib.Path) -> None:
    """With every attempt, and the command that mends it; a file that is no library is one of the reasons."""
    bad = tmp_path / "libsox.so"
    bad.write_bytes(b"not a library")
    code = "import dispatcher\nfor _ in range(2):\n    try:\n        dispatcher.load('x.wav', backend='sox')\n    except ValueError as why:\n        print(why)\nprint(dispatcher.list_audio_backends())"
    lines = python(code=code, TORCHAUDIO_COMPAT_LIBSOX=str(bad)).stdout.splitlines()
    assert lines[0] == lines[1]
    assert str(bad) in lines[0]
    assert "apt install libsox3" in lines[0]
    assert "ffmpeg, soundfile" in lines[0]
    assert lines[2] == "['ffmpeg', 'soundfile']"


@pytest.mark.parametrize("missing", ["av", "soundfile", "cffi"])
def test_a_missing_library_takes_only_its_own_backend_down(python: Python, tmp_path: pathlib.Path, missing: str) -> None:
    (tmp_path / f"{missing}.py").write_text("raise ImportError('planted')\n")
    names = {"av": "ffmpeg", "soundfile": "soundfile", "cffi": "sox"}
    code = f"import dispatcher; print(dispatcher.list_audio_backends()); from dispatcher import Registry; print(Registry().reason({names[missing]!r}))"
    done = python(code=code, PYTHONPATH=str(tmp_path))
    listed, reason = done.stdout.splitlines()
    assert names[missing] not in listed
    assert "planted" in reason
    assert f"pip install {missing}" in reason


def test_none_at_all_lists_every_reason(python: Python, tmp_path: pathlib.Path) -> None:
    """Somebody reads this at three in the morning."""
    for name in ("av", "soundfile"):
        (tmp_path / f"{name}.py").write_text("raise ImportError('planted')\n")
    code = "import dispatcher\ntry:\n    dispatcher.load('x.wav')\nexcept RuntimeError as why:\n    print(why)"
    said = python(code=code, PYTHONPATH=str(tmp_path), TORCHAUDIO_COMPAT_LIBSOX="/nonexistent").stdout
    assert all(
        part in said for part in ("'x.wav'", "ffmpeg: PyAV does not import", "sox: ", "/nonexistent", "soundfile: ", "compat.doctor")
    )


@pytest.mark.parametrize(
    ("name", "hint"), [("sox_io", '"sox_io" is called "sox"'), ("mad", "no such backend"), (3, "no such backend"), ("", "no such backend")]
)
def test_a_wrong_name_is_a_value_error_with_a_hint(name: object, hint: str) -> None:
    with pytest.raises(ValueError, match=hint):
        dispatcher.info("x.wav", backend=name)


def test_a_missing_backend_keeps_nobodys_frames(forked: Python) -> None:
    """The failure is remembered; what the callers held at the time is not."""
    code = (
        "import dispatcher, gc, weakref\n"
        "class Held: pass\n"
        "def call():\n    held = Held()\n    try:\n        dispatcher.load('/nonexistent.wav')\n    except RuntimeError:\n        pass\n    return weakref.ref(held)\n"
        "alive = [call() for _ in range(20)]; gc.collect(); print(sum(ref() is not None for ref in alive))"
    )
    assert forked(code=code, TORCHAUDIO_COMPAT_LIBSOX="/nonexistent").stdout.strip() == "0"


def test_a_backend_that_fails_to_start_in_a_new_way_takes_no_other_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever its library raises becomes the reason, once."""
    asked = []

    def import_module(name: str) -> object:
        asked.append(name)
        raise MemoryError("no room")

    monkeypatch.setattr(registry, "_opened", {})
    monkeypatch.setattr(registry.importlib, "import_module", import_module)
    for _ in range(2):
        assert Registry().reason("sox") == "sox failed to start (MemoryError: no room)"
    assert asked == ["dispatcher.backends.sox"]


@pytest.mark.parametrize("name", ["__file__", "__version__"])
def test_a_module_is_imported_for_the_facts_about_it(name: str) -> None:
    """An option of a reader is looked up in the libraries beside PyAV, perhaps before PyAV was used."""
    assert getattr(lazily.module("av"), name) == getattr(av, name)


def test_the_error_for_a_missing_library_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ModuleNotFoundError, match=r"reading and writing audio needs it; run `pip install torch`$"):
        lazily.module("torch").tensor
