"""Files whose samples a library takes for others are warned of, and the advice works."""

import contextlib
import io
import pathlib
import re
import struct
import warnings

import pytest
import soundfile
import torch

import compat
from dispatcher.notices import DamagedInputWarning, MisreadInputWarning

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_GUID = bytes.fromhex("000000001000800000aa00389b71")


def _wav(order: str, tag: int, width: int, bits: int, data: bytes) -> bytes:
    """Return a WAV file of one channel."""
    form = struct.pack(f"{order}HHIIHH", tag, 1, 16000, 16000 * width, width, 8 * width if tag == _EXTENSIBLE else bits)
    if tag == _EXTENSIBLE:
        form += struct.pack("<HHIH", 22, bits, 4, _PCM) + _GUID
    body = b"".join(name + struct.pack(f"{order}I", len(each)) + each for name, each in ((b"fmt ", form), (b"data", data)))
    return (b"RIFX" if order == ">" else b"RIFF") + struct.pack(f"{order}I", 4 + len(body)) + b"WAVE" + body


_NUMBERS = [1000, -2000, 3000, -4000] * 200
_WIDE = struct.pack("<800i", *(number << 16 for number in _NUMBERS))
_CASES = {
    "24 in 32 bits": (_wav("<", _EXTENSIBLE, 4, 24, _WIDE), "24-bit"),
    "24 in 32 bits, without the extension": (_wav("<", _PCM, 4, 24, _WIDE), "24-bit.*doctor FILE"),
    "RIFX": (_wav(">", _PCM, 2, 16, struct.pack(">800h", *_NUMBERS)), "byte order"),
    "RIFX of floats": (_wav(">", _FLOAT, 4, 32, struct.pack(">800f", *(number / 32768 for number in _NUMBERS))), "byte order"),
    "24 bits": (_wav("<", _PCM, 3, 24, b"".join((number << 8).to_bytes(3, "little", signed=True) for number in _NUMBERS)), ""),
    "floats": (_wav("<", _FLOAT, 4, 32, struct.pack("<800f", *(number / 32768 for number in _NUMBERS))), ""),
}


@pytest.mark.parametrize(("data", "why"), _CASES.values(), ids=_CASES)
def test_noise_is_warned_of_and_the_other_backend_reads_it(data: bytes, why: str) -> None:
    pathlib.Path("x.wav").write_bytes(data)
    expected = torch.tensor([_NUMBERS]) / 32768
    calls = (
        lambda: compat.load("x.wav", backend="ffmpeg"),
        lambda: compat.load(io.BytesIO(data), backend="ffmpeg"),
        lambda: compat.standin("2.9").load("x.wav"),
    )
    for call in calls:
        with warnings.catch_warnings(record=True, action="always") as found:
            waveform = torch.empty(0)
            with contextlib.suppress(*([RuntimeError] if why else [])):  # 2.9 may even refuse it
                waveform = call()[0]
        told = [str(each.message) for each in found if issubclass(each.category, DamagedInputWarning)]
        assert bool(told) == bool(why)
        assert all(re.search(why, text) for text in told)
        sound = all("backend='soundfile'" in text for text in told)
        assert why or torch.allclose(waveform, expected)
    if sound:
        assert torch.allclose(compat.load("x.wav", backend="soundfile")[0], expected)


_AU = b".snd" + struct.pack(">5I", 24, 1600, 3, 16000, 1) + struct.pack(">800h", *_NUMBERS)
_SOX = b".SoX" + struct.pack("<IQdII", 28, 800, 16000.0, 1, 0) + struct.pack("<800i", *(number << 16 for number in _NUMBERS))
_ODD = {
    "16 bits in 4 bytes": (_wav("<", _PCM, 4, 16, _WIDE), ("ffmpeg", "soundfile", "sox")),
    "20 bits in 4 bytes": (_wav("<", _PCM, 4, 20, _WIDE), ("ffmpeg", "soundfile", "sox")),
    "20 bits in 4 bytes, by the extension": (_wav("<", _EXTENSIBLE, 4, 20, _WIDE), ("ffmpeg",)),
    "24 bits in 4 bytes": (_wav("<", _PCM, 4, 24, _WIDE), ("soundfile", "sox")),
    "24 bits in 4 bytes, silent": (_wav("<", _PCM, 4, 24, bytes(4000)), ("soundfile", "sox")),
    "two AU": (_AU * 2, ("ffmpeg",)),
    "AU and a tag": (_AU + b"TAG" + bytes(125), ("ffmpeg",)),
    "two of SoX' own": (_SOX * 2, ("ffmpeg",)),
    "AU": (_AU, ()),
    "16 bits": (_wav("<", _PCM, 2, 16, bytes(2000)), ()),
}


