r"""Viterbi alignment of a label sequence to CTC emissions.

A path visits the states blank, label 0, blank, label 1, ..., blank. In each frame it stays, steps
to the next state, or skips a blank between two labels that differ::

    labels   0 --> 1 --> 2        step to the next label, unless it is the same one
              \   ^ \   ^
               v /   v /
    blanks   0    1    2    3     blank j comes before label j

A frame takes a few NumPy calls over all labels at once. The scores of all frames are kept (memory
linear in frames x labels), and the path is read from them backwards.
"""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.floating[Any]]
Indices: TypeAlias = NDArray[np.integer[Any]]


def best_path(label_scores: Floats, blank_scores: Floats, labels: Indices) -> tuple[Indices, float]:
    """Return the best path as label positions, -1 for blank, and its score.

    Among equally good predecessors the path stays where it can, as torchaudio's does.

    Args:
        label_scores: log probabilities of each label of the sequence, ``[frame, label]``.
        blank_scores: log probabilities of blank, ``[frame]``.
        labels: the sequence, ``[label]``; only whether neighbours are equal is used.

    Returns:
        The path ``[frame]``, and the sum of its log probabilities: ``-inf`` if no path has any
            probability, NaN if a score on the way is NaN.
    """
    frames, count = label_scores.shape
    kind = label_scores.dtype
    # column 0 of the labels is a state that no path reaches, so the first label is no special case
    at_label = np.full((frames, count + 1), -np.inf, kind)
    at_blank = np.full((frames, count + 1), -np.inf, kind)
    cannot_skip = np.zeros(count, kind)
    cannot_skip[1:][labels[1:] == labels[:-1]] = -np.inf
    cannot_skip[:1] = -np.inf
    at_blank[0, 0] = blank_scores[0]
    if count:
        at_label[0, 1] = label_scores[0, 0]
    step = np.empty(count, kind)
    skip = np.empty(count, kind)
    tied = np.empty(count, bool)
    for frame in range(1, frames):
        before_label, before_blank = at_label[frame - 1], at_blank[frame - 1]
        np.maximum(before_blank, before_label, out=at_blank[frame])
        at_blank[frame] += blank_scores[frame]
        np.add(before_label[:-1], cannot_skip, out=skip)
        np.equal(before_blank[:-1], skip, out=tied)
        np.maximum(before_blank[:-1], skip, out=step)
        np.maximum(before_label[1:], step, out=step)
        # where a step and a skip are equally good, torchaudio stays, even if staying is worse
        np.copyto(step, before_label[1:], where=tied)
        np.add(step, label_scores[frame], out=at_label[frame, 1:])
    return _traced(at_label, at_blank, cannot_skip)


def _traced(at_label: Floats, at_blank: Floats, cannot_skip: Floats) -> tuple[Indices, float]:
    """Follow the best path from its end to its beginning."""
    frames, count = at_label.shape[0], at_label.shape[1] - 1
    path = np.full(frames, -1, np.int64)
    position = count  # blank ``count`` follows the last label; as a label it is that one, from 1
    on_label = not at_blank[-1, count] > at_label[-1, count] and count > 0
    score = max(
        float(at_blank[-1, count]),
        float(at_label[-1, count]),
        key=lambda value: (value != value, value),
    )
    for frame in range(frames - 1, -1, -1):
        if on_label:
            path[frame] = position - 1
        if frame == 0:
            break
        before_label, before_blank = at_label[frame - 1], at_blank[frame - 1]
        if not on_label:
            on_label = before_label[position] > before_blank[position]
            continue
        stay, step = before_label[position], before_blank[position - 1]
        skip = before_label[position - 1] + cannot_skip[position - 1]
        if skip > step and skip > stay:
            position -= 1
        elif step > stay and step > skip:
            position -= 1
            on_label = False
    return path, score
