"""What is kept from libsox, what is refused before it could do harm, and what its effects make of a signal."""

import io
import math
import os
import struct
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch

import compat
import dispatcher
from dispatcher.backends.sox import encodings, files, library
from dispatcher.errors import BackendError
from tests.codemod.commands import put
from tests.conftest import ASSETS
from tests.tables import table

pytestmark = pytest.mark.libsox
STEREO = str(ASSETS / "stereo_s16.wav")
TONE = torch.sin(torch.arange(1600) / 9)[None] * 0.3
NOISE = torch.rand(2, 4000) - 0.5
_COMM = (0).to_bytes(2, "big") + bytes(20)
_ADPCM = b"fmt " + (20).to_bytes(4, "little") + bytes.fromhex("0200 0200 401f0000 80bb0000 0004 0400 0200 ffff")
HARMFUL = {
    "sphere of a negative length": ("x.sph", b"NIST_1A\n   -5\n" + b"a b c\n" * 50),
    "sphere of 373 GiB": ("x.sph", b"NIST_1A\n   1024\nsample_count -i 99999999999\nend_head\n".ljust(1024)),
    "sphere without an end": ("x.sph", b"NIST_1A\n   1024\nsample_count -i 10\n".ljust(1024, b"a") + bytes(100)),
    "sphere with no channels": ("x.sph", b"NIST_1A\n   1024\nchannel_count -i 0\nend_head\n".ljust(1024) + bytes(100)),
    "sphere with a NUL": ("x.sph", b"NIST_1A\n   1024\nname -s3 a\0b\nend_head\n".ljust(1024) + bytes(100)),
    "aiff chunk": ("x.aiff", b"FORM\0\0\6\x8eAIFCCOMM\xff\xff\xff\xfe" + bytes(100)),
    "aiff without channels": ("x.aiff", b"FORM\0\0\6\x8eAIFFCOMM\0\0\0\x16" + _COMM + bytes(100)),
    "8svx annotation": ("x.8svx", b"FORM\0\0\3\x7c8SVXANNO\xff\xfe\0\x20" + bytes(100)),
    "wave without channels": ("x.wav", b"RIFF\xff\0\0\0WAVEfmt \x10\0\0\0\1\0\0\0" + bytes(100)),
    "wave chunk": ("x.wav", b"RIFF\xff\0\0\0WAVELIST\xff\xff\xff\x7f" + bytes(100)),
    "wave adpcm": ("x.wav", b"RIFF\xff\0\0\0WAVE" + _ADPCM + b"data\0\1\0\0" + bytes(256)),
    "au annotation": ("x.snd", b".snd\x40\0\0\x1c\0\0\x0c\x80" + bytes(100)),
    "flac block": ("x.flac", b"fLaC\0\xff\xff\xff" + bytes(100)),
    "amr frame": ("x.amr-nb", b"#!AMR\n\x48" + bytes(100)),
    "txw": ("x.wav", b"LM8953" + bytes(6)),
    "ring tone": ("x.gsrt", bytes(512)),
    "device": ("x.alsa", bytes(100)),
    "silence without an end": ("x.null", b""),
}


@table("name, data", HARMFUL)
def test_libsox_is_not_given_what_it_does_not_survive(name: str, data: bytes) -> None:
    """The error says what is wrong; no call reaches libsox."""
    put({name: data})
    for call in (dispatcher.info, dispatcher.load):
        with pytest.raises(RuntimeError, match=r"SPHERE|header|chunk|claims|block|AMR|closed|begins"):
            call(name, backend="sox")


def test_a_path_is_no_command() -> None:
    """libsox itself would run what follows a bar, and fetch a URL."""
    for path in ("|touch canary; cat x.wav", "http://127.0.0.1:9/x.wav", "-"):
        with pytest.raises(RuntimeError, match=r"no such file|it is an address"):
            dispatcher.load(path, backend="sox")
        with pytest.raises(RuntimeError):
            dispatcher.save(f"{path}.wav/x.wav", torch.zeros(1, 10), 8000, backend="sox")
    assert not os.listdir()
    data = (ASSETS / "mono_s16.wav").read_bytes()
    for name in ("|cat", "-", "a:b"):
        put({name: data})
        assert dispatcher.load(name, backend="sox")[0].shape == (1, 2000)


