"""Running mutations in processes that may die, under limits of time, memory, growth and open files."""

import collections
import dataclasses
import faulthandler
import gc
import itertools
import json
import os
import pathlib
import random
import resource
import signal
import tempfile
import warnings
from collections import Counter
from collections.abc import Mapping

from tests.reliability import process
from tests.reliability.fuzz import limits, readings
from tests.reliability.fuzz.corpora import Corpus

SECONDS = 5.0  # of processor time, of one call
_WALL_SECONDS = 120.0  # of one call that waits for something, on a machine that may be busy
_MEMORY = 1 << 30  # bytes of address space beside what the process has at its start
_WARM_UP = 300
_BATCH = 2000


# An outcome that is not allowed
Finding = collections.namedtuple("Finding", "backend index call kind detail name", defaults=("",))


@dataclasses.dataclass
class Report:
    """What a run over some mutations of one backend gave."""

    backend: str
    mutations: int = 0
    outcomes: Counter[str] = dataclasses.field(default_factory=Counter)
    findings: list[Finding] = dataclasses.field(default_factory=list)
    growth: float = 0.0  # the largest of a whole child's, in bytes of heap per mutation after the warm-up


def _work(corpus: Corpus, backend: str, files: Mapping[str, bytes], seed: int, indices: range, folder: str, out: int) -> None:
    """In the child: read every mutation in all ways, and tell what came of it, a line of JSON at a time."""

    def tell(*told: object) -> None:
        """Begin to count time anew as well: the system ends the process where that is up."""
        os.write(out, json.dumps(told).encode() + b"\n")
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        signal.setitimer(signal.ITIMER_REAL, _WALL_SECONDS)

    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    warnings.simplefilter("ignore")
    faulthandler.disable()
    pages = int(pathlib.Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + _MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    gc.freeze()  # what the parent has left for the collector is not ended here, where its threads are gone
    before, number = process.open_files(), 0
    heap: dict[int, int] = {}  # by the number of mutations
    for number, index in enumerate(indices):
        found = corpus.mutation(files, seed, index)
        path = pathlib.Path(folder, found.name)
        path.write_bytes(found.data)
        tell("file", index, found.name)
        for call in corpus.read(backend, str(path), found.data, random.Random(f"{seed}/{index}/calls")):
            tell("call", call.name)
            tell("came", *readings.outcome(call))
        path.unlink()
        if number in (_WARM_UP, (_WARM_UP + len(indices)) // 2):
            heap[number] = _settled()
    if heap:  # a short run has no warm-up, and need not wait for the collector
        heap[number] = _settled()
    tell("end", process.open_files() - before, growth(heap))


def growth(heap: Mapping[int, int]) -> float:
    """Bytes for each mutation, by the half that took fewer: what is allocated once is in one of the two, a leak in both."""
    steps = itertools.pairwise(sorted(heap.items()))
    return min(((after - before) / (last - first) for (first, before), (last, after) in steps), default=0.0)


def _settled() -> int:
    """Bytes in use once Python's own garbage is gone."""
    gc.collect()
    return process.heap()


def _child(corpus: Corpus, files: Mapping[str, bytes], seed: int, indices: range, report: Report) -> int:
    """Run one child over some mutations; give the first that it did not get to."""
    read, write = os.pipe()
    with tempfile.TemporaryDirectory() as folder:
        pid = process.child(lambda: _work(corpus, report.backend, files, seed, indices, folder, write))
        os.close(write)
        index, name, call, between = indices.start, "", "", "between calls"
        with os.fdopen(read) as lines:
            for what, *told in map(json.loads, lines):
                if what == "file":
                    (index, name), call = told, between
                    report.mutations += 1
                elif what == "call":
                    (call,) = told
                elif what == "came":
                    kind, detail = told
                    report.outcomes[kind] += 1
                    if kind not in ("value", "error"):
                        report.findings.append(Finding(report.backend, index, call, kind, detail, name))
                    call = between
                else:
                    report.growth = max(report.growth, told[1])
                    if told[0]:
                        report.findings.append(Finding(report.backend, -1, "", "open files", f"{told[0]} more than before"))
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if status == 0:
        return indices.stop
    how = signal.Signals(-status).name if status < 0 else f"exit {status}"
    kind = "hang" if how in ("SIGPROF", "SIGALRM") else f"crash ({how})"
    report.findings.append(Finding(report.backend, index, call, kind, "", name))
    return index + 1


def run(corpus: Corpus, backend: str, files: Mapping[str, bytes], seed: int, indices: range) -> Report:
    report = Report(backend)
    for begin in range(indices.start, indices.stop, _BATCH):
        at, end = begin, min(begin + _BATCH, indices.stop)
        while at < end:
            at = _child(corpus, files, seed, range(at, end), report)
    if report.growth > limits.GROWTH[backend] * corpus.calls / 5:
        report.findings.append(Finding(backend, indices.start, "", "growth", f"{report.growth:.0f} bytes for each mutation"))
    return report
