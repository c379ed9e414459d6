"""``python -m bench``: time our backends against the raw libraries, interleaved, and print ratios.

Each task runs ours and the peer in turn, one thread, and takes the minimum of the repeats: on a shared machine the minimum is
what the code costs, the rest is the neighbours.
"""

from __future__ import annotations

import argparse
import pathlib
import tempfile
import time
from collections.abc import Callable
from typing import NamedTuple

import av
import numpy as np
import soundfile
import torch

import compat
import dispatcher

RATE = 44100


class Task(NamedTuple):
    """What is timed, and against what."""

    name: str
    ours: Callable[[], object]
    peer: str
    theirs: Callable[[], object]


def naive_pyav(path: str) -> np.ndarray:
    """The loop that everybody writes first."""
    with av.open(path) as container:
        return np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)


def raw_soundfile(path: str) -> np.ndarray:
    """libsndfile into a ready buffer."""
    with soundfile.SoundFile(path) as file:
        out = np.empty((file.frames, file.channels), np.float32)
        return file.read(out=out)


def tasks(folder: pathlib.Path, seconds: int) -> list[Task]:
    """Every task, on files made here."""
    wave = torch.rand(2, RATE * seconds) - 0.5
    found = []
    for extension in ("wav", "flac", "mp3", "ogg", "m4a"):
        path = str(folder / f"x.{extension}")
        dispatcher.save(path, wave, RATE, backend="ffmpeg" if extension in ("wav", "m4a") else "soundfile")
        found.append(
            Task(
                f"load {extension}, ffmpeg", lambda p=path: dispatcher.load(p, backend="ffmpeg"), "naive PyAV", lambda p=path: naive_pyav(p)
            )
        )
        if extension != "m4a":
            found.append(
                Task(
                    f"load {extension}, soundfile",
                    lambda p=path: dispatcher.load(p, backend="soundfile"),
                    "raw soundfile",
                    lambda p=path: raw_soundfile(p),
                )
            )
    short = [str(folder / f"short{number}.wav") for number in range(50)]
    for path in short:
        dispatcher.save(path, wave[:, :RATE], RATE, backend="soundfile")
    found.append(
        Task(
            "50 files of 1 s, soundfile",
            lambda: [dispatcher.load(path, backend="soundfile") for path in short],
            "raw soundfile",
            lambda: [raw_soundfile(path) for path in short],
        )
    )
    old = compat.standin("2.0", backends=["soundfile"])
    found.append(
        Task(
            "50 files of 1 s, global soundfile of 2.0",
            lambda: [old.load(path) for path in short],
            "raw soundfile",
            lambda: [raw_soundfile(p) for p in short],
        )
    )
    target = str(folder / "saved.wav")
    found.append(
        Task(
            "save wav, soundfile",
            lambda: dispatcher.save(target, wave, RATE, backend="soundfile"),
            "raw soundfile",
            lambda: soundfile.write(target, wave.t().numpy(), RATE, subtype="FLOAT"),
        )
    )
    return found


def measure(task: Task, repeats: int) -> tuple[float, float]:
    """The least seconds of ours and of the peer."""
    best = [float("inf"), float("inf")]
    for _ in range(repeats):
        for index, act in enumerate((task.ours, task.theirs)):
            start = time.perf_counter()
            act()
            best[index] = min(best[index], time.perf_counter() - start)
    return best[0], best[1]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60, help="length of the long files")
    parser.add_argument("--repeats", type=int, default=7)
    given = parser.parse_args()
    torch.set_num_threads(1)
    print(f"{'task':42} {'ours ms':>9} {'peer ms':>9} {'ratio':>6}  peer")
    with tempfile.TemporaryDirectory() as folder:
        for task in tasks(pathlib.Path(folder), given.seconds):
            ours, theirs = measure(task, given.repeats)
            print(f"{task.name:42} {ours * 1e3:9.2f} {theirs * 1e3:9.2f} {ours / theirs:6.2f}  {task.peer}")


if __name__ == "__main__":
    main()