def test_a_pipe_is_looked_at_first() -> None:
    os.mkfifo("x.wav")
    with ThreadPoolExecutor(1) as pool:
        pool.submit(Path("x.wav").write_bytes, HARMFUL["wave adpcm"][1])
        with pytest.raises(RuntimeError, match="ADPCM"):
            dispatcher.load("x.wav", backend="sox")


def test_a_closed_type_opens_by_name() -> None:
    """The caller who names it has decided."""
    samples = np.zeros((100, 1), np.int32)
    files.write(library.load(), "x.gsrt", samples, 8000.0, 8, encodings.Encoding(0, 0), None, "gsrt")
    with pytest.raises(RuntimeError, match="format='gsrt'"):
        dispatcher.load("x.gsrt", backend="sox")
    assert dispatcher.load("x.gsrt", format="gsrt", backend="sox")[0].shape == (1, 100)


def test_a_header_that_promises_too_much_changes_no_sample() -> None:
    """What is there is read; a wav header may say anything."""
    data = bytearray(Path(STEREO).read_bytes())
    data[4:8] = data[40:44] = b"\xff\xff\xff\x7f"
    put({"x.wav": bytes(data)})
    for backend in dispatcher.list_audio_backends():
        assert torch.equal(dispatcher.load("x.wav", backend=backend)[0], dispatcher.load(STEREO, backend=backend)[0])


@pytest.fixture(scope="module")
def effects() -> Any:
    return compat.standin("2.1").sox_effects


# effects that crash, end the process or never end, by the rate of the signal
HARMS: list[tuple[int, list[str]]] = [
    (16000, ["rate", "nan"]), (16000, ["rate", "inf"]), (16000, ["rate", "1e12"]), (16000, ["rate", "2147483648"]),
    (16000, ["rate", "0"]), (16000, ["channels", "100000000"]), (16000, ["channels", "0"]), (16000, ["repeat", "-"]),
    (16000, ["stretch", "1000"]), (16000, ["tempo", "nan"]), (16000, ["repeat", "1000000000"]), (1, ["reverb", "50"]), (1, ["phaser"]),
    (1, ["vad"]), (2, ["chorus", "0.7", "0.9", "55", "0.4", "0.25", "2", "-t"]), (1, ["rate", "8000"]), (1, ["stretch", "1e-5"]),
    (2**31 - 1, ["flanger"]), (2**31 - 1, ["bend", "0,1e9,1"]), (2**31 - 1, ["hilbert"]), (0, ["gain", "-1"]), (-5, ["gain", "-1"]),
    (2**31, ["gain", "-1"]), (16000, ["rate", "16000.00000001"]), (1, ["tempo", "1.2"]), (2, ["pitch", "300"]), (1, ["stretch", "1.5"]),
    (1, ["downsample", "2"]),
    (2**31 - 1, ["speed", "1.1"]), (2**31 - 1, ["upsample", "2"]), (16000, ["silence", "1", "1e12", "1%"]),
    (16000, ["silence", "1", "99999:00:00", "1%"]), (16000, ["stretch", "1.5", "0"]), (16000, ["stretch", "1.5", "1e9"]), (16000, ["tempo"]),
    (16000, ["delay", "99:00:00"]),
    (16000, ["compand", "0.3,1", "6:-70,-60,-20", "-5", "-90", "1e9"]),
    (16000, ["silence", "1", "0.1", "1%", "-1", "99999999999s", "1%"]),
    (16000, ["firfit", __file__]), (16000, ["firfit"]), (16000, ["fir", "-"]), (16000, ["fir", "."]), (16000, ["noisered"]),
]  # fmt: skip


@table(
    "wave, rate, effect, says",
    {
        **{f"{' '.join(effect)[:40]} at {rate} Hz": (NOISE, rate, effect, "apply_effects_tensor") for rate, effect in HARMS},
        **{
            f"no channels, {tuple(wave.shape)}": (wave, 16000, ["gain", "-1"], "channels")
            for wave in [torch.zeros(0, 100), torch.zeros(0, 0), torch.zeros(65536, 1)]
        },
    },
)
def test_what_harms_is_refused(wave: torch.Tensor, rate: int, effect: list[str], says: str, effects: Any) -> None:
    with pytest.raises(RuntimeError, match=says):
        effects.apply_effects_tensor(wave, rate, [effect])


