"""Every file comes back exactly once, whatever dies on the way."""

import dataclasses
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator

import pytest

from compat.audit.engines import EngineError, dask
from compat.audit.engines.dask import DaskEngine
from compat.audit.engines.local import LocalEngine
from compat.audit.items import Item
from tests.audit.tasks import Echo, SlowlyBorn, Stillborn
from tests.conftest import ROOT
from tests.tables import table

FILES = [Item(f"{number}.wav") for number in range(300)]
PATHS = sorted(item.path for item in FILES)


# options, files, and the beginnings of what is said of those that cannot be read
@table("options, items, said", {
    "all": ({}, FILES, []),
    "none": ({}, [], []),
    "some end their process": (
        {}, [*FILES[:100], Item("abort.wav"), Item("exit.wav"), *FILES[100:], Item("abort2.wav")],
        [
            "abort.wav: the process crashed while it read the file (SIGABRT)",
            "abort2.wav: the process crashed while it read the file (SIGABRT)",
            "exit.wav: the process crashed while it read the file (exit status 3)",
        ],
    ),
    "one hangs": (
        {"time_limit": 1.0}, [*FILES[:20], Item("hang.wav"), *FILES[20:40]], ["hang.wav: reading the file took more than 1 s"],
    ),
})  # fmt: skip
def test_local_processes_give_every_file_once(options: dict[str, float], items: list[Item], said: list[str]) -> None:
    found = sorted(LocalEngine(2, **options).run(Echo(), items))
    assert [text for text in found if ": " not in text] == sorted(item.path for item in items if item in FILES)
    bad = [text for text in found if ": " in text]
    assert [text[: len(start)] for text, start in zip(bad, said, strict=True)] == said


def test_who_takes_the_outcomes_slowly_has_no_file_blamed_for_it() -> None:
    found = []
    for path in LocalEngine(3, time_limit=0.5).run(Echo(0.1), FILES[:6]):
        time.sleep(0.7)
        found.append(path)
    assert sorted(found) == sorted(item.path for item in FILES[:6])


@table(
    "task, items, says",
    {
        "a failure of the task itself": (Echo(), [*FILES[:30], Item("bug.wav")], r"bug\.wav: KeyError: 'mine'"),
        "workers that do not come up": (
            Stillborn(),
            FILES,
            r"5 workers in a row ended before they read a file \(exit status 7\); is there enough memory",
        ),
    },
)
def test_what_ends_the_run_and_all_processes(task: Echo, items: list[Item], says: str) -> None:
    with pytest.raises(EngineError, match=says):
        list(LocalEngine(2).run(task, items))


def test_some_workers_that_do_not_come_up_end_nothing(tmp_path: pathlib.Path) -> None:
    """Memory may be short for a moment, and thousands of files wait."""
    assert sorted(LocalEngine(1).run(SlowlyBorn(folder=str(tmp_path), ends=3), FILES)) == PATHS
    assert len(list(tmp_path.glob("ended-*"))) == 3


def test_closing_the_run_ends_the_processes() -> None:
    rows = LocalEngine(2).run(Echo(0.01), FILES)
    next(rows)
    begun = time.monotonic()
    rows.close()  # type: ignore[attr-defined]
    assert time.monotonic() - begun < 5


# Dask


@dataclasses.dataclass
class Cluster:
    """A scheduler's address, and two workers."""

    address: str
    workers: list[subprocess.Popen[bytes]]


@pytest.fixture
def cluster(tmp_path: pathlib.Path) -> Iterator[Cluster]:
    """Start a scheduler and two workers, each a process of its own, without the nanny that would start a worker again."""
    from distributed import Client

    processes = []

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        command, environment = [sys.executable, "-m", "dask", *arguments], {**os.environ, "PYTHONPATH": str(ROOT)}
        processes.append(subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        return processes[-1]

    file = tmp_path / "scheduler.json"
    start(
        "scheduler",
        *["--port", "0", "--host", "127.0.0.1", "--no-dashboard", "--dashboard-address", "127.0.0.1:0", "--scheduler-file"],
        str(file),
    )
    limit = time.monotonic() + 60
    while not (file.exists() and file.read_text()):
        assert time.monotonic() < limit, "the scheduler did not start"
        time.sleep(0.05)
    address = json.loads(file.read_text())["address"]
    worker = ("worker", address, *["--no-nanny", "--nthreads", "1", "--no-dashboard", "--death-timeout", "60"])
    made = Cluster(address, [start(*worker), start(*worker)])
    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
    yield made
    for process in processes:
        process.kill()
        process.wait()


def test_a_worker_that_is_killed_midway_loses_nothing_and_repeats_nothing(cluster: Cluster) -> None:
    found, notes = [], []
    for path in DaskEngine(cluster.address, note=notes.append).run(Echo(0.005), FILES):
        found.append(path)
        if len(found) == 40:
            cluster.workers[0].send_signal(signal.SIGKILL)
    assert cluster.workers[0].wait() == -signal.SIGKILL
    assert cluster.workers[1].poll() is None
    assert sorted(found) == PATHS
    assert [note.partition(", ")[0] for note in notes] == [f"Dask at {cluster.address}: 2 workers"]


def test_the_dashboard_is_named_and_answers() -> None:
    notes: list[str] = []
    rows = DaskEngine("local[1]", note=notes.append).run(Echo(), FILES[:3])
    next(rows)
    found = re.fullmatch(r"Dask at tcp://\S+: 1 worker, dashboard at (http://127\.0\.0\.1:\d+/status)", notes[0])
    assert found, notes
    with urllib.request.urlopen(found[1], timeout=30) as answer:
        assert answer.status == 200
    rows.close()  # type: ignore[attr-defined]


def test_workers_that_are_all_gone(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask, "_LOOK_SECONDS", 0.3)
    told: list[str] = []
    rows = DaskEngine(cluster.address, patience=1, tell=told.append).run(Echo(0.005), FILES)
    found = [next(rows)]
    for worker in cluster.workers:
        worker.kill()
    with pytest.raises(EngineError, match=r"has had no worker for 1 s\. Run the command again to continue"):
        found.extend(rows)
    assert len(found) == len(set(found)) < len(FILES)
    assert any("has no worker; waiting for one" in text for text in told)


def test_a_file_that_ends_every_worker_is_named() -> None:
    """On a cluster of this machine, whose workers are started again."""
    from dask import config

    items = [*FILES[:20], Item("abort.wav"), *FILES[20:40]]
    with config.set({"distributed.scheduler.allowed-failures": 0}):
        found = list(DaskEngine("local[2]").run(Echo(), items))
    assert sorted(path for path in found if ": " not in path) == sorted(item.path for item in items if "abort" not in item.path)
    assert [path for path in found if ": " in path] == ["abort.wav: every worker that read it died"]
