"""What was compiled and cannot be served says so, and what to use."""

import sys
import types

import pytest
import torch

from compat.operators import registration
from compat.operators.ops import refused


@pytest.mark.parametrize("release", ["2.0.2"], indirect=True)
def test_kaldi_pitch(release: str) -> None:
    numbers = (
        16000.0,
        25.0,
        10.0,
        50.0,
        400.0,
        10.0,
        0.1,
        1000.0,
        4000.0,
        0.005,
        7000.0,
        1,
        5,
        0,
        0,
        False,
        500,
        True,
    )
    with pytest.raises(RuntimeError, match="detect_pitch_frequency"):
        torch.ops.torchaudio.kaldi_ComputeKaldiPitch(torch.zeros(1, 16000), *numbers)


def test_ray_tracing(release: str) -> None:
    room, walls = torch.ones(3), torch.zeros(1, 6)
    with pytest.raises(RuntimeError, match="pyroomacoustics"):
        torch.ops.torchaudio.ray_tracing(room, room, room[None], 10, walls, walls, 0.5, 343.0, 1e-7, 10.0, 0.004)


@pytest.mark.parametrize(
    ("library", "text"),
    [
        ("libctc_prefix_decoder", "ctc_decoder on the CPU"),
        ("torchaudio_prefixctc", "ctc_decoder on the CPU"),
        ("libflashlight-text", "pip install flashlight-text"),
    ],
)
def test_libraries_that_nothing_stands_in_for(library: str, text: str) -> None:
    with pytest.raises(RuntimeError, match=text):
        refused.load_library(library)


def test_any_other_library_is_not_there() -> None:
    assert refused.load_library("libtorchaudio") is False


def _python_lfilter(waveform: object, a_coeffs: object, b_coeffs: object) -> str:
    return "python"


@pytest.mark.parametrize("release", ["2.9.1"], indirect=True)
def test_a_python_filter_is_replaced_and_can_be_put_back(release: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("torchaudio.functional.filtering")
    vars(module)["_lfilter"] = _python_lfilter
    monkeypatch.setitem(sys.modules, module.__name__, module)
    before = registration.replace_lfilter()
    assert before == [(module, "_lfilter", _python_lfilter)]
    assert vars(module)["_lfilter"] is torch.ops.torchaudio._lfilter
    assert registration.replace_lfilter() == []


def test_where_no_torchaudio_is_imported_nothing_is_replaced(release: str) -> None:
    assert registration.replace_lfilter() == []
