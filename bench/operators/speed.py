"""``python -m bench.operators.speed``: each operator against a named peer, on one thread.

Peers are SciPy's ``lfilter``, torch's ``log_softmax``, ours forward alone, and the compiled operators of a
real torchaudio where ``--real`` names the Python of an environment that has one (``python -m venv real``,
then ``pip install torch==2.8.0 torchaudio==2.8.0`` in it). Every turn of ours is followed by one of its
peer; the least of each counts. The real ones run in a process of their own, before and after ours.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import subprocess
import sys
import time
from collections.abc import Callable
from typing import NamedTuple

import torch

from bench.report import machine

RESULTS = pathlib.Path(__file__).resolve().parent / "RESULTS.md"
SECONDS, RATE = 60, 44100
Act = Callable[[], object]


class Task(NamedTuple):
    """What is measured, and its goal as a share of the peer's time."""

    name: str
    ours: Act
    peer: str
    against: Act | None
    goal: float | None = None


def filters() -> list[Task]:
    """A minute of stereo, and ten seconds with gradients."""
    a, b = torch.tensor([[1.0, -0.5, 0.2]]), torch.tensor([[0.2, 0.1, 0.3]])
    minute = torch.randn(2, 1, SECONDS * RATE) * 0.3
    operator = torch.ops.torchaudio._lfilter

    def with_gradient(*wanted: str) -> tuple[Act, Act]:
        given = {"waveform": torch.randn(2, 1, 10 * RATE) * 0.3, "a": a.clone(), "b": b.clone()}
        plain = tuple(given.values())
        tracked = tuple(
            tensor.clone().requires_grad_(name in wanted) for name, tensor in given.items()
        )
        output = operator(*tracked)
        slope = torch.randn_like(output)
        inputs = [tensor for tensor in tracked if tensor.requires_grad]
        return lambda: torch.autograd.grad(
            output, inputs, slope, retain_graph=True
        ), lambda: operator(*plain)

    waveform, waveform_forward = with_gradient("waveform")
    everything, everything_forward = with_gradient("waveform", "a", "b")
    arrays = [tensor.numpy() for tensor in (b[0], a[0], minute)]

    def scipys() -> object:
        from scipy import signal

        return signal.lfilter(*arrays)

    return [
        Task(
            "lfilter, a minute of stereo",
            lambda: operator(minute, a, b),
            "scipy.signal.lfilter",
            scipys,
            1.5,
        ),
        Task(
            "lfilter, 10 s, backward to the waveform",
            waveform,
            "its forward",
            waveform_forward,
            3.0,
        ),
        Task(
            "lfilter, 10 s, backward to waveform and coefficients",
            everything,
            "its forward",
            everything_forward,
            3.0,
        ),
        _real("lfilter, a minute of stereo", lambda: operator(minute, a, b)),
    ]


def losses() -> list[Task]:
    """A batch of 4, 200 frames, 50 labels, 500 classes."""
    logits = torch.randn(4, 200, 51, 500).requires_grad_()
    targets = torch.randint(0, 499, (4, 50), dtype=torch.int32)
    lengths = torch.full((4,), 200, dtype=torch.int32), torch.full((4,), 50, dtype=torch.int32)

    def forward() -> torch.Tensor:
        costs: torch.Tensor = torch.ops.torchaudio.rnnt_loss(
            logits, targets, *lengths, 499, -1.0, True
        )[0].mean()
        return costs

    def both() -> None:
        logits.grad = None
        forward().backward()

    plain = logits.detach()
    return [
        Task(
            "rnnt_loss (4, 200, 51, 500), forward and backward",
            both,
            "log_softmax",
            lambda: plain.log_softmax(-1),
            10.0,
        ),
        _real("rnnt_loss (4, 200, 51, 500), forward and backward", both),
    ]


