"""Signals and options at which libsox' effects crash, end the process or never end are refused; others work."""

import math
import os
import struct
from pathlib import Path
from typing import Any

import pytest
import torch

import compat
import dispatcher

pytestmark = pytest.mark.libsox
WAVE = torch.rand(2, 4000) - 0.5


@pytest.fixture(scope="module")
def effects() -> Any:
    """The effects of a release."""
    return compat.standin("2.2").sox_effects


@pytest.mark.parametrize(
    ("rate", "effect"),
    [
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
    ],
)  # fmt: skip
def test_what_harms_is_refused(rate: int, effect: list[str], effects: Any) -> None:
    with pytest.raises(RuntimeError, match="apply_effects_tensor"):
        effects.apply_effects_tensor(WAVE, rate, [effect])


@pytest.mark.parametrize("wave", [torch.zeros(0, 100), torch.zeros(0, 0), torch.zeros(65536, 1)])
def test_a_tensor_without_channels_is_refused(wave: torch.Tensor, effects: Any) -> None:
    with pytest.raises(RuntimeError, match="channels"):
        effects.apply_effects_tensor(wave, 16000, [["gain", "-1"]])


@pytest.mark.parametrize(
    ("effect", "frames"),
    [(["rate", "8k"], 2000), (["speed", "2"], 4000), (["tempo", "0.5"], 8000), (["repeat", "3"], 16000), (["channels", "1"], 4000),
     (["pad", "0", "1"], 20000), (["phaser"], 4000), (["rate", "-v", "48000"], 12000), (["gain", "-n"], 4000),
     (["silence", "1", "0.01", "0.001%"], 4000), (["silence", "1", "0:00:00.01", "-90d"], 4000), (["delay", "0.1"], 5600),
     (["compand", "0.3,1", "6:-70,-60,-20", "-5", "-90", "0.2"], 4000), (["stretch", "1.5", "40"], 5881)],
)  # fmt: skip
def test_what_does_no_harm_works(effect: list[str], frames: int, effects: Any) -> None:
    found = effects.apply_effects_tensor(WAVE, 16000, [effect])[0]
    assert abs(found.shape[1] - frames) < 20


@pytest.mark.parametrize("rate", [0.0, 0.5, -8000.0, 2.0**31, 1e300])
def test_a_header_with_an_odd_rate_is_refused_by_load_and_effects(rate: float, effects: Any) -> None:
    """AIFF keeps its rate as a float of 80 bits."""
    dispatcher.save("x.aiff", WAVE, 16000, backend="ffmpeg")
    data = bytearray(Path("x.aiff").read_bytes())
    at = data.index(b"COMM") + 16
    mantissa, exponent = (0, 0) if not rate else math.frexp(abs(rate))
    data[at : at + 2] = struct.pack(">H", (0x8000 if rate < 0 else 0) | (int(exponent) + 16382 if rate else 0))
    data[at + 2 : at + 10] = struct.pack(">Q", int(mantissa * 2**64) & (2**64 - 1))
    Path("x.aiff").write_bytes(data)
    for call in (dispatcher.load, dispatcher.info):
        with pytest.raises(RuntimeError, match=r"x\.aiff"):
            call("x.aiff", backend="sox")
    with pytest.raises(RuntimeError, match=r"x\.aiff"):
        effects.apply_effects_file("x.aiff", [["gain", "-1"]])


def test_a_rate_next_to_a_whole_one_is_that(effects: Any) -> None:
    """AIFF: libsox' effect `rate` crashes where it is to change a rate by 1e-15 of it; a step away from it, nothing is rounded."""
    dispatcher.save("x.aiff", WAVE, 8000, backend="ffmpeg")
    data = bytearray(Path("x.aiff").read_bytes())
    at = data.index(b"COMM") + 16
    data[at + 8 : at + 10] = b"\xff\xfe"
    Path("x.aiff").write_bytes(data)
    found, rate = effects.apply_effects_file("x.aiff", [["gain", "-1"], ["rate", "8000"]])
    assert (found.shape, rate) == (WAVE.shape, 8000)
    with pytest.raises(RuntimeError, match="leave 'rate' out"):
        effects.apply_effects_file("x.aiff", [["speed", "1.00000000001"], ["rate", "8000"]])


def test_a_file_of_frequencies_makes_a_filter(effects: Any) -> None:
    """And one with anything else, or a pipe, is refused: libsox would wait for it for ever."""
    Path("knots").write_text("# Hz and dB\n100 -3\n1e3 0\n5000 -6.5\n")
    assert effects.apply_effects_tensor(WAVE, 16000, [["firfit", "knots"]])[0].shape == WAVE.shape
    Path("no knots").write_text("100 -3\n1_000 0\n")
    os.mkfifo("pipe")
    for path in ("no knots", "pipe"):
        with pytest.raises(RuntimeError, match="takes a file"):
            effects.apply_effects_tensor(WAVE, 16000, [["firfit", path]])