@pytest.mark.parametrize(
    ("effect", "frames"),
    [
        (["rate", "8k"], 2000), (["speed", "2"], 4000), (["tempo", "0.5"], 8000), (["repeat", "3"], 16000), (["channels", "1"], 4000),
     (["pad", "0", "1"], 20000), (["phaser"], 4000), (["rate", "-v", "48000"], 12000), (["gain", "-n"], 4000),
     (["silence", "1", "0.01", "0.001%"], 4000), (["silence", "1", "0:00:00.01", "-90d"], 4000), (["delay", "0.1"], 5600),
     (["compand", "0.3,1", "6:-70,-60,-20", "-5", "-90", "0.2"], 4000), (["stretch", "1.5", "40"], 5881)
    ],
)  # fmt: skip
def test_what_does_no_harm_works(effect: list[str], frames: int, effects: Any) -> None:
    found = effects.apply_effects_tensor(NOISE, 16000, [effect])[0]
    assert abs(found.shape[1] - frames) < 20


@table(
    "call, error, says",
    {
        "another device": (
            lambda: dispatcher.save("x.wav", torch.zeros(1, 8, device="meta"), 8000, backend="sox"), BackendError, "is on meta",
        ),
        "no channels": (lambda: dispatcher.save("x.wav", torch.zeros(8), 8000, backend="sox"), BackendError, "1 dimensions, not 2"),
        "a folder": (lambda: dispatcher.load(str(ASSETS), backend="sox"), BackendError, "it is a folder"),
        "no file": (lambda: dispatcher.load("x.wav", backend="sox"), BackendError, "there is no such file"),
        "an effect for another rate": (
            lambda: compat.standin("2.0").sox_effects.apply_effects_file(STEREO, [["earwax"]]), BackendError,
            "the effect 'earwax' does not work with 2 channels at 16000 Hz",
        ),
        "options that are none": (
            lambda: compat.standin("2.0").sox_effects.apply_effects_file(STEREO, [["rate", "no number"]]), BackendError,
            "does not take the options",
        ),
        "a file object": (lambda: dispatcher.load(io.BytesIO(b"x"), backend="sox"), ValueError, r"paths only.*backend='ffmpeg'"),
        "a number beyond all floats": (
            lambda: dispatcher.save("x.wav", torch.zeros(1, 8), 8000, backend="sox", compression=10**400), ValueError,
            "compression is too large",
        ),
    },
)  # fmt: skip
def test_what_is_refused(call: Callable[[], object], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        call()
    assert not os.listdir()


GAIN = [["gain", "-3"]]


@table(
    "chain, same",
    {
        # the rate of the tensor, and not the one before it in the chain
        **{
            f"rate without a number, after {' '.join(first)}": ([first, ["rate"]], [first, ["rate", "16000"]])
            for first in (["speed", "1.1"], ["rate", "8000"], ["upsample", "2"])
        },
        "channels without a number aim at those that came": ([["remix", "1"], ["channels"]], [["remix", "1"], ["channels", "2"]]),
        # rows of any sequences and texts, as in 2.0 to 2.8, which took bytes too; numbers are taken here
        "bytes": ([(b"gain", b"-3")], GAIN),
        "tuples": ((("gain", "-3"),), GAIN),
        "texts of numpy": ([[np.str_("gain"), np.str_("-3")]], GAIN),
        "an iterator": (iter([["gain", "-3"]]), GAIN),
        "an array": (np.array([["gain", "-3"]]), GAIN),
        "a number": ([["gain", -3]], GAIN),
    },
)
def test_chains_that_do_the_same(chain: Any, same: list[list[str]], effects: Any) -> None:
    wave = TONE.repeat(2, 1)
    found, rate = effects.apply_effects_tensor(wave, 16000, chain)
    assert (rate, len(found)) == (16000, 2)
    assert found.equal(effects.apply_effects_tensor(wave, 16000, same)[0])


@pytest.mark.parametrize("dtype", [torch.int16, torch.uint8])
def test_dither_adds_noise_to_the_depth_of_the_tensor(dtype: torch.dtype, effects: Any) -> None:
    """Inside a chain samples have 32 bits, which ``dither`` brings down to those that came."""
    wave = (TONE * 32767).to(dtype) if dtype is torch.int16 else (TONE * 100 + 128).to(dtype)
    plain, _ = effects.apply_effects_tensor(wave, 16000, [["gain", "-3"]])
    dithered, _ = effects.apply_effects_tensor(wave, 16000, [["gain", "-3"], ["dither"]])
    apart = (plain.int() - dithered.int()).abs()
    assert 0.1 < apart.float().mean() < 1
    assert apart.max() <= 2


def test_dither_reaches_a_file_too(effects: Any, tmp_path: Path) -> None:
    """Of 16 bits; one of floats has no depth to bring down to."""
    for subtype, changed in (("PCM_16", True), ("FLOAT", False)):
        path = str(tmp_path / f"{subtype}.wav")
        soundfile.write(path, TONE[0].numpy(), 16000, subtype=subtype)
        plain, _ = effects.apply_effects_file(path, [["gain", "-3"]])
        assert effects.apply_effects_file(path, [["gain", "-3"], ["dither"]])[0].equal(plain) != changed


def test_full_scale_stays_full_scale(effects: Any) -> None:
    """libsox' largest integers are 1.0, and the next ones below are rounded to 24 bits."""
    most = 2**31 - 1
    soundfile.write("x.wav", np.array([most, most - 63, most - 64, -most - 1, 0], np.int32), 16000, subtype="PCM_32")
    below = (2**31 - 128) / 2**31
    assert dispatcher.load("x.wav", backend="sox")[0].tolist() == [[1, 1, below, -1, 0]]
    loud = torch.tensor([[1.0, 2.0, -1.0, -2.0, 0.5]])
    assert effects.apply_effects_tensor(loud, 16000, [])[0].tolist() == [[1, 1, -1, -1, 0.5]]


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int16, torch.int32, torch.float32])
def test_a_chain_keeps_the_dtype(dtype: torch.dtype, effects: Any) -> None:
    """Padding by nothing changes no sample of any."""
    wave = TONE if dtype is torch.float32 else (TONE * 100 + 100).to(dtype)
    found, _ = effects.apply_effects_tensor(wave, 16000, [["pad", "0"]])
    assert found.dtype is dtype
    assert torch.allclose(found.double(), wave.double(), atol=1e-6)


