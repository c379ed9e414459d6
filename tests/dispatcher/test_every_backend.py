"""Which backends there are, what is said where one is not, and what each must do; a new one is tested without being named here."""

import contextlib
import pathlib
import sys
from collections.abc import Callable
from typing import Any
from unittest import mock

import av
import numpy as np
import pytest
import torch

import compat
import dispatcher
from compat.doctor.registry import checks
from dispatcher import lazily, notices, registry, torchcodec
from dispatcher.api import Chooser
from dispatcher.errors import BackendError, BackendUnavailable
from dispatcher.registry import Registry
from dispatcher.requests import Blocks, Load
from dispatcher.settings import Settings
from tests.codemod.commands import put
from tests.conftest import ASSETS, Python
from tests.tables import table


def test_backends_are_found_by_scanning() -> None:
    folder = pathlib.Path(dispatcher.__file__).parent / "backends"
    expected = {path.stem for path in folder.iterdir() if not path.name.startswith("_")}
    assert set(registry.known()) == expected >= {"ffmpeg", "sox", "soundfile"}


LISTED = "import dispatcher; print(dispatcher.list_audio_backends()); from dispatcher import Registry; print(Registry().reason({!r}))"
FAILING = """
import dispatcher
said = []
for _ in range(2):
    try:
        dispatcher.load("x.wav", backend={!r})
    except (RuntimeError, ValueError) as why:
        said.append(str(why))
print("twice the same" if said[0] == said[1] else "not the same", said[0])
"""


# libraries that do not import, a program, what it says, and what it does not
@table("missing, code, says, never", {
    # a missing library takes only its own backend down
    "av": (["av"], LISTED.format("ffmpeg"), ["['", "planted", "pip install av"], "['ffmpeg"),
    "soundfile": (["soundfile"], LISTED.format("soundfile"), ["['ffmpeg'", "planted", "pip install soundfile"], "'soundfile']"),
    "cffi": (["cffi"], LISTED.format("sox"), ["['ffmpeg', 'soundfile']", "planted", "pip install cffi"], "'sox']"),
    # every attempt, who works, and the command that mends it; it is said again in a second call
    "a file that is no library of libsox": (
        [], FAILING.format("sox") + LISTED.format("sox"),
        ["twice the same", "libsox.so", "apt install libsox3", "ffmpeg, soundfile", "['ffmpeg', 'soundfile']"], "'sox']",
    ),
    # somebody reads this at three in the morning
    "none at all": (
        ["av", "soundfile"], FAILING.format(None),
        ["twice the same", "'x.wav'", "ffmpeg: PyAV does not import", "sox: ", "libsox.so", "soundfile: ", "compat.doctor"], "Traceback",
    ),
})  # fmt: skip
def test_what_is_said_of_missing_libraries(
    missing: list[str], code: str, says: list[str], never: str, python: Python, tmp_path: pathlib.Path
) -> None:
    put({"libsox.so": "not a library", **{f"{name}.py": "raise ImportError('planted')\n" for name in missing}}, tmp_path)
    said = python(code=code, PYTHONPATH=str(tmp_path), TORCHAUDIO_COMPAT_LIBSOX=str(tmp_path / "libsox.so")).stdout
    assert [words for words in says if words not in said] == [], said
    assert never not in said


@table("call, error, hint", {
    "left out": (lambda: Registry(["soundfile"]).get("ffmpeg"), BackendUnavailable, "left out"),
    "unknown to a registry": (lambda: Registry(["mad"]), ValueError, "no backend 'mad'"),
    "of old": (lambda: dispatcher.info("x.wav", backend="sox_io"), ValueError, '"sox_io" is called "sox"'),
    "unknown": (lambda: dispatcher.info("x.wav", backend="mad"), ValueError, "no such backend"),
    "a number": (lambda: dispatcher.info("x.wav", backend=3), ValueError, "no such backend"),
    "empty": (lambda: dispatcher.info("x.wav", backend=""), ValueError, "no such backend"),
})  # fmt: skip
def test_a_wrong_name_is_an_error_with_a_hint(call: Callable[[], object], error: type[Exception], hint: str) -> None:
    with pytest.raises(error, match=hint):
        call()


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
    import_module = mock.Mock(side_effect=MemoryError("no room"))
    monkeypatch.setattr(registry, "_opened", {})
    monkeypatch.setattr(registry.importlib, "import_module", import_module)
    for _ in range(2):
        assert Registry().reason("sox") == "sox failed to start (MemoryError: no room)"
    import_module.assert_called_once_with("dispatcher.backends.sox")


