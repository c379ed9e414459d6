"""What was compiled and cannot be served says so, and what to use."""

import sys
import types
from typing import Any

import pytest
import torch

from compat.operators import registration
from compat.operators.ops import refused

_PITCH = (16000.0, 25.0, 10.0, 50.0, 400.0, 10.0, 0.1, 1000.0, 4000.0, 0.005, 7000.0, 1, 5, 0, 0, False, 500, True)
_POINT, _WALLS = torch.ones(3), torch.zeros(1, 6)


@pytest.mark.parametrize(
    ("release", "name", "given", "instead"),
    [
        ("2.0.2", "kaldi_ComputeKaldiPitch", (torch.zeros(1, 16000), *_PITCH), "detect_pitch_frequency"),
        ("2.8.0", "ray_tracing", (_POINT, _POINT, _POINT[None], 10, _WALLS, _WALLS, 0.5, 343.0, 1e-7, 10.0, 0.004), "pyroomacoustics"),
    ],
    indirect=["release"],
)
def test_an_operator_that_is_not_served_says_what_is(release: str, name: str, given: tuple[Any, ...], instead: str) -> None:
    with pytest.raises(RuntimeError, match=instead):
        getattr(torch.ops.torchaudio, name)(*given)


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
