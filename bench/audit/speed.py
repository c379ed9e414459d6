"""``python -m bench.audit.speed``: the audit against the bare decoding of both sides, on one core, on two, and on Dask.

The peer is a loop that loads every file as both releases do and throws the samples away. Each variant runs in turn, and the
minimum of the rounds counts. CPU seconds (of a process and all it started) tell what it costs on one core even on a busy machine;
what two processes bring needs the wall, so those ratios mean something on a quiet machine only, and the table says how busy it was.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from bench.adoption import adopt
from tests.audit import planted

ROOT = pathlib.Path(__file__).resolve().parents[2]
RESULTS = pathlib.Path(__file__).resolve().parent / "RESULTS.md"
OLD, NEW = "2.0", "2.2"
_ONE_CORE = 3  # variants of which the CPU seconds are told

# loads what the audit compares, in one process, and tells how long that took; imports do not count
_BARE = """
import json, os, sys, time, warnings
import compat
warnings.simplefilter("ignore")
old, new = compat.standin(sys.argv[1]), compat.standin(sys.argv[2])
root = sys.argv[3]
paths = [os.path.join(folder, name) for folder, _, names in sorted(os.walk(root + "/old")) for name in sorted(names)]
old.load(paths[0]), new.load(paths[0])
begun, cpu = time.perf_counter(), time.process_time()
for path in paths:
    for torchaudio, own in ((old, path), (new, root + "/new" + path[len(root) + 4:])):
        try:
            torchaudio.load(own)
        except Exception:
            pass
print(json.dumps([time.perf_counter() - begun, time.process_time() - cpu]))
"""


class Cost(NamedTuple):
    """What a variant took."""

    wall: float
    cpu: float


def environment() -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {
        **own,
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


def bare(root: pathlib.Path) -> Cost:
    """The decoding of both sides alone."""
    command = [sys.executable, "-c", _BARE, OLD, NEW, str(root)]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=True)
    return Cost(*json.loads(done.stdout.splitlines()[-1]))


def audit(root: pathlib.Path, *options: str, status: int = 2) -> Cost:
    """A whole run of the command, from its start to its end."""
    with tempfile.TemporaryDirectory() as folder:
        before, others = children(), living()
        begun = time.perf_counter()
        command = [
            sys.executable, "-m", "compat.audit", "--from", OLD, "--to", NEW, str(root / "old"), "--against", str(root / "new"),
            "--results", f"{folder}/audit.jsonl", "--quiet", *options,
        ]  # fmt: skip
        done = subprocess.run(
            command, env=environment(), capture_output=True, text=True, check=False
        )
        wall = time.perf_counter() - begun
        assert done.returncode == status, done.stderr
        for child in (
            living() - others
        ):  # the process that workers are forked from ends a moment after its parent, and comes to us
            os.waitpid(child, 0)
        return Cost(wall, children() - before)


def living() -> set[int]:
    """The processes that are our children now; a cluster leaves one that stays."""
    return {
        int(number)
        for number in pathlib.Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    }


def children() -> float:
    """CPU seconds of all processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@contextlib.contextmanager
def cluster(workers: int) -> Iterator[str]:
    """A scheduler and workers of one thread each, ready for work."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None
    ) as made:
        yield made.scheduler_address


def on_dask(root: pathlib.Path, workers: int) -> Cost:
    """A run on a cluster that is there already; the CPU time of its workers is not ours to see."""
    with cluster(workers) as address, tempfile.TemporaryDirectory() as folder:
        options = ("--scheduler", address, "--results", f"{folder}/audit.jsonl", "--quiet")
        command = [
            sys.executable, "-m", "compat.audit", "--from", OLD, "--to", NEW, str(root / "old"), "--against", str(root / "new"), *options,
        ]  # fmt: skip
        for _ in range(2):  # the first run has the workers import and open what they need
            begun = time.perf_counter()
            done = subprocess.run(
                [*command, "--fresh"],
                env=environment(),
                capture_output=True,
                text=True,
                check=False,
            )
            wall = time.perf_counter() - begun
            assert done.returncode == 2, done.stderr
    return Cost(wall, float("nan"))


def measured(root: pathlib.Path, rounds: int, wide: int) -> dict[str, Cost]:
    """The minima of each variant; those that need the wall are run in the first ``wide`` rounds only."""
    variants: dict[str, Callable[[], Cost]] = {
        "decoding of both sides alone, one process": lambda: bare(root),
        "audit, one process": lambda: audit(root, "--jobs", "1"),
        "audit of one short file, one process": lambda: audit(
            root / "one", "--jobs", "1", status=0
        ),
        "audit, two processes": lambda: audit(root, "--jobs", "2"),
        "audit, one Dask worker": lambda: on_dask(root, 1),
        "audit, two Dask workers": lambda: on_dask(root, 2),
    }
    found: dict[str, list[Cost]] = {name: [] for name in variants}
    for number in range(rounds):
        for place, (name, run) in enumerate(variants.items()):
            if place >= _ONE_CORE and number >= wide:
                continue
            found[name].append(run())
            print(f"round {number + 1}: {name}: {found[name][-1]}", file=sys.stderr, flush=True)
    return {
        name: Cost(min(cost.wall for cost in costs), min(cost.cpu for cost in costs))
        for name, costs in found.items()
    }


def table(
    costs: dict[str, Cost], files: int, seconds: float, rounds: str, load: tuple[float, float]
) -> str:
    """The results, as a page."""
    alone, one, start, two, dask, dask_two = costs.values()
    rows = "\n".join(
        f"| {name} | {cost.wall:.2f} | {'' if cost.cpu != cost.cpu else f'{cost.cpu:.2f}'} | {files / cost.wall:.0f} |"
        for name, cost in costs.items()
    )
    each = (one.cpu - start.cpu) / files
    total, machines, cores = 10_000_000, 100, 16
    hours = total * each / (machines * cores) / 3600
    return f"""# The audit's speed

