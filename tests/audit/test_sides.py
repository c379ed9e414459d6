"""The sides: their names, and that they decode as the stand-in of their release does."""

import pathlib

import numpy as np
import pytest

import compat
from compat.audit import sides
from compat.commands.arguments import UsageError
from dispatcher import registry
from dispatcher.errors import AudioError, BackendUnavailable
from tests.conftest import ASSETS


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param("2.0", "2.0:global:sox_io", marks=pytest.mark.libsox),
        ("2.0:soundfile", "2.0:global:soundfile"),
        ("2.0.2:sox_io", "2.0:global:sox_io"),
        ("2.0:ffmpeg", "2.0:dispatcher:ffmpeg"),
        ("2.0:dispatcher", "2.0:dispatcher"),
        ("2.0:dispatcher:soundfile", "2.0:dispatcher:soundfile"),
        ("2.1", "2.1:dispatcher"),
        ("2.1:soundfile", "2.1:dispatcher:soundfile"),
        ("2.1:sox_io", "2.1:global:sox_io"),
        ("2.1:global:soundfile", "2.1:global:soundfile"),
        ("2.2:sox_io", "2.2:dispatcher:sox"),
        ("2.8:ffmpeg", "2.8:dispatcher:ffmpeg"),
        ("2.9", "2.9:torchcodec"),
    ],
)
def test_what_is_left_open_is_filled_in(text: str, name: str) -> None:
    side = sides.parse(text)
    assert side.name == name
    assert sides.parse(side.name) == side


@pytest.mark.parametrize(
    ("text", "says"),
    {
        "3.0": "there is no release '3.0'",
        "": "there is no release ''",
        "2.2:sax": "there is no backend 'sax'; there is ffmpeg",
        "2.2:global": "has no global backend",
        "2.2:torchcodec": "TorchCodec decodes for 2.9",
        "2.9:ffmpeg": "uses TorchCodec only",
        "2.0:global:ffmpeg": "there is no global backend 'ffmpeg'",
        "2.1:dispatcher:sox:more": "is not RELEASE",
    }.items(),
)
def test_what_there_is_not(text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        sides.parse(text)


def test_there_may_be_no_global_backend_to_be_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in registry.known():
        monkeypatch.setitem(registry._opened, name, BackendUnavailable("it is not there"))
    with pytest.raises(UsageError, match=r"'2\.0': no global backend works here; run `python -m compat\.doctor`"):
        sides.parse("2.0")
    assert sides.parse("2.0:soundfile").name == "2.0:global:soundfile"  # what is named is tried with the files


STANDINS = {
    "2.0:soundfile": ("2.0", {}),
    "2.0:sox_io": ("2.0", {}),
    "2.1:sox_io": ("2.1", {"dispatcher": False}),
    "2.2": ("2.2", {}),
    "2.9": ("2.9", {}),
}


@pytest.mark.parametrize("text", [pytest.param(text, marks=[pytest.mark.libsox] if "sox" in text else []) for text in STANDINS])
def test_a_side_decodes_as_its_release_does(text):
    version, flags = STANDINS[text]
    torchaudio = compat.standin(version, **flags)
    if backend := text.partition(":")[2]:
        torchaudio.set_audio_backend(backend)
    for path in sorted(str(path) for path in ASSETS.iterdir() if path.is_file()):
        side = sides.parse(text).open(path, normalize=True, block_frames=1500)
        try:
            waveform, rate = torchaudio.load(path)
        except (RuntimeError, ValueError, TypeError) as why:
            failure = str(why).split(" with the ")[0]
            with pytest.raises(AudioError) as caught, side as stream:
                list(stream.blocks)
            assert str(caught.value).split(" with the ")[0] == failure
            continue
        with side as stream:
            blocks = [block.copy() for block in stream.blocks]
            assert stream.metadata.sample_rate == rate
        got = np.concatenate(blocks, axis=1) if blocks else waveform.numpy()
        # libsndfile rounds the last bit of an mp3 by where it is read up to
        apart = 1e-7 if path.endswith("mp3") and backend == "soundfile" else 0
        assert got.shape == waveform.shape
        assert np.allclose(got, waveform.numpy(), rtol=0, atol=apart, equal_nan=True), path


@pytest.mark.libsox
@pytest.mark.parametrize("text", ["2.0:sox_io", "2.2:sox"])
def test_a_side_refuses_what_load_refuses_before_it_decodes(text: str, tmp_path: pathlib.Path) -> None:
    """A file joined from two of other layouts, and a header that promises more than a file can hold."""
    joined, absurd = tmp_path / "joined.mp3", tmp_path / "absurd.flac"
    joined.write_bytes((ASSETS / "stereo_cbr.mp3").read_bytes() + (ASSETS / "mono_vbr.mp3").read_bytes())
    flac = bytearray((ASSETS / "stereo_16.flac").read_bytes())
    flac[21] |= 0x0F
    flac[22:26] = b"\xff" * 4
    absurd.write_bytes(flac)
    for path, why in ((joined, "from byte"), (absurd, "cannot hold")):
        with pytest.raises(AudioError, match=why), sides.parse(text).open(str(path), normalize=True, block_frames=1500) as stream:
            list(stream.blocks)