@pytest.mark.parametrize("name", ["__file__", "__version__"])
def test_a_module_is_imported_for_the_facts_about_it(name: str) -> None:
    """An option of a reader is looked up in the libraries beside PyAV, perhaps before PyAV was used."""
    assert getattr(lazily.module("av"), name) == getattr(av, name)


def test_the_error_for_a_missing_library_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ModuleNotFoundError, match=r"reading and writing audio needs it; run `pip install torch`$"):
        lazily.module("torch").tensor


KNOWN = [pytest.param(name, marks=[pytest.mark.libsox] if name == "sox" else []) for name in registry.known()]
RATE, FRAMES = 8000, 1000


@pytest.mark.parametrize("name", KNOWN)
def test_a_wav_comes_back_sample_by_sample(name: str) -> None:
    path = "ü.wav"
    samples = torch.stack([torch.arange(FRAMES), -torch.arange(FRAMES)]).to(torch.int16)
    dispatcher.save(path, samples.T, RATE, channels_first=False, encoding="PCM_S", bits_per_sample=16, backend=name)
    told = dispatcher.info(path, backend=name)
    assert vars(told) == {"sample_rate": RATE, "num_frames": FRAMES, "num_channels": 2, "bits_per_sample": 16, "encoding": "PCM_S"}
    native, rate = dispatcher.load(path, normalize=False, backend=name)
    assert rate == RATE
    assert native.equal(samples)
    waveform = dispatcher.load(path, backend=name)[0]
    assert waveform.dtype == torch.float32
    assert waveform.equal(samples / 32768)
    piece = dispatcher.load(path, frame_offset=300, num_frames=200, channels_first=False, backend=name)[0]
    assert piece.equal(waveform[:, 300:500].T)
    with Registry().get(name).stream(Blocks(path, True, None, 4096, 300), Settings()) as stream:
        blocks = list(stream.blocks)
    assert [block.shape[1] for block in blocks] == [300, 300, 300, 100]
    assert np.array_equal(np.concatenate(blocks, axis=1), waveform.numpy())


@pytest.mark.parametrize("name", KNOWN)
def test_an_error_names_the_file_and_the_backend(name: str, tmp_path: pathlib.Path) -> None:
    for path in ("/nonexistent/a.wav", str(tmp_path)):
        with pytest.raises(RuntimeError, match=rf"cannot read '{path}' with the {name} backend: "):
            dispatcher.load(path, backend=name)


@pytest.mark.parametrize("name", KNOWN)
@pytest.mark.parametrize(
    ("shape", "more"),
    [((FRAMES,), {}), ((1, 2, FRAMES), {}), ((0, FRAMES), {}), ((2, FRAMES), {"encoding": "no"}), ((2, FRAMES), {"bits_per_sample": 7})],
)
def test_a_save_that_is_refused_leaves_the_file_as_it_was(shape: tuple[int, ...], more: dict[str, Any], name: str) -> None:
    path = pathlib.Path("a.wav")
    path.write_bytes(b"old")
    with pytest.raises((RuntimeError, TypeError, ValueError), match=rf"cannot write 'a.wav' with the {name} backend: "):
        dispatcher.save(str(path), torch.zeros(shape, dtype=torch.int16), RATE, backend=name, **more)
    assert path.read_bytes() == b"old"


@pytest.mark.parametrize("name", registry.known())
def test_the_doctor_has_a_check_for_it(name: str) -> None:
    assert f"backend-{name}" in {check.name for check in checks()}


