"""``python -m bench.operators.imports --real PYTHON``: what a rescued import of torchaudio costs beside a healthy one.

PYTHON is that of an environment whose torchaudio loads (``make operators-bench`` makes one in ``.real``).
Both sides run there, in turn, each in a process of its own: ``compat.install()`` over the torchaudio of the
environment, and over a copy of it whose compiled files are cut off. Processor time of the call alone.
"""

from __future__ import annotations

import argparse
import compileall
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
_MEASURE = """
import time, warnings
warnings.simplefilter("ignore")
import torch, compat
compat.release()
start = time.process_time()
torchaudio = compat.install("2.8")
print(time.process_time() - start, torchaudio.__file__)
"""


def broken_copy(python: str, folder: pathlib.Path) -> pathlib.Path:
    """Copy the environment's torchaudio and torio into a folder, with every compiled file cut off."""
    found = subprocess.run(
        [python, "-c", "import importlib.util as u; print(u.find_spec('torchaudio').origin)"],
        capture_output=True,
        text=True,
        check=True,
    )
    site = pathlib.Path(found.stdout.strip()).parents[1]
    for package in ("torchaudio", "torio"):
        shutil.copytree(site / package, folder / package)
    for library in folder.rglob("*.so"):
        library.write_bytes(library.read_bytes()[:4096])
    compileall.compile_dir(folder, quiet=1, workers=1)
    subprocess.run(
        [
            python,
            "-m",
            "compileall",
            "-q",
            str(folder),
            str(ROOT / "compat"),
            str(ROOT / "dispatcher"),
        ],
        check=True,
    )
    return folder


def once(python: str, *path: pathlib.Path) -> float:
    """Return the seconds of processor time that ``compat.install()`` takes in a new process."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (ROOT, *path)))}
    done = subprocess.run(
        [python, "-c", _MEASURE], env=environment, capture_output=True, text=True, check=True
    )
    seconds, where = done.stdout.split()
    assert not path or where.startswith(str(path[0])), where
    return float(seconds)


def main() -> int:
    """Measure in turn, and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--real", required=True, metavar="PYTHON")
    parser.add_argument("--rounds", type=int, default=15)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        broken = broken_copy(given.real, pathlib.Path(folder))
        pairs = [(once(given.real), once(given.real, broken)) for _ in range(given.rounds)]
    healthy, rescued = (statistics.median(side) * 1e3 for side in zip(*pairs, strict=True))
    apart = statistics.median(there - here for here, there in pairs) * 1e3
    print(
        f"healthy {healthy:.0f} ms, rescued {rescued:.0f} ms; pair by pair {apart:.0f} ms more (goal: at most 50)"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
