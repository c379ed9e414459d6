"""Operators under ``torch.compile`` and in TorchScript: what is compiled gives what the plain call gives, and its gradients."""

from typing import Any

import torch
from torch import Tensor

from tests.compat.operators.test_rnnt_loss import batch
from tests.tables import table

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
