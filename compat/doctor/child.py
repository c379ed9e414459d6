"""Risky work in a child process: with a time limit, and with a crash as an answer among others."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from compat import shadows

_POLL = 0.02
_AUTO = "TORCHAUDIO_COMPAT_AUTO"  # would put our own stand-in in the place of the torchaudio that is looked at
# a child must find what the doctor finds, so it gets the doctor's own path; `-P` keeps the working directory out until then
_BOOT = (
    "import json, sys; given = json.load(open(sys.argv[1], encoding='utf-8')); list(map(__import__, given['own'])); "
    "sys.path[:] = given['path']; from compat.doctor.probes import host; host.serve(given)"
)
_WINDOWS = {0xC0000005: "SIGSEGV", 0xC0000409: "SIGABRT", 0xC000001D: "SIGILL", 3: "SIGABRT"}


@dataclasses.dataclass(frozen=True)
class Answer:
    """What came of one task.

    Args:
        value: what the probe returned; ``None`` where it failed.
        raised: the words of an exception and of all that led to it; empty where there was none.
        trace: the end of its traceback.
        died: how the child ended without a word: ``SIGSEGV``, ``time limit``, ``exit``...; empty where it did not.
        stood_at: where it stood when it died, innermost first.
        stderr: the end of what it wrote to standard error.
        seconds: how long it took, of the child's own counting.
    """

    value: Any = None
    raised: str = ""
    trace: tuple[str, ...] = ()
    died: str = ""
    stood_at: tuple[str, ...] = ()
    stderr: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def failed(self) -> bool:
        """Whether there is no value."""
        return bool(self.raised or self.died)


class Children:
    """The child processes of one run of the doctor.

    Args:
        limit: seconds that one task may take.
        cores: how many children may run side by side.
    """

    def __init__(self, limit: float, cores: int | None = None) -> None:
        self.limit = limit
        # more than there are cores: a child that hangs holds its place and does no work, and four checks import torch
        self._places = threading.BoundedSemaphore(max(4, min(6, 2 + (cores or os.cpu_count() or 1))))
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopping = False

    def ask(self, probe: str, task: Any) -> Answer:
        """Have one task done in a child of its own.

        Args:
            probe: a module of ``compat.doctor.probes``; its function ``probe`` gets the task.
            task: anything that JSON holds.
        """
        return self.ask_all(probe, [task])[0]

    def ask_all(self, probe: str, tasks: Sequence[Any], *, gate: Callable[[], bool] | None = None) -> list[Answer]:
        """Have several tasks done one after the other in one child; where it dies, the next child goes on with the next task.

        Args:
            probe: a module of ``compat.doctor.probes``.
            tasks: anything that JSON holds.
            gate: where the first task fails, the others are not tried, and its answer is the only one. Where the function
                says that it is known to fail, it is not tried either.
        """
        answers: list[Answer] = []
        while len(answers) < len(tasks) and not (gate and answers and answers[0].failed):
            with self._places:
                if gate and not answers and gate():
                    return [Answer(died="gate")]
                answers += self._serve(probe, tasks[len(answers) :], gate=bool(gate) and not answers)
        return answers

    def stop(self) -> None:
        """End whatever still runs; asks that wait get an answer at once."""
        self._stopping = True
        for process in list(self._running):
            _end(process)

    def _serve(self, probe: str, tasks: Sequence[Any], *, gate: bool) -> list[Answer]:
        """The answers to the first tasks: to all, or up to the one that ended the child, or to the gate alone."""
        if self._stopping:
            return [Answer(died="interruption")] * len(tasks)
        with tempfile.TemporaryDirectory(prefix="doctor-") as folder:
            given, out, err = (pathlib.Path(folder, name) for name in ("given.json", "out.jsonl", "err.txt"))
            own = [name for name, _ in shadows.found() if name in sys.modules]
            order = {"path": sys.path, "own": own, "probe": probe, "tasks": list(tasks), "out": str(out), "limit": self.limit, "gate": gate}
            given.write_text(json.dumps(order), "utf-8")
            out.touch()
            with self._child(given, err) as process:
                died = self._watch(process, out, len(tasks))
            answers = list(_read(out))
            stderr = err.read_text("utf-8", "replace").strip().splitlines()
        if gate and answers and answers[0].failed:
            return [dataclasses.replace(answers[0], stderr=tuple(_split(stderr)[1][-12:]))]
        if len(answers) < len(tasks):
            how = "interruption" if self._stopping else died or _how(process.returncode)
            stood, rest = _split(stderr)
            answers.append(Answer(died=how, stood_at=stood, stderr=tuple(rest[-12:]), seconds=self.limit if died else 0.0))
        elif answers and answers[-1].failed:
            answers[-1] = dataclasses.replace(answers[-1], stderr=tuple(_split(stderr)[1][-12:]))
        return answers

    @contextlib.contextmanager
    def _child(self, given: pathlib.Path, err: pathlib.Path) -> Iterator[subprocess.Popen[bytes]]:
        with err.open("wb") as stream:
            process = subprocess.Popen(
                [sys.executable, "-P", "-X", "faulthandler", "-c", _BOOT, str(given)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stream,
                # a child that dies leaves its temporary files in the folder that this process removes
                env={**{name: value for name, value in os.environ.items() if name != _AUTO}, **_own(given.parent)},
                start_new_session=os.name != "nt",  # so that what it started ends with it
            )
        self._running.add(process)
        try:
            yield process
        finally:
            _end(process)
            process.wait()
            self._running.discard(process)

    def _watch(self, process: subprocess.Popen[bytes], out: pathlib.Path, tasks: int) -> str:
        """Wait until the child ends; the word for why it had to be ended, or an empty one."""
        done, since = 0, time.monotonic()
        while process.poll() is None:
            finished = out.read_bytes().count(b"\n")
            if finished > done:
                done, since = finished, time.monotonic()
            if done == tasks:
                return ""  # what it does at its exit is no answer to anything
            if self._stopping:
                return "interruption"
            if time.monotonic() - since > self.limit:
                return "time limit"
            time.sleep(_POLL)
        return ""


def _own(folder: pathlib.Path) -> dict[str, str]:
    return {"PYTHONIOENCODING": "utf-8", **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))}


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        if process.poll() is None:
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()


def _how(code: int | None) -> str:
    """A name for an exit status that came without an answer."""
    if code is not None and code < 0:
        with contextlib.suppress(ValueError):
            return signal.Signals(-code).name
    unsigned = (code or 0) & 0xFFFFFFFF
    return _WINDOWS.get(unsigned, "exit") if os.name == "nt" else "exit"


def _read(out: pathlib.Path) -> Iterator[Answer]:
    for line in out.read_text("utf-8").splitlines():
        fields = json.loads(line)
        fields["trace"] = tuple(fields.get("trace", ()))
        yield Answer(**fields)


def _split(stderr: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    """What Python's fault handler wrote: the frames of the thread that was at work; and all other lines."""
    stood: list[str] = []
    rest: list[str] = []
    inside = False
    for line in stderr:
        if line.startswith(
            ("Fatal Python error", "Timeout (", "Windows fatal exception", "Thread 0x", "Current thread 0x", "Extension modules:")
        ):
            inside = not line.startswith("Extension modules:")
            if line.startswith("Current thread"):
                stood = []
        elif inside and line.startswith("  File "):
            stood.append(line.strip())
        elif line.strip():
            rest.append(line)
    return tuple(
        frame for frame in stood if "importlib" not in frame and '"<string>"' not in frame and "doctor" + os.sep + "probes" not in frame
    )[:4], rest
