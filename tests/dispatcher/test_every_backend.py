"""What each file in ``dispatcher/backends`` must do; a new one is tested without being named here."""

import pathlib

import numpy as np
import pytest
import torch

import compat
import dispatcher
from compat.doctor.registry import checks
from dispatcher import registry
from dispatcher.api import Chooser
from dispatcher.registry import Registry
from dispatcher.requests import Blocks
from dispatcher.settings import Settings

BACKENDS = [pytest.param(name, marks=[pytest.mark.libsox] if name == "sox" else []) for name in registry.known()]
RATE, FRAMES = 8000, 1000


@pytest.mark.parametrize("name", BACKENDS)
def test_a_wav_comes_back_sample_by_sample(name: str, tmp_path: pathlib.Path) -> None:
    path = str(tmp_path / "ü.wav")
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


@pytest.mark.parametrize("name", BACKENDS)
def test_an_error_names_the_file_and_the_backend(name: str, tmp_path: pathlib.Path) -> None:
    for path in ("/nonexistent/a.wav", str(tmp_path)):
        with pytest.raises(RuntimeError, match=rf"cannot read '{path}' with the {name} backend: "):
            dispatcher.load(path, backend=name)


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