Made by `python -m bench.audit.speed`: {files} files of {seconds:g} to {2 * seconds:g} seconds in ten formats (`tests/audit/planted.py`), a quarter of them with a
difference planted, {OLD} against {NEW}; the minimum of {rounds}, on two cores with a load of {load[0]:.1f} before and {load[1]:.1f} after. A load of more than 2
means that others worked on the same cores: then only the CPU seconds tell anything.

| | wall s | CPU s | files a second |
|---|---|---|---|
{rows}

- One core: the audit's throughput is {alone.cpu / one.cpu:.0%} of what decoding both sides alone costs (CPU; goal 80 %). The start of the
  command, its processes and both sides, {start.cpu:.2f} s, is the audit's alone here; without it the share is {alone.cpu / (one.cpu - start.cpu):.0%}.
- Two processes: {one.wall / two.wall:.2f} x the files a second of one (wall; goal 1.7).
- Two Dask workers: {dask.wall / dask_two.wall:.2f} x one (wall).

## 10 million files on 100 machines

One file of this set took {1000 * each:.1f} ms of CPU, both sides and the comparison without the start, so {total:,} files are {total * each / 3600:,.0f}
core-hours. On {machines} machines of {cores} cores: {total:,} x {each:.4f} s / ({machines} x {cores}) = {total * each / machines / cores:,.0f} s, {hours:.2f} h, if
decoding is all. What else may bound it:

- Longer files: the time goes with the sound; files of a minute are about seven times as much.
- Storage: files of 500 kB are 5 TB, 50 GB a machine; at 1 Gbit/s (125 MB/s) a machine that is {50e9 / 125e6 / 60:.0f} minutes, and more than the decoding.
- The scheduler: batches of 16 files are {total // 16:,} tasks; at the 1 ms or so that Dask's scheduler takes for one, {total / 16 / 1000 / 60:.0f} minutes, which is
  of the order of the decoding and runs beside it.
- The one process that writes rows: about 0.1 ms a row, {total * 1e-4 / 60:.0f} minutes beside the rest.
- Listing: 10,000 requests of 1,000 names each, 0.1 s a request, {10_000 * 0.1 / 60:.0f} minutes before the first file.
"""


def main() -> None:
    """Make the files, measure, print the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--wide-rounds",
        type=int,
        help="rounds of what runs on more than one core (as many as the others)",
    )
    parser.add_argument(
        "--set",
        type=pathlib.Path,
        help="where the files are kept from one run to the next; made where there are none",
    )
    parser.add_argument(
        "--seconds",
        type=float,
        default=6,
        help="length of the shortest sound; the longest is twice that, as in a corpus of speech",
    )
    parser.add_argument(
        "--write", action="store_true", help=f"also write {RESULTS.relative_to(ROOT)}"
    )
    arguments = parser.parse_args()
    adopt()
    with tempfile.TemporaryDirectory() as folder:
        root = arguments.set or pathlib.Path(folder)
        if not (root / "old").exists():
            planted.make(root, arguments.files, seconds=arguments.seconds)
        for side in ("old", "new"):
            planted.write(root / "one" / side / "one.wav", planted.sound(8000, 1, 1.0, 0), 8000)
        wide = arguments.rounds if arguments.wide_rounds is None else arguments.wide_rounds
        before = os.getloadavg()[0]
        costs = measured(root, arguments.rounds, wide)
        rounds = (
            f"{arguments.rounds} rounds"
            if wide == arguments.rounds
            else f"{arguments.rounds} rounds on one core and {wide} on more"
        )
        text = table(
            costs, arguments.files, arguments.seconds, rounds, (before, os.getloadavg()[0])
        )
    print(text)
    if arguments.write:
        RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
