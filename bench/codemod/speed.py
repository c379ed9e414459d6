"""How fast the codemod is beside its peers, on a tree of files from installed packages of which 2 % use torchaudio.

    python -m bench.codemod.speed [--files 10000] [--rounds 3] [--write]

CPU seconds of whole processes, children included, the tools interleaved so that a slow minute slows all of them. django-upgrade,
pyupgrade and ruff must be installed; pyupgrade writes, so it gets a copy of every tenth file and its time is multiplied by ten.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.adoption import adopt

RESULTS = Path(__file__).with_name("RESULTS.md")
PROGRAMS = (
    "\nimport torchaudio\n\n\ndef _read(path):\n    return torchaudio.load(filepath=path)\n",
    "\nimport torchaudio as ta\n\n\ndef _write(path, x):\n    ta.save(path, x, 16000, precision=16)\n    return ta.info(path)\n",
    "\nfrom torchaudio import transforms\n\n_mel = transforms.MelSpectrogram()\n",
    "\nfrom torchaudio.backend.common import AudioMetaData\n\n\ndef _seconds(meta: AudioMetaData):\n    return meta.num_frames\n",
)
SETTER = '\nimport torchaudio\n\ntorchaudio.set_audio_backend("sox_io")\n'


def sources() -> list[Path]:
    """Python files of the installed packages and of the standard library."""
    folders = [Path(sysconfig.get_path(name)) for name in ("purelib", "stdlib")]
    found = [path for folder in folders for path in sorted(folder.rglob("*.py"))]
    return [path for path in found if readable(path)]


def readable(path: Path) -> bool:
    try:
        data = path.read_bytes()
        data.decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    return b"torchaudio" not in data


def make_tree(root: Path, count: int, share: float) -> list[Path]:
    """The tree; every file in it is a copy of a real one."""
    found = sources()
    step = round(1 / share) if share else 0
    users = []
    for number in range(count):
        path = root / f"d{number % 97}" / f"f{number}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        data = found[number % len(found)].read_bytes()
        if step and number % step == 0:
            data += (SETTER if number == 0 else PROGRAMS[number // step % len(PROGRAMS)]).encode()
            users.append(path)
        path.write_bytes(data)
    return users


def cost(action: Callable[[], object]) -> tuple[float, float]:
    """CPU seconds of an action, those of its child processes included, and wall seconds."""
    before = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    started = time.perf_counter()
    action()
    wall = time.perf_counter() - started
    after = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(
        b.ru_utime + b.ru_stime - a.ru_utime - a.ru_stime
        for a, b in zip(before, after, strict=True)
    ), wall


def run(*command: str) -> Callable[[], object]:
    return lambda: subprocess.run(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    )


def in_batches(*command: str, files: list[str]) -> Callable[[], object]:
    """For tools that take no folders."""

    def action() -> None:
        for at in range(0, len(files), 2000):
            run(*command, *files[at : at + 2000])()

    return action


def search(root: Path) -> Callable[[], object]:
    """Read every file and search its bytes: what no tool can do without."""
    code = (
        "import os, sys\n"
        "for folder, _, names in os.walk(sys.argv[1]):\n"
        "    for name in names:\n"
        "        if name.endswith('.py'):\n"
        "            with open(os.path.join(folder, name), 'rb') as file:\n"
        "                b'torchaudio' in file.read()\n"
    )
    return run(sys.executable, "-c", code, str(root))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="also write bench/codemod/RESULTS.md")
    arguments = parser.parse_args()
    python, scripts = sys.executable, os.path.dirname(sys.executable)
    codemod = (python, "-m", "compat.codemod", "--check")
    before = os.getloadavg()[0]
    adopt()
    with tempfile.TemporaryDirectory() as folder:
        idle, tree, copy = Path(folder, "idle"), Path(folder, "tree"), Path(folder, "copy")
        make_tree(idle, arguments.files, 0)
        users = make_tree(tree, arguments.files, 0.02)
        every = sorted(map(str, tree.rglob("*.py")))
        for path in every[::10]:
            target = copy / Path(path).relative_to(tree)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
        tenth = sorted(map(str, copy.rglob("*.py")))
        parse = "import libcst, sys\nfor path in sys.argv[1:]: libcst.parse_module(open(path, 'rb').read())"
        tools: dict[str, Callable[[], object]] = {
            "python -c pass": run(python, "-c", "pass"),
            "codemod --version": run(python, "-m", "compat.codemod", "--version"),
            "read and search, nothing to do": search(idle),
            "codemod --check, nothing to do": run(*codemod, str(idle)),
            "codemod --check, the tree": run(*codemod, str(tree)),
            "import libcst": run(python, "-c", "import libcst"),
            "LibCST's parser, files with torchaudio": run(python, "-c", parse, *map(str, users)),
            "codemod --check, files with torchaudio": run(*codemod, *map(str, users)),
            "django-upgrade --check, the tree": in_batches(
                f"{scripts}/django-upgrade", "--check", "--target-version", "5.0", files=every
            ),
            "ruff NPY201, the tree": run(
                f"{scripts}/ruff",
                "check",
                "--isolated",
                "--no-cache",
                "--select",
                "NPY201",
                str(tree),
            ),
            "pyupgrade, a tenth of the tree": in_batches(
                f"{scripts}/pyupgrade", "--py311-plus", files=tenth
            ),
        }
        times: dict[str, list[float]] = {name: [] for name in tools}
        walls: dict[str, list[float]] = {name: [] for name in tools}
        for number in range(arguments.rounds):
            for name, action in tools.items():
                if name.startswith("pyupgrade") and number:
                    continue
                seconds, wall = cost(action)
                times[name].append(seconds)
                walls[name].append(wall)
        text = page(times, walls, len(every), len(users), (before, os.getloadavg()[0]))
    print(text)
    if arguments.write:
        RESULTS.write_text(text, encoding="utf-8")


def page(
    times: dict[str, list[float]],
    walls: dict[str, list[float]],
    files: int,
    users: int,
    load: tuple[float, float],
) -> str:
    """The table, and the ratios that are goals."""
    typical = {name: statistics.median(found) for name, found in times.items()}
    wall = {name: min(found) for name, found in walls.items()}
    rows = "\n".join(f"| {name} | {typical[name]:.3f} | {wall[name]:.3f} |" for name in typical)
    start = typical["codemod --version"] - typical["python -c pass"]
    idle = typical["codemod --check, nothing to do"] / typical["read and search, nothing to do"]
    tree = typical["codemod --check, the tree"]
    parser = typical["LibCST's parser, files with torchaudio"] - typical["import libcst"]
    candidates = (
        typical["codemod --check, files with torchaudio"] - typical["codemod --version"]
    ) / parser
    return f"""# The codemod's speed

Made by `python -m bench.codemod.speed`: {files} files of installed packages, of which {users} use torchaudio and one sets a backend; {len(times["python -c pass"])} rounds,
on two cores with a load of {load[0]:.1f} before and {load[1]:.1f} after. CPU is that of whole processes and their children.

| | CPU s, median | wall s, best |
|---|---|---|
{rows}

- Start-up beyond bare Python: {1000 * start:.0f} ms of CPU (goal 150).
- Nothing to do: {idle:.2f} x reading the files and searching the bytes (CPU; goal 3).
- The tree: {tree / typical["django-upgrade --check, the tree"]:.2f} x django-upgrade (CPU; goal below 1), 1/{10 * typical["pyupgrade, a tenth of the tree"] / tree:.0f} of pyupgrade, {tree / typical["ruff NPY201, the tree"]:.2f} x ruff's NPY201, which is not Python.
- The files with torchaudio: {candidates:.2f} x LibCST's bare parser (CPU; goal 4).
"""


if __name__ == "__main__":
    main()
