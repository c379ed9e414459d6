"""Which operators there are for which release: they come and go, are compiled, or say what serves in their place."""

import contextlib
import sys
import types
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import torch
from torch import Tensor

from compat import operators
from compat.operators import declaration, registration
from compat.operators.ops import refused
from tests.compat.operators.test_rnnt_loss import batch
from tests.tables import table

ALL = {"_lfilter", "_lfilter_core_loop", "_overdrive_core_loop"}
OLD_LOSS = {"rnnt_loss"}
ROOMS = {"_simulate_rir", "_make_rir_filter"}
CALLED = {
    "2.0.2": ALL | OLD_LOSS | ROOMS | {"kaldi_ComputeKaldiPitch"},
    "2.1.2": ALL | OLD_LOSS | ROOMS | {"forced_align"},
    "2.2.2": ALL | OLD_LOSS | ROOMS | {"forced_align", "ray_tracing"},
    "2.8.0": ALL | OLD_LOSS | ROOMS | {"forced_align", "ray_tracing"},
    "2.9.1": ALL | OLD_LOSS | {"forced_align", "rnnt_loss_forward"},
    "2.10.0": ALL | {"forced_align", "rnnt_loss_forward"},
    "2.11.0": ALL | {"forced_align", "rnnt_loss_forward"},
}


@pytest.fixture(autouse=True)
def _unregistered() -> Iterator[None]:
    yield
    operators.unregister()


@pytest.mark.parametrize("release", CALLED, indirect=True)
def test_a_release_gets_what_it_calls(release: str) -> None:
    names = {name.partition("::")[2] for name in operators.registered() if name.startswith("torchaudio::")}
    assert names == CALLED[release]
    assert all(hasattr(torch.ops.torchaudio, name) for name in names)


def test_each_operator_says_who_calls_it() -> None:
    for operator in declaration.operators():
        assert operator.calls, operator.name
        assert operator.name.isidentifier()


def test_registering_again_does_nothing_and_another_release_changes_over() -> None:
    first = operators.register("2.8.0")
    before = torch.ops.torchaudio.forced_align
    assert operators.register("2.8.0") is first
    assert torch.ops.torchaudio.forced_align is before
    assert "torchaudio::rnnt_loss_forward" in operators.register("2.9.1")
    assert not hasattr(torch.ops.torchaudio, "_simulate_rir")


