"""The RNN transducer's loss: ``torchaudio.functional.rnnt_loss``, ``transforms.RNNTLoss``.

Loss and gradient are computed together, in float32, on the device of the logits.
"""

from typing import Any

import torch
from torch import Tensor

from compat.operators.declaration import (
    Operator,
    below_autograd,
    require,
    require_contiguous,
    require_same_device,
)
from compat.operators.kernels import transducer
from dispatcher.errors import OperatorError

NAME = "rnnt_loss"
_TENSORS = (
    "Tensor logits, Tensor targets, Tensor logit_lengths, Tensor target_lengths, int blank, "
    "float clamp"
)


def _computed(
    logits: Tensor,
    targets: Tensor,
    logit_lengths: Tensor,
    target_lengths: Tensor,
    blank: int,
    clamp: float,
    fused_log_softmax: bool,
) -> tuple[Tensor, Tensor]:
    """Return each item's cost, ``[batch]``, and gradients to the logits, before any reduction."""
    _check(logits, targets, logit_lengths, target_lengths, blank)
    found = transducer.loss(
        logits, targets, logit_lengths, target_lengths, blank, fused_log_softmax=fused_log_softmax
    )
    costs = found.costs.to(logits.dtype)
    gradients = transducer.gradient(
        found,
        targets,
        logit_lengths,
        target_lengths,
        blank,
        clamp,
        fused_log_softmax=fused_log_softmax,
    )
    return costs, gradients.to(logits.dtype)


def _check(
    logits: Tensor, targets: Tensor, logit_lengths: Tensor, target_lengths: Tensor, blank: int
) -> None:
    tensors = {
        "logits": logits,
        "targets": targets,
        "logit_lengths": logit_lengths,
        "target_lengths": target_lengths,
    }
    require_same_device(NAME, **tensors)
    require(
        logits.dtype in (torch.float32, torch.float16),
        NAME,
        f"logits must be float32 or float16, not {logits.dtype}",
    )
    for name in ("targets", "logit_lengths", "target_lengths"):
        require(
            tensors[name].dtype == torch.int32,
            NAME,
            f"{name} must be int32, not {tensors[name].dtype}; give {name}.int()",
        )
    require_contiguous(NAME, **tensors)
    for name, axes in (
        ("logits", "[batch, frame, label + 1, class]"),
        ("targets", "[batch, label]"),
        ("logit_lengths", "[batch]"),
        ("target_lengths", "[batch]"),
    ):
        require(
            tensors[name].ndim == axes.count(",") + 1,
            NAME,
            f"{name} must be {axes}, not of shape {list(tensors[name].shape)}",
        )
        require(
            tensors[name].size(0) == logits.size(0),
            NAME,
            f"{name} is a batch of {tensors[name].size(0)}, and logits of {logits.size(0)}",
        )
    batch, time, rows, classes = logits.shape
    require(0 <= blank < classes, NAME, f"blank must be a class, 0 to {classes - 1}, not {blank}")
    require(
        targets.size(1) == rows - 1,
        NAME,
        f"targets has {targets.size(1)} labels, and logits has rows for {rows - 1}",
    )
    require(batch > 0, NAME, "the batch is empty")
    longest, most = int(logit_lengths.max()), int(target_lengths.max())
    require(
        longest == time,
        NAME,
        f"the longest of logit_lengths must be {time}, all frames of logits, not {longest}",
    )
    require(
        most == rows - 1,
        NAME,
        f"the longest of target_lengths must be {rows - 1}, all labels of targets, not {most}",
    )
    require(
        int(logit_lengths.min()) > 0,
        NAME,
        "logit_lengths must be 1 or more: without a frame there is no path",
    )
    require(int(target_lengths.min()) >= 0, NAME, "target_lengths must not be negative")
    counted = torch.arange(rows - 1, device=targets.device) < target_lengths[:, None]
    wrong = ((targets < 0) | (targets >= classes)) & counted
    require(not bool(wrong.any()), NAME, f"targets must be classes, 0 to {classes - 1}")


def _shapes(
    logits: Tensor, targets: Tensor, logit_lengths: Tensor, target_lengths: Tensor, *_: Any
) -> tuple[Tensor, Tensor]:
    require_same_device(
        NAME,
        logits=logits,
        targets=targets,
        logit_lengths=logit_lengths,
        target_lengths=target_lengths,
    )
    return logits.new_empty(logits.shape[:1]), torch.empty_like(logits)


class _Anchor(torch.autograd.Function):
    """One element of the logits, which ties a gradient to them at no cost in memory.

    A second derivative would pass through it, and come out as zero: it is refused instead.
    """

    @staticmethod
    def forward(ctx: Any, logits: Tensor) -> Tensor:
        ctx.set_materialize_grads(False)
        return logits.flatten()[:1].clone()

    @staticmethod
    def backward(ctx: Any, to_anchor: Tensor | None) -> None:
        if to_anchor is not None:
            raise OperatorError(
                f"{NAME}: it has no second derivative. Leave create_graph=True out, or detach "
                "this gradient."
            )


class _Differentiable(torch.autograd.Function):
    """Costs with the gradients that were computed along with them."""

    @staticmethod
    def forward(ctx: Any, anchor: Tensor, *arguments: Any) -> tuple[Tensor, Tensor]:
        costs, gradients = below_autograd(torch.ops.torchaudio.rnnt_loss, *arguments)
        ctx.save_for_backward(anchor, gradients)
        ctx.mark_non_differentiable(gradients)
        return costs, gradients

    @staticmethod
    def backward(ctx: Any, to_costs: Tensor, _: Tensor) -> tuple[Tensor | None, ...]:
        anchor, gradients = ctx.saved_tensors
        return None, _Slope.apply(anchor, gradients, to_costs), *[None] * 6  # type: ignore[no-untyped-call]


class _Slope(torch.autograd.Function):
    """The gradient to the logits, as a function of the logits and of the gradient to the costs."""

    @staticmethod
    def forward(ctx: Any, anchor: Tensor, gradients: Tensor, to_costs: Tensor) -> Tensor:
        ctx.save_for_backward(gradients)
        return gradients * to_costs[:, None, None, None]

    @staticmethod
    def backward(ctx: Any, to_slope: Tensor) -> tuple[Tensor | None, ...]:
        (gradients,) = ctx.saved_tensors
        return to_slope.flatten()[:1], None, (gradients * to_slope).sum((1, 2, 3))


def _differentiable(logits: Tensor, *arguments: Any) -> Any:
    anchor = _Anchor.apply(logits)  # type: ignore[no-untyped-call]
    return _Differentiable.apply(anchor, logits, *arguments)  # type: ignore[no-untyped-call]


OPERATORS = (
    Operator(
        schema=f"rnnt_loss({_TENSORS}, bool fused_log_softmax) -> (Tensor, Tensor?)",
        kernels={
            "CompositeExplicitAutograd": _computed,
            "Meta": _shapes,
            "Autograd": _differentiable,
        },
        calls="functional.rnnt_loss, transforms.RNNTLoss",
        until="2.9",
    ),
    Operator(
        schema=f"rnnt_loss_forward({_TENSORS}, bool fused_log_softmax) -> (Tensor, Tensor)",
        kernels={"CompositeExplicitAutograd": _computed, "Meta": _shapes},
        calls="functional.rnnt_loss, whose Python part multiplies the gradients in its backward",
        since="2.9",
    ),
)