def alignments() -> list[Task]:
    """3,000 frames, 400 labels, 50 classes."""
    log_probs = torch.randn(1, 3000, 50).log_softmax(-1)
    targets = torch.randint(1, 50, (1, 400), dtype=torch.int32)
    lengths = torch.tensor([3000]), torch.tensor([400])
    return [
        _real(
            "forced_align, 3,000 frames, 400 labels",
            lambda: torch.ops.torchaudio.forced_align(log_probs, targets, *lengths, 0),
            6.0,
        )
    ]


def overdrives() -> list[Task]:
    """A minute of stereo, which torchaudio's own Python loop takes minutes for."""
    waveform = torch.randn(2, SECONDS * RATE) * 0.3
    state = torch.zeros(2)
    output = torch.empty_like(waveform)

    def act() -> object:
        return torch.ops.torchaudio._overdrive_core_loop(
            waveform, waveform, state.clone(), state.clone(), output
        )

    return [_real("overdrive's loop, a minute of stereo", act)]


def _real(name: str, ours: Act, goal: float | None = None) -> Task:
    return Task(name, ours, "the compiled one", None, goal)


def tasks() -> list[Task]:
    """All of them, in order."""
    return [*filters(), *losses(), *alignments(), *overdrives()]


def least(act: Act, rounds: int) -> float:
    """Return the least of the processor's seconds."""
    return min(_once(act) for _ in range(rounds))


def _once(act: Act) -> float:
    start = time.process_time()
    act()
    return time.process_time() - start


def compiled(python: str, rounds: int) -> dict[str, float]:
    """Measure the tasks that a real torchaudio is the peer of, in its environment."""
    root = str(pathlib.Path(__file__).resolve().parents[2])
    command = [python, "-m", "bench.operators.speed", "--measure-compiled", "--rounds", str(rounds)]
    done = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def measured(rounds: int, real: str) -> list[tuple[Task, float, float | None]]:
    """Return each task with our seconds and its peer's, ``None`` where there is no peer here."""
    from compat import operators

    before = compiled(real, rounds) if real else {}
    operators.register("2.8.0")
    found: list[tuple[Task, float, float | None]] = []
    for task in tasks():
        task.ours()
        ours, peer = float("inf"), float("inf")
        for _ in range(rounds):
            ours = min(ours, _once(task.ours))
            if task.against is not None:
                peer = min(peer, _once(task.against))
        found.append((task, ours, None if task.against is None else peer))
    after = compiled(real, rounds) if real else {}
    return [
        (
            task,
            ours,
            peer
            if task.against
            else min(before[task.name], after[task.name])
            if task.name in before
            else None,
        )
        for task, ours, peer in found
    ]


def page(rows: list[tuple[Task, float, float | None]]) -> str:
    """Return the table as Markdown."""
    lines = ["| task | ours | peer | ours ÷ peer | goal |", "|---|---|---|---|---|"]
    for task, ours, peer in rows:
        ratio = f"{ours / peer:.2f}" if peer else "not here"
        goal = (
            f"≤ {task.goal:g}" + (", missed" if peer and ours / peer > task.goal else "")
            if task.goal
            else ""
        )
        told = f"{task.peer}, {peer * 1e3:.1f} ms" if peer else task.peer
        lines.append(f"| {task.name} | {ours * 1e3:.1f} ms | {told} | {ratio} | {goal} |")
    return "\n".join(lines)


def main() -> int:
    """Measure, print, and write the page where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--real",
        default="",
        metavar="PYTHON",
        help="of an environment whose torchaudio loads its compiled part",
    )
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--write", action="store_true", help=f"to {RESULTS.name} beside this file")
    parser.add_argument("--measure-compiled", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    if given.measure_compiled:
        import torchaudio  # noqa: F401 - defines the operators

        print(
            json.dumps(
                {
                    task.name: least(task.ours, given.rounds)
                    for task in tasks()
                    if task.against is None
                }
            )
        )
        return 0
    table = page(measured(given.rounds, given.real))
    print(table)
    if given.write:
        notes = (RESULTS.parent / "NOTES.md").read_text().strip()
        head = f"# Results\n\nMade by `python -m bench.operators.speed --real PYTHON --write`. On {machine()}.\n"
        RESULTS.write_text(f"{head}\n{table}\n\n{notes}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
