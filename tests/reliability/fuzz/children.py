"""Running mutations in processes that may die, under limits of time, memory, growth and open files."""

import collections
import dataclasses
import faulthandler
import gc
import itertools
import json
import mmap
import os
import pathlib
import random
import resource
import select
import signal
import struct
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from tests.reliability import process
from tests.reliability.fuzz import calls, limits, mutate

SECONDS = 5.0  # of one call
_WALL_SECONDS = 30.0  # of one call that waits for something, on a machine that may be busy
_MEMORY = 1 << 30  # bytes of address space beside what the process has at its start
_WARM_UP = 300
_STATE = struct.Struct("qqdd")  # mutation, call, and when it began: by the wall clock and by the process' own
_NO_CALL = -1


# An outcome that is not allowed
Finding = collections.namedtuple("Finding", "backend index call kind detail name", defaults=("",))


@dataclasses.dataclass
class Report:
    """What a run over some mutations of one backend gave."""

    backend: str
    mutations: int = 0
    outcomes: Counter[str] = dataclasses.field(default_factory=Counter)
    findings: list[Finding] = dataclasses.field(default_factory=list)
    slowest: float = 0.0
    slowest_at: tuple[int, str, str] = (-1, "", "")  # mutation, name, call
    growth: float = 0.0  # the largest of a whole child's, in bytes of heap per mutation after the warm-up


def _run(
    ways: Any, backend: str, files: Mapping[str, bytes], seed: int, indices: range, until: float, state: mmap.mmap, out: int, folder: str
) -> None:
    """In the child: read every mutation in all ways, and tell of each what came of it."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    warnings.simplefilter("ignore")
    faulthandler.disable()
    limit = process.address_space() + _MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    gc.freeze()  # what the parent has left for the collector is not ended here, where its threads are gone
    before, number = process.open_files(), 0
    heap: dict[int, int] = {}  # by the number of mutations
    for number, index in enumerate(indices):
        if time.monotonic() > until:
            break
        found = _mutation(ways)(files, seed, index)
        path = pathlib.Path(folder, found.name)
        path.write_bytes(found.data)
        made = ways.of(backend, str(path), found.data, random.Random(f"{seed}/{index}/calls"))
        told = {"index": index, "name": found.name, "calls": _made(made, index, state)}
        state[:] = _STATE.pack(index + 1, _NO_CALL, time.monotonic(), time.process_time())
        path.unlink()
        if number in (_WARM_UP, (_WARM_UP + len(indices)) // 2):
            heap[number] = _settled()
        os.write(out, json.dumps(told).encode() + b"\n")
    if heap:  # a short run has no warm-up, and need not wait for the collector
        heap[number] = _settled()
    last = {"files": process.open_files() - before, "growth": _growth(heap)}
    os.write(out, json.dumps(last).encode() + b"\n")
    os._exit(0)


def _made(made: Iterator[calls.Call], index: int, state: mmap.mmap) -> list[tuple[str, str, str, float]]:
    """Name, kind of outcome, detail and processor time of each call; nothing of what they gave is kept."""
    told = []
    for which, call in enumerate(made):
        began = time.process_time()
        state[:] = _STATE.pack(index, which, time.monotonic(), began)
        told.append((call.name, *calls.outcome(call), time.process_time() - began))
    return told


def _mutation(ways: Any) -> Any:
    """What makes a file of a number: damage to its bytes, unless the ways of reading bring their own."""
    return getattr(ways, "mutation", mutate.mutation)


def _growth(heap: Mapping[int, int]) -> float:
    """Bytes for each mutation, by the half that took fewer: what is allocated once is in one of the two, a leak in both."""
    steps = itertools.pairwise(sorted(heap.items()))
    return min(((after - before) / (last - first) for (first, before), (last, after) in steps), default=0.0)


def _settled() -> int:
    """Bytes in use once Python's own garbage is gone."""
    gc.collect()
    return process.heap()


