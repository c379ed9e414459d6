"""Which operators there are for which release, and that they come and go."""

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from compat import operators
from compat.operators import declaration, registration

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
