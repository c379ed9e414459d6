"""What a process of its own costs: imports, and memory."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from bench import files
from bench.conftest import Race

pytestmark = pytest.mark.benchmark(timer=time.perf_counter)  # it takes other processors, too

# the high-water mark of getrusage is that of the parent, if it was higher before the child's own program began; this one is not
_PEAK = """
import re, sys, dispatcher, torch
backend, path, short = sys.argv[1:]
def kilobytes(name):
    return int(re.search(name + r":\\s*(\\d+)", open("/proc/self/status").read())[1])
dispatcher.load(short, backend=backend)
open("/proc/self/clear_refs", "w").write("5")
before = kilobytes("VmRSS")
waveform = dispatcher.load(path, backend=backend)[0]
print((kilobytes("VmHWM") - before) * 1024 / (waveform.numel() * 4))
"""


def _python(code: str, *arguments: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.parametrize(
    "task",
    [
        "import compat",
        "import compat; compat.install('2.2')",
        "import compat; compat.install('2.0')",
    ],
)
def test_start(race: Race, task: str) -> None:
    race(f"python -c {task!r}", lambda: _python(task), {"itself, bare Python": lambda: _python("")})


@pytest.mark.parametrize("extension", ["wav", "flac", "mp3", "ogg", "m4a"])
@pytest.mark.parametrize("backend", ["ffmpeg", "soundfile", "sox"])
def test_memory(benchmark: object, extension: str, backend: str) -> None:
    if extension == "m4a" and backend != "ffmpeg":
        pytest.skip("only FFmpeg reads m4a")
    long, short = files.minute(extension, 300), files.minute(extension, 1)
    benchmark.pedantic(lambda: None, rounds=1)  # type: ignore[attr-defined]
    try:
        peak = float(_python(_PEAK, backend, long, short))
    except subprocess.CalledProcessError:
        pytest.skip(f"{backend} does not work here")
    benchmark.extra_info.update(
        task=f"peak memory of five minutes of {extension}, {backend}", peak=peak
    )  # type: ignore[attr-defined]
