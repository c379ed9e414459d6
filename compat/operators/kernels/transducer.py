"""The RNN transducer's loss and its gradient (Graves 2012, "Sequence Transduction with RNNs").

A path goes through a lattice of frames t and emitted labels u. A blank moves to the next frame, a
label moves up one row, and the last blank leaves at the far corner::

    u
    2   o---o---o--> end      ---  blank
        |   |   |              |   label
    1   o---o---o
        |   |   |             the nodes of a diagonal t + u = d depend
    0   o---o---o             only on those of the diagonal before it
        0   1   2   t

There are two recursions over the lattice, ``alpha`` from the beginning and ``beta`` from the end.
All nodes of a diagonal are computed at once, for the whole batch and both recursions together. This
takes T + U steps of a few operations on small tensors, on any device.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor


class Loss(NamedTuple):
    """The results of the recursions, as log probabilities in float32."""

    costs: Tensor  # [batch]: minus the log probability of the labels
    alphas: Tensor  # [batch, frame, row]
    betas: Tensor  # [batch, frame, row]
    log_probs: Tensor  # [batch, frame, row, class]: the logits after log_softmax
    blank_moves: Tensor  # [batch, frame, row]: log probability of blank
    label_moves: Tensor  # [batch, frame, row]: of the next label; -inf where there is none
    inside: Tensor  # [batch, frame, row]: whether the lengths reach so far


def loss(
    logits: Tensor,
    targets: Tensor,
    frames: Tensor,
    labels: Tensor,
    blank: int,
    *,
    fused_log_softmax: bool,
) -> Loss:
    """Run both recursions.

    Args:
        logits: ``[batch, frame, row, class]``, one row more than labels; already log probabilities
            if ``fused_log_softmax`` is false.
        targets: ``[batch, label]``.
        frames: how many of the frames count, ``[batch]``, each at least 1.
        labels: how many of the labels count, ``[batch]``.
        blank: the class of blank.
        fused_log_softmax: whether to turn logits into log probabilities here.
    """
    log_probs = logits.to(torch.float32)
    if fused_log_softmax:
        log_probs = log_probs.log_softmax(-1)
    _, time, rows, _ = logits.shape
    frame = torch.arange(time, device=logits.device)[:, None]
    row = torch.arange(rows, device=logits.device)
    last_frame, last_row = frames[:, None, None] - 1, labels[:, None, None]
    inside = (frame <= last_frame) & (row <= last_row)

    classes = torch.nn.functional.pad(targets.long(), (0, 1))
    classes = classes.where(row < labels[:, None], 0)[:, None, :, None].expand(-1, time, -1, -1)
    label_moves = log_probs.gather(3, classes)[..., 0].masked_fill(row >= last_row, -torch.inf)
    blank_moves = log_probs[..., blank].contiguous()

    # beta is alpha of the reversed lattice; a move has the score of the node at which it begins
    back = _reversal(frame, row, last_frame, last_row)
    # rolled by one step, a move has its score where it arrives
    down = torch.cat((blank_moves.roll(1, 1), back(blank_moves)))
    up = torch.cat((label_moves.roll(1, 2), back(label_moves)))
    leaving = back(blank_moves)[:, :1, :1]
    start = torch.cat((torch.zeros_like(leaving), leaving))
    forward, backward = _recursion(start[:, 0, 0], down, up).chunk(2)
    betas = back(backward).masked_fill(~inside, -torch.inf)
    alphas = forward.masked_fill(~inside, -torch.inf)
    return Loss(-betas[:, 0, 0], alphas, betas, log_probs, blank_moves, label_moves, inside)


def _reversal(
    frame: Tensor, row: Tensor, last_frame: Tensor, last_row: Tensor
) -> Callable[[Tensor], Tensor]:
    """Return what turns ``[batch, frame, row]`` by half around each item's own middle."""
    frames = (last_frame - frame).remainder(frame.size(0))
    rows = (last_row - row).remainder(row.size(0))

    def turned(values: Tensor) -> Tensor:
        shape = values.shape
        return values.gather(1, frames.expand(shape)).gather(2, rows.expand(shape))

    return turned


def _recursion(start: Tensor, down: Tensor, up: Tensor) -> Tensor:
    """Sum over all paths.

    Node (t, u) is reached from (t - 1, u) by ``down[t, u]`` and from (t, u - 1) by ``up[t, u]``.
    """
    batch, time, rows = down.shape
    diagonal = torch.arange(time + rows - 1, device=down.device)[:, None]
    row = torch.arange(rows, device=down.device)
    frame = diagonal - row  # [diagonal, row]
    there = (frame >= 0) & (frame < time)
    place = frame.clamp(0, time - 1) * rows + row

    def skewed(moves: Tensor, possible: Tensor) -> Tensor:
        values = moves.reshape(batch, -1)[:, place.flatten()].view(batch, *place.shape)
        return values.masked_fill(~(there & possible), -torch.inf).transpose(0, 1).contiguous()

    by_blank, by_label = skewed(down, frame > 0), skewed(up, row > 0)
    # row u is at index u + 1; index 0 stays -inf, so row 0 is no special case
    nodes = torch.full((time + rows - 1, batch, rows + 1), -torch.inf, device=down.device)
    nodes[0, :, 1] = start
    for step in range(1, time + rows - 1):
        before = nodes[step - 1]
        nodes[step, :, 1:] = torch.logaddexp(
            before[:, 1:] + by_blank[step], before[:, :-1] + by_label[step]
        )
    at = (torch.arange(time, device=down.device)[:, None] + row) * (rows + 1) + row + 1
    return nodes.transpose(0, 1).reshape(batch, -1)[:, at.flatten()].view(batch, time, rows)


def gradient(
    found: Loss,
    targets: Tensor,
    frames: Tensor,
    labels: Tensor,
    blank: int,
    clamp: float,
    *,
    fused_log_softmax: bool,
) -> Tensor:
    """Return the gradient of each item's cost with respect to its logits.

    ``found.log_probs`` is overwritten with the result, unless it is the caller's own tensor.

    Args:
        found: what ``loss`` returned.
        targets, frames, labels, blank, fused_log_softmax: as given to ``loss``.
        clamp: the largest absolute value of an element; 0 or less for no limit.
    """
    rows = found.alphas.size(2)
    row = torch.arange(rows, device=targets.device)
    scaled = found.alphas + found.costs[:, None, None]
    after_blank = torch.full_like(found.betas, -torch.inf)
    after_blank[:, :-1] = found.betas[:, 1:]
    items = torch.arange(frames.numel(), device=targets.device)
    after_blank[items, frames.long() - 1, labels.long()] = 0
    after_label = torch.full_like(found.betas, -torch.inf)
    after_label[:, :, :-1] = found.betas[:, :, 1:]
    through_blank = -(scaled + found.blank_moves + after_blank).exp()
    through_label = -(scaled + found.label_moves + after_label).exp()

    if fused_log_softmax:
        result = found.log_probs
        result += (scaled + found.betas)[..., None]
        result.exp_()
    else:
        result = torch.zeros_like(found.log_probs)
    result[..., blank] += through_blank
    classes = torch.nn.functional.pad(targets.long(), (0, 1)).where(row < labels[:, None], 0)
    classes = classes[:, None, :, None].expand(*found.alphas.shape, 1)
    result.scatter_add_(3, classes, through_label[..., None])
    if not bool(found.inside.all()):
        result.masked_fill_(~found.inside[..., None], 0)
    if clamp > 0:
        result.clamp_(-clamp, clamp)
    return result