def _too_long(pid: int, state: mmap.mmap, ran: float) -> bool:
    """Whether a call, or what is between two, takes too much processor time or waits too long, given when the child last ran.

    A child that gets no processor on a busy machine does not wait for anything.
    """
    _, _, wall, cpu = _STATE.unpack(state[:])
    return process.cpu_seconds(pid) - cpu > SECONDS or time.monotonic() - max(wall, ran) > _WALL_SECONDS


def _child(ways: Any, files: Mapping[str, bytes], seed: int, indices: range, until: float, report: Report, folder: str) -> int:
    """Run one child over some mutations, with its files in a folder; give the first that it did not get to."""
    state = mmap.mmap(-1, _STATE.size)
    state[:] = _STATE.pack(indices.start, _NO_CALL, time.monotonic(), 0.0)
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        try:
            _run(ways, report.backend, files, seed, indices, until, state, write, folder)
        finally:
            os._exit(99)
    os.close(write)
    hung, text, ran = False, b"", 0.0
    while True:
        ran = time.monotonic() if process.runs(pid) else ran
        ready, _, _ = select.select([read], [], [], 0.2)
        if ready:
            data = os.read(read, 1 << 16)
            if not data:
                break
            text += data
            *lines, text = text.split(b"\n")
            for line in lines:
                _take(json.loads(line), report)
        elif not hung and _too_long(pid, state, ran):
            hung = True
            os.kill(pid, signal.SIGKILL)
    os.close(read)
    _, status = os.waitpid(pid, 0)
    index, call, *_ = _STATE.unpack(state[:])
    if status == 0:
        return indices.stop
    name = ways.NAMES[call] if call >= 0 else "between calls"
    kind = "hang" if hung else f"crash ({_death(status)})"
    report.findings.append(Finding(report.backend, index, name, kind, "", _mutation(ways)(files, seed, index).name))
    report.mutations += 1
    return int(index) + 1


def _death(status: int) -> str:
    if os.WIFSIGNALED(status):
        return signal.Signals(os.WTERMSIG(status)).name
    return f"exit {os.waitstatus_to_exitcode(status)}"


def _take(told: dict[str, object], report: Report) -> None:
    """Count what a child told of one mutation, or at its end."""
    if "files" in told:
        report.growth = max(report.growth, float(told["growth"]))  # type: ignore[arg-type]
        if told["files"]:
            report.findings.append(Finding(report.backend, -1, "", "open files", f"{told['files']} more than before"))
        return
    report.mutations += 1
    for call, kind, detail, seconds in told["calls"]:  # type: ignore[attr-defined]
        report.outcomes[kind] += 1
        if seconds > report.slowest:
            report.slowest, report.slowest_at = seconds, (told["index"], told["name"], call)  # type: ignore[assignment]
        if kind not in ("value", "error"):
            report.findings.append(Finding(report.backend, told["index"], call, kind, detail, told["name"]))  # type: ignore[arg-type]


def run(
    backend: str, files: Mapping[str, bytes], seed: int, indices: range, batch: int = 2000, until: float = float("inf"), ways: Any = calls
) -> Report:
    """Read mutations by number, a new child for every ``batch`` of them, until they are done or the clock says ``until``.

    ``ways`` is the module whose calls are made: ``calls``, ``pieces`` or ``structure``.
    """
    report = Report(backend)
    for begin, end in _batches(indices, batch):
        at = begin
        while at < end and time.monotonic() < until:
            with tempfile.TemporaryDirectory(dir=process.memory_folder()) as folder:
                at = _child(ways, files, seed, range(at, end), until, report, folder)
    if report.growth > limits.GROWTH[backend] * len(ways.NAMES) / len(calls.NAMES):
        report.findings.append(Finding(backend, indices.start, "", "growth", f"{report.growth:.0f} bytes for each mutation"))
    return report


def _batches(indices: range, batch: int) -> Iterator[tuple[int, int]]:
    for begin in range(indices.start, indices.stop, batch):
        yield begin, min(begin + batch, indices.stop)