@pytest.mark.libsox
@pytest.mark.parametrize(("data", "misreading"), _ODD.values(), ids=_ODD)
def test_more_frames_than_the_header_promises_are_warned_of(data: bytes, misreading: tuple[str, ...]) -> None:
    """Padding within samples, and what follows the sound: whatever the name, of a piece as well, and by the backends that misread it."""
    pathlib.Path("x.bin").write_bytes(data)
    kind = {b".snd": "au", b".SoX": "sox"}.get(data[:4], "wav")
    for backend in ("ffmpeg", "soundfile", "sox"):
        if (backend, kind) == ("soundfile", "sox"):
            continue
        for count in (-1, 10):
            places = ["x.bin"] if backend == "sox" else ["x.bin", io.BytesIO(data)]
            for place in places:
                with warnings.catch_warnings(record=True, action="always") as found:
                    with contextlib.suppress(*([RuntimeError] if backend == "sox" else [])):  # it refuses the extension
                        compat.load(place, num_frames=count, format=kind if backend == "sox" else None, backend=backend)
                told = [
                    str(each.message) for each in found if "its header promises" in str(each.message) and "returns" in str(each.message)
                ]
                assert len(told) == (backend in misreading), (backend, count, told)


@pytest.mark.parametrize("read", ["info", "load"])
@pytest.mark.parametrize("frames", [0, 800])
def test_one_call_warns_once(read: str, frames: int) -> None:
    """Where it opens the file twice, too: ``info`` does if the header counts no frames."""
    pathlib.Path("x.wav").write_bytes(_wav("<", _PCM, 4, 24, _WIDE[: 4 * frames]))
    with warnings.catch_warnings(record=True, action="always") as found:
        with contextlib.suppress(RuntimeError):
            getattr(compat, read)("x.wav", backend="ffmpeg")
    assert sum("24-bit" in str(each.message) for each in found) == 1


def _w64(tag: int, subtag: int) -> bytes:
    """Return a W64 file of floats, in one channel."""
    floats = struct.pack("<800f", *(number / 32768 for number in _NUMBERS))
    form = struct.pack("<HHIIHH", tag, 1, 16000, 64000, 4, 32)
    if tag == _EXTENSIBLE:
        form += struct.pack("<HHIH", 22, 32, 4, subtag) + _GUID
    body = b""
    for name, each in ((b"fmt ", form), (b"data", floats)):
        body += name + _W64_END + struct.pack("<Q", 24 + len(each)) + each.ljust(-len(each) % 8 + len(each), b"\0")
    return b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00" + struct.pack("<Q", 40 + len(body)) + b"wave" + _W64_END + body


_W64_END = bytes.fromhex("f3acd3118cd100c04f8edb8a")


@pytest.mark.libsox
@pytest.mark.parametrize(
    ("name", "data", "misreading"),
    [
        ("x.w64", _w64(_EXTENSIBLE, _FLOAT), {"soundfile", "sox"}),
        ("x.w64", _w64(_FLOAT, 0), {"sox"}),
        ("x.caf", None, {"sox"}),
        ("x.mat5", None, {"sox"}),
        ("x.sf", None, set()),
        ("x.wav", None, set()),
    ],
)
def test_floats_that_are_taken_for_integers_are_warned_of(name: str, data: bytes | None, misreading: set[str]) -> None:
    """libsox reads these through libsndfile, and asks it for integers."""
    expected = torch.tensor([_NUMBERS]) / 32768
    if data is None:
        soundfile.write(name, expected[0].numpy(), 16000, subtype="FLOAT", format="IRCAM" if name == "x.sf" else None)
    else:
        pathlib.Path(name).write_bytes(data)
    for backend in ("ffmpeg", "soundfile", "sox"):
        if (name, backend) == ("x.mat5", "ffmpeg"):
            continue
        with warnings.catch_warnings(record=True, action="always") as found:
            waveform, _ = compat.load(name, backend=backend)
        assert ["takes its floats for integers" in str(each.message) for each in found] == [True] * (backend in misreading)
        assert torch.allclose(waveform, expected) == (backend not in misreading)
    if name != "x.mat5":  # libsndfile does not know it by that name
        with pytest.warns(MisreadInputWarning, match="libsox takes its floats for integers"):
            compat.load(name, format="sndfile", backend="sox")


@pytest.mark.libsox
@pytest.mark.parametrize(("encoding", "extension", "says"), [("PCM_S", "wav", 1), ("PCM_S", "amb", 1), ("PCM_F", "wav", 0)])
def test_integers_of_64_bits_that_libsox_takes_for_floats_are_warned_of(encoding: str, extension: str, says: int) -> None:
    path, sound = f"x.{extension}", torch.rand(1, 800) - 0.5
    compat.save(path, sound, 16000, encoding=encoding, bits_per_sample=64, backend="ffmpeg")
    with warnings.catch_warnings(record=True, action="always") as found:
        waveform, _ = compat.load(path, backend="sox")
    assert ["takes its integers for floats" in str(each.message) for each in found] == [True] * says
    assert torch.allclose(waveform, sound, atol=1e-6) == (not says)