@pytest.mark.parametrize("release", ["2.1", "2.2", "2.8", "2.9"])
def test_a_new_one_changes_nothing_in_a_pinned_release(release: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It serves a call that names it, or a caller that chose it; no release had it."""
    monkeypatch.setattr(registry, "known", lambda: ("ffmpeg", "new", "soundfile", "sox"))
    monkeypatch.setitem(registry._opened, "new", Registry().get("soundfile"))
    settings = compat.release(release)
    chooser = Chooser(Registry(), settings)
    assert "new" not in chooser.available()
    assert chooser.named("new")
    assert Chooser(Registry(["new", "soundfile"]), settings).available() == ["soundfile", "new"]


NAMES = sorted(path.name for path in ASSETS.iterdir() if path.is_file())
SETTINGS = Settings()


@pytest.mark.parametrize("normalize", [True, False], ids=["normalized", "native"])
@pytest.mark.parametrize("backend", KNOWN)
@pytest.mark.parametrize("name", NAMES)
def test_blocks_are_what_load_gives(name: str, backend: str, normalize: bool) -> None:
    reader, path = Registry().get(backend), str(ASSETS / name)

    def loaded() -> tuple[np.ndarray, int]:
        waveform, rate = reader.load(Load(path, 0, -1, normalize, True, None, 4096), SETTINGS)
        return np.asarray(waveform), rate

    def streamed() -> tuple[np.ndarray, int]:
        with reader.stream(Blocks(path, normalize, None, 4096, 1000), SETTINGS) as stream:
            channels, rate = stream.metadata.num_channels, stream.metadata.sample_rate
            blocks = [block.copy() for block in stream.blocks]
        assert all(block.shape[1] == 1000 for block in blocks[:-1])
        assert all(block.shape[0] == channels for block in blocks[:1])
        return np.concatenate(blocks, axis=1) if blocks else np.empty((channels, 0)), rate

    wanted, got = outcome(loaded), outcome(streamed)
    np.testing.assert_equal(got, wanted)
    assert isinstance(got, str) or not got[0].size or got[0].dtype == wanted[0].dtype


def outcome(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except (RuntimeError, TypeError, ValueError) as why:
        return f"{type(why).__name__}: {why}"


@pytest.mark.parametrize("backend", KNOWN)
@pytest.mark.parametrize("name", ["stereo_s16.wav", "stereo_24.flac", "stereo_cbr.mp3", "stereo.m4a", "stereo.vorbis.ogg"])
def test_metadata_is_what_info_gives(name: str, backend: str) -> None:
    reader, path = Registry().get(backend), str(ASSETS / name)
    with contextlib.suppress(BackendError):
        wanted = vars(reader.info(path, None, 4096, SETTINGS))
        with reader.stream(Blocks(path, True, None, 4096, 1000), SETTINGS) as stream:
            found = vars(stream.metadata)
            if found["num_frames"] == -1:
                found["num_frames"] = sum(block.shape[1] for block in stream.blocks)
        assert found == wanted


@pytest.mark.parametrize("name", ["stereo_cbr.mp3", "stereo.wma", "mono_adpcm.wav", "stereo_f64.wav"])
def test_2_9_has_its_own(name: str) -> None:
    load, _ = torchcodec.functions(Registry(), SETTINGS)
    with torchcodec.stream(Blocks(str(ASSETS / name), True, None, 4096, 1000), SETTINGS) as stream:
        blocks = np.concatenate([block.copy() for block in stream.blocks], axis=1)
    assert np.array_equal(load(str(ASSETS / name))[0].numpy(), blocks)


def test_a_failure_of_the_caller_is_not_the_files() -> None:
    reader = Registry().get("soundfile")
    with pytest.raises(TypeError, match=r"^mine$"), reader.stream(Blocks(str(ASSETS / "mono_s16.wav"), True, None, 4096, 10), SETTINGS):
        raise TypeError("mine")


def test_notices_can_be_collected() -> None:
    with notices.collected() as found:
        notices.warn("one")
        with notices.collected() as inner:
            notices.warn("two", notices.DamagedInputWarning)
    assert (found, inner) == (["one"], ["two"])
