"""A data loader's workers, forked and spawned, after the parent has decoded: no hang, no wrong sample."""

import time
import warnings
from typing import Any

import torch
from torch.utils.data import DataLoader, Dataset

import dispatcher
from tests.conftest import ASSETS

_READ = ("stereo_s16.wav", "stereo_16.flac", "stereo_cbr.mp3", "stereo.vorbis.ogg")
_SECONDS = 120


class Files(Dataset[tuple[int, torch.Tensor]]):
    """Every file through every backend."""

    def __init__(self, size: int) -> None:
        self.size = size

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, index: int) -> tuple[int, torch.Tensor]:
        names = dispatcher.list_audio_backends()
        waveform, _ = dispatcher.load(str(ASSETS / _READ[index % len(_READ)]), backend=names[index // len(_READ) % len(names)])
        return index, waveform


def _alone(batch: list[Any]) -> Any:
    return batch[0]


def run(method: str, rounds: int, workers: int = 8, size: int = 24) -> tuple[int, list[str], float]:
    """How many samples came, what was wrong, and the seconds of the slowest round."""
    warnings.simplefilter("ignore")
    files = Files(size)
    # big enough for torch to copy with threads of its own, which a fork leaves behind
    torch.rand(2, 1 << 20).t().contiguous()
    expected = [files[index][1] for index in range(size)]
    came, wrong, slowest = 0, [], 0.0
    for number in range(rounds):
        began = time.monotonic()
        loader = DataLoader(files, batch_size=1, num_workers=workers, multiprocessing_context=method, collate_fn=_alone, timeout=_SECONDS)
        try:
            for index, waveform in loader:
                came += 1
                if not torch.equal(waveform, expected[index]):
                    wrong.append(f"round {number}, sample {index}")
        except RuntimeError as why:
            wrong.append(f"round {number}: {why}")
        slowest = max(slowest, time.monotonic() - began)
    return came, wrong, slowest
