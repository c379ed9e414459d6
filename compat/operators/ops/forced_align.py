"""Align labels to CTC emissions: ``torchaudio.functional.forced_align``, since 2.1.

The emissions of the labels are selected on their own device. The search is sequential, so it runs
on the CPU. Up to 2.8 the operator returns the score of each frame. Since 2.9 torchaudio's Python
part picks the scores from all log probabilities, so the operator returns those.
"""

import math
from typing import cast

import torch
from torch import Tensor

from compat.operators.declaration import (
    OURS,
    Operator,
    require,
    require_contiguous,
    require_same_device,
)
from compat.operators.kernels.ctc_path import best_path

NAME = "forced_align"
_ARGUMENTS = (
    "(Tensor log_probs, Tensor targets, Tensor input_lengths, Tensor target_lengths, int blank)"
)


def _path(
    log_probs: Tensor, targets: Tensor, input_lengths: Tensor, target_lengths: Tensor, blank: int
) -> Tensor:
    """Return the label of each frame, ``[1, frame]``, in the dtype of the targets."""
    _check(log_probs, targets, input_lengths, target_lengths, blank)
    frames, count = log_probs.size(1), targets.size(1)
    labels = targets[0].to("cpu", torch.int64)
    if count:
        require(
            int(labels.min()) >= 0 and int(labels.max()) < log_probs.size(2),
            NAME,
            f"targets must be classes, 0 to {log_probs.size(2) - 1}, "
            f"not {int(labels.min())} to {int(labels.max())}",
        )
    repeats = int((labels[1:] == labels[:-1]).sum())
    require(
        frames >= count + repeats,
        NAME,
        f"{frames} frames are too few for {count} labels with {repeats} repeats: "
        f"CTC needs a frame for each label, and a blank between equal neighbours",
    )
    if frames == 0:
        return targets.new_empty((1, 0))
    wanted = torch.cat((labels.new_tensor([blank]), labels)).to(log_probs.device)
    kind = torch.promote_types(log_probs.dtype, torch.float32)
    scores = log_probs[0].index_select(1, wanted).to("cpu", kind).numpy()
    path, score = best_path(scores[:, 1:], scores[:, 0].copy(), labels.numpy())
    require(not math.isnan(score), NAME, "log_probs holds values that are not numbers (NaN)")
    require(
        score > -math.inf,
        NAME,
        "every alignment has probability 0: for some target, log_probs is -inf in all frames where "
        "it could be",
    )
    with_blank = torch.cat((labels, labels.new_tensor([blank])))  # position -1 is blank
    return with_blank[torch.from_numpy(path)].to(targets.device, targets.dtype)[None]


def _check(
    log_probs: Tensor, targets: Tensor, input_lengths: Tensor, target_lengths: Tensor, blank: int
) -> None:
    require(
        log_probs.ndim == 3,
        NAME,
        f"log_probs must be [batch, frame, class], not of shape {list(log_probs.shape)}",
    )
    require(
        targets.ndim == 2,
        NAME,
        f"targets must be [batch, label], not of shape {list(targets.shape)}",
    )
    require(
        log_probs.dtype in (torch.float16, torch.float32, torch.float64),
        NAME,
        f"log_probs must be float16, float32 or float64, not {log_probs.dtype}",
    )
    require(
        targets.dtype in (torch.int32, torch.int64),
        NAME,
        f"targets must be int32 or int64, not {targets.dtype}",
    )
    require_same_device(NAME, log_probs=log_probs, targets=targets)
    require_contiguous(NAME, log_probs=log_probs, targets=targets)
    require(
        log_probs.size(0) == 1 and targets.size(0) == 1,
        NAME,
        f"takes a batch of 1, not {log_probs.size(0)}; align one item a call",
    )
    for name, lengths, size, axis in (
        ("input_lengths", input_lengths, log_probs.size(1), "frames of log_probs"),
        ("target_lengths", target_lengths, targets.size(1), "labels of targets"),
    ):
        require(
            lengths.ndim == 1 and lengths.numel() > 0,
            NAME,
            f"{name} must be [batch], not of shape {list(lengths.shape)}",
        )
        longest = int(lengths.max())
        require(
            longest == size,
            NAME,
            f"{name} must be {size} (all {axis}), not {longest}; cut the tensor to the length "
            "instead",
        )
    require(
        0 <= blank < log_probs.size(2),
        NAME,
        f"blank must be a class, 0 to {log_probs.size(2) - 1}, not {blank}",
    )


def _path_shape(
    log_probs: Tensor, targets: Tensor, input_lengths: Tensor, target_lengths: Tensor, blank: int
) -> Tensor:
    require_same_device(NAME, log_probs=log_probs, targets=targets)
    return targets.new_empty(log_probs.shape[:2])


def _found(
    log_probs: Tensor, targets: Tensor, input_lengths: Tensor, target_lengths: Tensor, blank: int
) -> Tensor:
    find = torch.ops.torchaudio_compat.ctc_path
    return cast("Tensor", find(log_probs.detach(), targets, input_lengths, target_lengths, blank))


def _with_path_scores(
    log_probs: Tensor, targets: Tensor, input_lengths: Tensor, target_lengths: Tensor, blank: int
) -> tuple[Tensor, Tensor]:
    path = _found(log_probs, targets, input_lengths, target_lengths, blank)
    return path, log_probs.gather(2, path.long().unsqueeze(-1)).squeeze(-1)


def _with_log_probs(
    log_probs: Tensor, targets: Tensor, input_lengths: Tensor, target_lengths: Tensor, blank: int
) -> tuple[Tensor, Tensor]:
    path = _found(log_probs, targets, input_lengths, target_lengths, blank)
    return path, log_probs.view_as(log_probs)


OPERATORS = (
    Operator(
        schema=f"ctc_path{_ARGUMENTS} -> Tensor",
        kernels={"CompositeExplicitAutograd": _path, "Meta": _path_shape},
        calls="the operators below",
        since="2.1",
        namespace=OURS,
    ),
    Operator(
        schema=f"{NAME}{_ARGUMENTS} -> (Tensor, Tensor)",
        kernels={"CompositeImplicitAutograd": _with_path_scores},
        calls="functional.forced_align",
        since="2.1",
        until="2.8",
    ),
    Operator(
        schema=f"{NAME}{_ARGUMENTS} -> (Tensor, Tensor)",
        kernels={"CompositeImplicitAutograd": _with_log_probs},
        calls="functional.forced_align",
        since="2.9",
    ),
)