def _aiff(rate: int, at: int, rate_bytes: bytes) -> None:
    """Write an AIFF file with some bytes of its rate, which is a float of 80 bits, replaced from this one on."""
    dispatcher.save("x.aiff", NOISE, rate, backend="ffmpeg")
    data = bytearray(Path("x.aiff").read_bytes())
    at += data.index(b"COMM") + 16
    data[at : at + len(rate_bytes)] = rate_bytes
    put({"x.aiff": bytes(data)})


@pytest.mark.parametrize("rate", [0.0, 0.5, -8000.0, 2.0**31, 1e300])
def test_a_header_with_an_odd_rate_is_refused_by_load_and_effects(rate: float, effects: Any) -> None:
    mantissa, exponent = (0, 0) if not rate else math.frexp(abs(rate))
    sign_and_exponent = (0x8000 if rate < 0 else 0) | (int(exponent) + 16382 if rate else 0)
    _aiff(16000, 0, struct.pack(">HQ", sign_and_exponent, int(mantissa * 2**64) & (2**64 - 1)))
    for call in (dispatcher.load, dispatcher.info):
        with pytest.raises(RuntimeError, match=r"x\.aiff"):
            call("x.aiff", backend="sox")
    with pytest.raises(RuntimeError, match=r"x\.aiff"):
        effects.apply_effects_file("x.aiff", [["gain", "-1"]])


def test_a_rate_next_to_a_whole_one_is_that(effects: Any) -> None:
    """libsox' effect `rate` crashes where it is to change a rate by 1e-15 of it; a step away from it, nothing is rounded."""
    _aiff(8000, 8, b"\xff\xfe")
    found, rate = effects.apply_effects_file("x.aiff", [["gain", "-1"], ["rate", "8000"]])
    assert (found.shape, rate) == (NOISE.shape, 8000)
    with pytest.raises(RuntimeError, match="leave 'rate' out"):
        effects.apply_effects_file("x.aiff", [["speed", "1.00000000001"], ["rate", "8000"]])


def test_a_file_of_frequencies_makes_a_filter(effects: Any) -> None:
    """And one with anything else, or a pipe, is refused: libsox would wait for it for ever."""
    put({"knots": "# Hz and dB\n100 -3\n1e3 0\n5000 -6.5\n", "no knots": "100 -3\n1_000 0\n"})
    assert effects.apply_effects_tensor(NOISE, 16000, [["firfit", "knots"]])[0].shape == NOISE.shape
    os.mkfifo("pipe")
    for path in ("no knots", "pipe"):
        with pytest.raises(RuntimeError, match="takes a file"):
            effects.apply_effects_tensor(NOISE, 16000, [["firfit", path]])
