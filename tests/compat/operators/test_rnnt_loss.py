"""The transducer's loss, against the sum over all paths, and its gradients against autograd through that sum."""

import itertools
import math
import weakref
from typing import Any

import pytest
import torch
from torch import Tensor

from tests.tables import table

BLANK = 4


def batch(dtype: torch.dtype = torch.float32) -> dict[str, Any]:
    """Two items, the second shorter in both lengths."""
    generator = torch.Generator().manual_seed(1)
    return {
        "logits": torch.randn(2, 5, 4, 5, generator=generator).to(dtype),
        "targets": torch.tensor([[0, 2, 2], [3, 1, -7]], dtype=torch.int32),  # what lies beyond a length may be anything
        "logit_lengths": torch.tensor([5, 3], dtype=torch.int32),
        "target_lengths": torch.tensor([3, 2], dtype=torch.int32),
        "blank": BLANK,
        "clamp": -1.0,
        "fused_log_softmax": True,
    }


def rnnt(**given: Any) -> tuple[Tensor, Tensor]:
    name = "rnnt_loss" if hasattr(torch.ops.torchaudio, "rnnt_loss") else "rnnt_loss_forward"
    found: tuple[Tensor, Tensor] = getattr(torch.ops.torchaudio, name)(*given.values())
    return found


def over_all_paths(log_probs: Tensor, targets: list[int], frames: int, blank: int) -> Tensor:
    """Return minus the log of the sum of the probabilities of all paths, each walked by itself."""
    moves, scores = frames - 1 + len(targets), []
    for places in itertools.combinations(range(moves), len(targets)):
        frame, row, score = 0, 0, log_probs.new_zeros(())
        for move in range(moves):
            if move in places:
                score, row = score + log_probs[frame, row, targets[row]], row + 1
            else:
                score, frame = score + log_probs[frame, row, blank], frame + 1
        scores.append(score + log_probs[frame, row, blank])
    return -torch.stack(scores).logsumexp(0)


def expected(given: dict[str, Any]) -> tuple[Tensor, Tensor]:
    """Return costs and gradients from the sum over paths, in float64."""
    logits = given["logits"].double().requires_grad_()
    log_probs = logits.log_softmax(-1) if given["fused_log_softmax"] else logits
    items = zip(log_probs, given["targets"].tolist(), given["logit_lengths"].tolist(), given["target_lengths"].tolist(), strict=True)
    costs = torch.stack([over_all_paths(item, targets[:labels], frames, given["blank"]) for item, targets, frames, labels in items])
    return costs.detach(), torch.autograd.grad(costs.sum(), logits)[0]


@pytest.mark.parametrize("release", ["2.8.0", "2.11.0"], indirect=True)
@pytest.mark.parametrize("fused", [True, False])
@pytest.mark.parametrize("blank", [BLANK, 0])
@pytest.mark.parametrize(("dtype", "close"), [(torch.float32, 2e-6), (torch.float16, 6e-3)])
def test_costs_and_gradients_are_those_of_the_sum_over_paths(
    release: str, fused: bool, blank: int, dtype: torch.dtype, close: float
) -> None:
    given = batch(dtype) | {"fused_log_softmax": fused, "blank": blank}
    if blank == 0:
        given["targets"] = torch.tensor([[1, 2, 2], [3, 4, 0]], dtype=torch.int32)
    if not fused:
        given["logits"] = given["logits"].float().log_softmax(-1).to(dtype)  # torch 2.0 has no log_softmax of halves
    kept = given["logits"].clone()
    (costs, gradients), (wanted, slopes) = rnnt(**given), expected(given)
    torch.testing.assert_close(costs, wanted.to(dtype), rtol=0, atol=close * 5)
    torch.testing.assert_close(gradients, slopes.to(dtype), rtol=0, atol=close)
    assert torch.equal(given["logits"], kept)


def test_outside_of_the_lengths_gradients_are_zero_whatever_stands_there(release: str) -> None:
    given = batch()
    given["logits"][1, 3:] = math.nan
    given["logits"][1, :, 3] = math.inf
    torch.testing.assert_close(rnnt(**given), rnnt(**batch()), rtol=0, atol=0)
    assert not rnnt(**given)[1][1, 3:].any()


@pytest.mark.parametrize("fused", [True, False])
def test_clamp_limits_each_element_before_the_reduction(release: str, fused: bool) -> None:
    given = batch() | {"fused_log_softmax": fused}
    unlimited = rnnt(**given)[1]
    assert torch.equal(rnnt(**given | {"clamp": 0.0})[1], unlimited)
    given["clamp"] = 0.1
    given["logits"].requires_grad_()
    (rnnt(**given)[0] * torch.tensor([1.0, 3.0])).sum().backward()
    assert torch.equal(
        given["logits"].grad,
        unlimited.clamp(-0.1, 0.1) * torch.tensor([1.0, 3.0])[:, None, None, None],
    )


def test_a_second_derivative_is_refused_and_not_zero(release: str) -> None:
    given = batch()
    given["logits"].requires_grad_()
    costs = rnnt(**given)[0]
    weights = torch.ones(2, requires_grad=True)
    (slopes,) = torch.autograd.grad(costs, given["logits"], weights, create_graph=True)
    assert torch.allclose(slopes, rnnt(**batch())[1])
    assert torch.allclose(
        torch.autograd.grad(slopes.sum(), weights, retain_graph=True)[0],
        slopes.sum((1, 2, 3)),
        atol=1e-6,
    )
    with pytest.raises(RuntimeError, match="no second derivative"):
        slopes.square().sum().backward()


