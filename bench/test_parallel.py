"""Threads and worker processes that load short files."""

from __future__ import annotations

import concurrent.futures
import time

import pytest
import torch.utils.data

import dispatcher
from bench import files, peers
from bench.conftest import Race

pytestmark = pytest.mark.benchmark(timer=time.perf_counter)  # it takes other processors, too


class Recordings(torch.utils.data.Dataset):
    """Waveforms of files."""

    def __init__(self, paths: list[str], ours: bool) -> None:
        self.paths, self.ours = paths, ours

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int) -> torch.Tensor:
        path = self.paths[index]
        return (
            dispatcher.load(path)[0]
            if self.ours
            else torch.from_numpy(peers.fresh_soundfile(path).T)
        )


@pytest.mark.parametrize("threads", [1, 2, 4, 8])
@pytest.mark.parametrize("extension", ["flac", "mp3"])
def test_threads(race: Race, extension: str, threads: int) -> None:
    path = files.minute(extension, 10)

    def run(load: object) -> object:
        with concurrent.futures.ThreadPoolExecutor(threads) as pool:
            return list(pool.map(load, [path] * 16))

    race(
        f"16 times 10 s of {extension} in {threads} threads, none named",
        lambda: run(dispatcher.load),
        {
            "raw soundfile": lambda: run(peers.fresh_soundfile),
            "naive PyAV": lambda: run(peers.naive_pyav),
        },
    )


@pytest.mark.parametrize("workers", [0, 2])
def test_data_loader(race: Race, workers: int) -> None:
    paths = files.short(1000)

    def run(ours: bool) -> int:
        return sum(
            len(batch)
            for batch in torch.utils.data.DataLoader(
                Recordings(paths, ours), 50, num_workers=workers
            )
        )

    race(
        f"DataLoader over 1,000 wav files, {workers} workers, none named",
        lambda: run(True),
        {"raw soundfile": lambda: run(False)},
    )
