"""Alignment: against all paths there are, and what torchaudio 2.8.0 did where several are equally good."""

import itertools
import math
import tracemalloc
from typing import Any

import pytest
import torch
from torch import Tensor

from tests.tables import table

Lengths = tuple[int, ...]


def align(log_probs: Tensor, targets: Tensor, blank: int = 0) -> tuple[Tensor, Tensor]:
    """Align with the lengths of the tensors."""
    lengths = torch.tensor([log_probs.size(1)]), torch.tensor([targets.size(1)])
    found: tuple[Tensor, Tensor] = torch.ops.torchaudio.forced_align(log_probs, targets, *lengths, blank)
    return found


def collapsed(path: tuple[int, ...], blank: int) -> list[int]:
    """Return the labels that CTC reads from a path."""
    return [label for label, _ in itertools.groupby(path) if label != blank]


@pytest.mark.parametrize("blank", [0, 2])
@pytest.mark.parametrize(
    ("frames", "targets"),
    [
        (6, [1]),
        (6, [1, 1]),
        (6, [1, 3]),
        (5, [1, 3, 1]),
        (6, [3, 3, 1]),
        (5, [1, 1, 1]),
        (3, [1, 3, 1]),
        (1, [3]),
    ],
)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_best_of_all_paths_is_found(release: str, frames: int, targets: list[int], blank: int, dtype: torch.dtype) -> None:
    log_probs = torch.randn(frames, 4, dtype=torch.float64).log_softmax(-1)
    path, scores = align(log_probs[None].to(dtype), torch.tensor([targets]), blank)
    paths = [path for path in itertools.product(range(4), repeat=frames) if collapsed(path, blank) == targets]
    score, best = max((float(log_probs[range(frames), path].sum()), path) for path in paths)
    assert tuple(path[0].tolist()) == best
    assert (path.dtype, scores.dtype) == (torch.int64, dtype)
    assert scores.sum().item() == pytest.approx(score, rel=1e-5)


# recorded with torchaudio 2.8.0: log probabilities that tie, and the path that it took
@table(
    "frames, targets, wanted",
    {
        "all alike": (12, [1, 2, 2, 3], [1, 2, 0, 2, 3, 3, 3, 3, 3, 3, 3, 3]),
        "all alike, three labels": (7, [1, 2, 3], [1, 2, 3, 3, 3, 3, 3]),
        "all alike, a repeat": (12, [1, 1], [1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]),
    },
)
def test_of_equally_good_paths_it_takes_the_same(release: str, frames: int, targets: list[int], wanted: list[int]) -> None:
    path, _ = align(torch.zeros(1, frames, 5), torch.tensor([targets], dtype=torch.int32))
    assert (path.tolist(), path.dtype) == ([wanted], torch.int32)


@pytest.mark.parametrize("dtype", [torch.int32, torch.int64, torch.float32])
def test_lengths_may_be_of_any_dtype(release: str, dtype: torch.dtype) -> None:
    lengths = torch.tensor([5], dtype=dtype), torch.tensor([2], dtype=dtype)
    path, _ = torch.ops.torchaudio.forced_align(torch.randn(1, 5, 4), torch.tensor([[1, 2]]), *lengths, 0)
    assert path.shape == (1, 5)


def test_half_gives_half(release: str) -> None:
    log_probs = torch.randn(1, 9, 4).log_softmax(-1).half()
    path, scores = align(log_probs, torch.tensor([[1, 2]]))
    assert scores.dtype == torch.float16
    assert torch.equal(path, align(log_probs.float(), torch.tensor([[1, 2]]))[0])


def test_no_labels_are_all_blanks(release: str) -> None:
    path, scores = align(torch.randn(1, 4, 3).log_softmax(-1), torch.zeros(1, 0, dtype=torch.int64), 2)
    assert path.tolist() == [[2, 2, 2, 2]]
    assert scores.shape == (1, 4)


@pytest.mark.parametrize("release", ["2.9.1", "2.11.0"], indirect=True)
def test_since_2_9_all_log_probabilities_come_back(release: str) -> None:
    log_probs = torch.randn(1, 9, 4).log_softmax(-1)
    path, scores = align(log_probs, torch.tensor([[1, 2]]))
    assert torch.equal(scores, log_probs)
    assert path.shape == (1, 9)