def test_unregistered_they_are_gone_and_can_come_back() -> None:
    operators.register("2.8.0")

    def through(waveform: torch.Tensor, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return torch.ops.torchaudio._lfilter(waveform, a, b)

    waveform, coefficients = torch.ones(1, 1, 4), torch.ones(1, 2)
    held, scripted = torch.ops.torchaudio._lfilter, torch.jit.script(through)
    operators.unregister()
    operators.unregister()
    assert operators.registered() == ()
    assert not hasattr(torch.ops.torchaudio, "_lfilter")
    for call in (held, scripted):
        with pytest.raises((RuntimeError, torch.jit.Error)):
            call(waveform, coefficients, coefficients)
    operators.register("2.8.0")
    assert torch.equal(scripted(waveform, coefficients, coefficients), waveform)


@contextlib.contextmanager
def _somebody_elses(schema: str, kernel: Callable[..., torch.Tensor]) -> Iterator[None]:
    name = schema.partition("(")[0]
    theirs = registration.fragment("torchaudio")
    theirs.define(schema)
    theirs.impl(name, kernel, "CompositeExplicitAutograd")
    try:
        yield
    finally:
        getattr(theirs, "_destroy", lambda: None)()
        vars(torch.ops.torchaudio).pop(name, None)


def test_what_a_compiled_torchaudio_defined_stays() -> None:
    with _somebody_elses("forced_align(Tensor x) -> Tensor", lambda x: x + 1):
        assert "torchaudio::forced_align" not in operators.register("2.8.0")
        assert torch.ops.torchaudio.forced_align(torch.zeros(1)).item() == 1
        operators.unregister()
        assert torch.ops.torchaudio.forced_align(torch.zeros(1)).item() == 1


def test_another_library_can_define_them_after_unregistering() -> None:
    operators.register("2.8.0")
    operators.unregister()
    schema = "_lfilter(Tensor waveform, Tensor a_coeffs, Tensor b_coeffs) -> Tensor"
    with _somebody_elses(schema, lambda waveform, a, b: waveform * 2):
        assert torch.ops.torchaudio._lfilter(torch.ones(1), torch.ones(1), torch.ones(1)).item() == 2


def test_many_threads_register_once() -> None:
    with ThreadPoolExecutor(8) as pool:
        first, *others = pool.map(operators.register, ["2.8.0"] * 8)
    assert len(others) == 7
    assert all(names is first for names in others)


LOGITS, *REST = batch().values()
A, B = torch.tensor([[1.25, -0.3, 0.2], [1.25, 0.4, 0.1]]), torch.tensor([[1.0, -0.5, 0.7], [0.3, 2.0, -1.0]])
WAVE = torch.sin(torch.arange(180.0)).reshape(1, 2, 90)


def filtered(waveform: Tensor, a: Tensor, b: Tensor) -> Tensor:
    return torch.ops.torchaudio._lfilter(waveform, a, b)


def overdriven(waveform: Tensor, state: Tensor) -> Tensor:
    output = torch.zeros_like(waveform)
    torch.ops.torchaudio._overdrive_core_loop(waveform, waveform * 2, state.clone(), state.clone(), output)
    return output


def aligned(log_probs: Tensor, targets: Tensor, frames: Tensor, labels: Tensor) -> Tensor:
    path, scores = torch.ops.torchaudio.forced_align(log_probs, targets, frames, labels, 0)
    return path + scores


def lost(logits: Tensor, targets: Tensor, frames: Tensor, labels: Tensor) -> Tensor:
    return torch.ops.torchaudio.rnnt_loss(logits, targets, frames, labels, 4, -1.0, True)[0]


# a function, what it is called with, and whether its gradients are compared
CALLS = {
    "lfilter": (filtered, (WAVE, A, B), True),
    "overdrive": (overdriven, (WAVE[0], torch.tensor([0.1, -0.2])), False),
    "forced_align": (aligned, (WAVE[:, :, :10].mT.log_softmax(-1), torch.tensor([[1, 1]]), torch.tensor([10]), torch.tensor([2])), False),
    "rnnt_loss": (lost, (LOGITS, *REST[:3]), True),
}


@table("call, given, trained", CALLS)
@table("through", {"script": torch.jit.script, "compile": lambda call: torch.compile(call, backend="aot_eager", fullgraph=True)})
def test_it_is_compiled_whole(release: str, call: Any, given: tuple[Tensor, ...], trained: bool, through: Any) -> None:
    outcomes = []
    for function in (call, through(call)):
        leaf = given[0].clone().requires_grad_(trained)
        found = function(leaf, *given[1:])
        if trained:
            found.square().sum().backward()
        outcomes.append((found, leaf.grad))
    torch.testing.assert_close(outcomes[1], outcomes[0])


@table(
    "name, given",
    {
        "lfilter": ("_lfilter", (WAVE.clone().requires_grad_(), A, B)),
        "the loop of lfilter": ("_lfilter_core_loop", (WAVE, A.flip(1).contiguous(), torch.zeros(1, 2, 92))),
        "rnnt_loss": ("rnnt_loss", (LOGITS, *REST)),
    },
)
def test_torch_finds_its_declaration_right(release: str, name: str, given: tuple[Any, ...]) -> None:
    """As far as this torch can check one."""
    if hasattr(torch.library, "opcheck"):
        torch.library.opcheck(getattr(torch.ops.torchaudio, name).default, given)


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