def test_logits_are_not_kept_for_backward(release: str) -> None:
    given, weight = batch(), torch.ones((), requires_grad=True)
    logits = given["logits"] + weight  # an addition keeps nothing
    kept = weakref.ref(logits)
    costs = rnnt(**given | {"logits": logits})[0]
    del logits
    assert kept() is None
    costs.sum().backward()
    assert weight.grad is not None


@pytest.mark.parametrize(
    ("frames", "labels"),
    [(1, 0), (1, 3), (6, 0), (2, 1), (7, 3)],
    ids=["one blank", "one frame", "no labels", "small", "long"],
)
def test_small_lattices(release: str, frames: int, labels: int) -> None:
    given = batch() | {
        "logits": torch.randn(1, frames, labels + 1, 5),
        "targets": torch.randint(0, 4, (1, labels), dtype=torch.int32),
        "logit_lengths": torch.tensor([frames], dtype=torch.int32),
        "target_lengths": torch.tensor([labels], dtype=torch.int32),
    }
    torch.testing.assert_close(rnnt(**given), expected(given), rtol=0, atol=1e-5, check_dtype=False)


_FLAT = batch()


@table(
    "change, text",
    {
        "float64": ({"logits": _FLAT["logits"].double()}, "float32 or float16"),
        "bfloat16": ({"logits": _FLAT["logits"].bfloat16()}, "float32 or float16"),
        "int64 targets": ({"targets": _FLAT["targets"].long()}, "targets must be int32"),
        "int64 logit_lengths": (
            {"logit_lengths": _FLAT["logit_lengths"].long()},
            "logit_lengths must be int32",
        ),
        "int64 target_lengths": (
            {"target_lengths": _FLAT["target_lengths"].long()},
            "target_lengths must be int32",
        ),
        "logits of three dimensions": ({"logits": _FLAT["logits"][0]}, "logits must be"),
        "targets of one dimension": ({"targets": _FLAT["targets"][0]}, "targets must be"),
        "logit_lengths of two": (
            {"logit_lengths": _FLAT["logit_lengths"][None]},
            "logit_lengths must be",
        ),
        "target_lengths of two": (
            {"target_lengths": _FLAT["target_lengths"][None]},
            "target_lengths must be",
        ),
        "logits not contiguous": (
            {"logits": _FLAT["logits"].transpose(1, 2).contiguous().transpose(1, 2)},
            "contiguous",
        ),
        "targets not contiguous": (
            {"targets": _FLAT["targets"].t().contiguous().t()},
            "contiguous",
        ),
        "a blank too large": ({"blank": 5}, "blank must be"),
        "a negative blank": ({"blank": -1}, "blank must be"),
        "logit_lengths too short": (
            {"logit_lengths": _FLAT["logit_lengths"] - 1},
            "longest of logit_lengths must be 5",
        ),
        "logit_lengths too long": (
            {"logit_lengths": _FLAT["logit_lengths"] + 1},
            "longest of logit_lengths must be 5",
        ),
        "target_lengths too short": (
            {"target_lengths": _FLAT["target_lengths"] - 1},
            "longest of target_lengths must be 3",
        ),
        "target_lengths too long": (
            {"target_lengths": _FLAT["target_lengths"] + 1},
            "longest of target_lengths must be 3",
        ),
        "rows too few": ({"logits": _FLAT["logits"][:, :, :3].contiguous()}, "rows for 2"),
        "rows too many": ({"logits": torch.zeros(2, 5, 5, 5)}, "rows for 4"),
        "a batch of lengths": (
            {"logit_lengths": _FLAT["logit_lengths"][:1]},
            "logit_lengths is a batch of 1",
        ),
        "a batch of targets": ({"targets": _FLAT["targets"][:1]}, "targets is a batch of 1"),
        "no frame": ({"logit_lengths": torch.tensor([5, 0], dtype=torch.int32)}, "1 or more"),
        "a negative length": (
            {"target_lengths": torch.tensor([3, -1], dtype=torch.int32)},
            "negative",
        ),
        "a class too large": ({"targets": _FLAT["targets"] + 3}, "targets must be classes"),
        "a negative class": ({"targets": _FLAT["targets"] - 1}, "targets must be classes"),
        "several devices": ({"targets": _FLAT["targets"].to("meta")}, "several devices"),
    },
)
def test_refused_with_a_runtime_error(release: str, change: dict[str, Any], text: str) -> None:
    with pytest.raises(RuntimeError, match=text):
        rnnt(**batch() | change)


def test_an_impossible_label_costs_infinity(release: str) -> None:
    given = batch()
    given["logits"][0, :, :, 2] = -math.inf
    costs, _ = rnnt(**given)
    assert costs[0] == math.inf
    assert costs[1].isfinite()


@pytest.mark.parametrize("release", ["2.8.0", "2.11.0"], indirect=True)
def test_meta_tensors_give_shapes(release: str) -> None:
    given = {name: value.to("meta") if isinstance(value, Tensor) else value for name, value in batch(torch.float16).items()}
    costs, gradients = rnnt(**given)
    assert (costs.shape, costs.dtype, gradients.shape) == ((2,), torch.float16, (2, 5, 4, 5))