@pytest.mark.parametrize("release", ["2.8.0", "2.9.1"], indirect=True)
def test_scores_are_differentiable(release: str) -> None:
    log_probs = torch.randn(1, 6, 4, dtype=torch.float64).log_softmax(-1).requires_grad_()
    targets = torch.tensor([[1, 2]])
    assert torch.autograd.gradcheck(lambda given: align(given, targets)[1], (log_probs,))
    path, scores = align(log_probs, targets)
    assert not path.requires_grad
    if release == "2.8.0":
        scores.sum().backward()
        assert torch.equal(log_probs.grad, torch.nn.functional.one_hot(path, 4).double())


LP = torch.zeros(1, 12, 5)
TG = torch.tensor([[1, 2, 2, 3]], dtype=torch.int32)


@table("given, text", {
    "log_probs of two dimensions": ((LP[0], TG, [12], [4], 0), "log_probs must be"),
    "targets of one dimension": ((LP, TG[0], [12], [4], 0), "targets must be"),
    "a batch of two": ((LP.repeat(2, 1, 1), TG.repeat(2, 1), [12, 12], [4, 4], 0), "batch of 1"),
    "an empty batch": ((LP[:0], TG[:0], [], [], 0), "batch of 1"),
    "a shorter input_lengths": ((LP, TG, [10], [4], 0), "input_lengths must be 12"),
    "a longer input_lengths": ((LP, TG, [30], [4], 0), "input_lengths must be 12"),
    "a shorter target_lengths": ((LP, TG, [12], [3], 0), "target_lengths must be 4"),
    "a longer target_lengths": ((LP, TG, [12], [5], 0), "target_lengths must be 4"),
    "bfloat16": ((LP.bfloat16(), TG, [12], [4], 0), "float16, float32 or float64"),
    "integers": ((LP.int(), TG, [12], [4], 0), "float16, float32 or float64"),
    "int16 targets": ((LP, TG.short(), [12], [4], 0), "int32 or int64"),
    "targets of floating point": ((LP, TG.float(), [12], [4], 0), "int32 or int64"),
    "a blank too large": ((LP, TG, [12], [4], 5), "blank must be"),
    "a negative blank": ((LP, TG, [12], [4], -1), "blank must be"),
    "a class too large": ((LP, TG + 2, [12], [4], 0), "targets must be classes"),
    "a negative class": ((LP, TG - 4, [12], [4], 0), "targets must be classes"),
    "too few frames": (
        (LP[:, :4], TG, [4], [4], 0),
        "4 frames are too few for 4 labels with 1 repeats",
    ),
    "log_probs not contiguous": (
        (LP.transpose(1, 2).contiguous().transpose(1, 2), TG, [12], [4], 0),
        r"log_probs\.contiguous\(\)",
    ),
    "targets not contiguous": (
        (LP, torch.stack([TG, TG], -1)[..., 0], [12], [4], 0),
        r"targets\.contiguous\(\)",
    ),
    "not a number": ((LP * math.nan, TG, [12], [4], 0), "NaN"),
    "no probability": ((LP - math.inf, TG, [12], [4], 0), "every alignment has probability 0"),
    "several devices": ((LP, TG.to("meta"), [12], [4], 0), "several devices"),
})  # fmt: skip
def test_refused_with_a_runtime_error(release: str, given: tuple[Any, ...], text: str) -> None:
    log_probs, targets, frames, labels, blank = given
    with pytest.raises(RuntimeError, match=text):
        torch.ops.torchaudio.forced_align(log_probs, targets, torch.tensor(frames), torch.tensor(labels), blank)


def test_a_class_of_no_probability_elsewhere_does_no_harm(release: str) -> None:
    log_probs = torch.randn(1, 6, 4)
    log_probs[0, :, 3] = -math.inf
    log_probs[0, 0, 1] = -math.inf
    path, scores = align(log_probs, torch.tensor([[1, 2]]))
    assert scores.isfinite().all()
    assert collapsed(tuple(path[0].tolist()), 0) == [1, 2]


def test_memory_grows_with_frames_times_labels(release: str) -> None:
    def peak(frames: int, labels: int) -> int:
        log_probs = torch.randn(1, frames, 50).log_softmax(-1)
        targets = torch.randint(1, 50, (1, labels))
        tracemalloc.start()
        align(log_probs, targets)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    align(torch.zeros(1, 3, 3), torch.tensor([[1]]))
    small, large = peak(1000, 100), peak(2000, 200)
    assert small < 1000 * 100 * 16
    assert large < 4.5 * small


def test_meta_tensors_give_shapes(release: str) -> None:
    path, scores = align(LP.to("meta"), TG.to("meta"))
    assert (path.shape, path.dtype, scores.shape) == ((1, 12), torch.int32, (1, 12))
