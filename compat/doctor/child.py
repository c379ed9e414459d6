"""Run risky work in a child process, with a time limit; a crash is one of the possible answers."""

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

from compat.commands import shadows
from compat.commands.processes import signal_name

_POLL = 0.02
# would replace the torchaudio under examination with our own stand-in
_AUTO = "TORCHAUDIO_COMPAT_AUTO"
# The child must find what the doctor finds, so it gets the doctor's sys.path; until then `-P` keeps
# the working directory out.
_BOOT = (
    "import json, sys; given = json.load(open(sys.argv[1], encoding='utf-8')); "
    "list(map(__import__, given['own'])); "
    "sys.path[:] = given['path']; from compat.doctor.probes import host; host.serve(given)"
)
_WINDOWS = {0xC0000005: "SIGSEGV", 0xC0000409: "SIGABRT", 0xC000001D: "SIGILL", 3: "SIGABRT"}


@dataclasses.dataclass(frozen=True)
class Answer:
    """The outcome of one task.

    Args:
        value: what the probe returned; ``None`` if it failed.
        raised: the text of an exception and of all exceptions that led to it; empty without one.
        trace: the end of its traceback.
        died: how the child died without an answer: ``SIGSEGV``, ``time limit``, ``exit``...; empty
            if it did not die.
        stood_at: the frames it was in when it died, innermost first.
        stderr: the end of its standard error.
        seconds: how long the task took, as the child measured it.
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
        """Return whether there is no value."""
        return bool(self.raised or self.died)


class Children:
    """The child processes of one run of the doctor.

    Args:
        limit: seconds that one task may take.
        cores: how many cores there are; by default those of this machine.
    """

    def __init__(self, limit: float, cores: int | None = None) -> None:
        self.limit = limit
        # Allow more children than cores: a child that hangs keeps its slot and does no work, and
        # four checks import torch.
        self._places = threading.BoundedSemaphore(
            max(4, min(6, 2 + (cores or os.cpu_count() or 1)))
        )
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopping = False

    def ask(self, probe: str, task: Any) -> Answer:
        """Run one task in a child of its own.

        Args:
            probe: a module of ``compat.doctor.probes``; its function ``probe`` gets the task.
            task: any value that JSON can hold.
        """
        return self.ask_all(probe, [task])[0]

    def ask_all(
        self, probe: str, tasks: Sequence[Any], *, gate: Callable[[], bool] | None = None
    ) -> list[Answer]:
        """Run several tasks in turn in one child; if it dies, a new one continues after that task.

        Args:
            probe: a module of ``compat.doctor.probes``.
            tasks: any values that JSON can hold.
            gate: makes the first task a condition: if it fails, the others do not run and only its
                answer is returned. If this function returns true, the first task is known to fail
                and does not run either.
        """
        answers: list[Answer] = []
        while len(answers) < len(tasks) and not (gate and answers and answers[0].failed):
            with self._places:
                if gate and not answers and gate():
                    return [Answer(died="gate")]
                answers += self._serve(
                    probe, tasks[len(answers) :], gate=bool(gate) and not answers
                )
        return answers

    def stop(self) -> None:
        """End all children; callers that wait for one get an answer at once."""
        self._stopping = True
        for process in list(self._running):
            _end(process)

    def _serve(self, probe: str, tasks: Sequence[Any], *, gate: bool) -> list[Answer]:
        """Return answers up to the last task, the task that killed the child, or a failed gate."""
        if self._stopping:
            return [Answer(died="interruption")] * len(tasks)
        with tempfile.TemporaryDirectory(prefix="doctor-") as folder:
            given, out, err = (
                pathlib.Path(folder, name) for name in ("given.json", "out.jsonl", "err.txt")
            )
            own = [name for name, _ in shadows.found() if name in sys.modules]
            order = {
                "path": sys.path,
                "own": own,
                "probe": probe,
                "tasks": list(tasks),
                "out": str(out),
                "limit": self.limit,
                "gate": gate,
            }
            given.write_text(json.dumps({**order, "begun": time.monotonic()}), "utf-8")
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
            answers.append(
                Answer(
                    died=how,
                    stood_at=stood,
                    stderr=tuple(rest[-12:]),
                    seconds=self.limit if died else 0.0,
                )
            )
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
                # the temporary files of a child that dies lie in the folder that this process
                # removes
                env={
                    **{name: value for name, value in os.environ.items() if name != _AUTO},
                    **_own(given.parent),
                },
                start_new_session=os.name != "nt",  # so that processes it started end with it
            )
        self._running.add(process)
        try:
            yield process
        finally:
            _end(process)
            process.wait()
            self._running.discard(process)

    def _watch(self, process: subprocess.Popen[bytes], out: pathlib.Path, tasks: int) -> str:
        """Wait until the child ends; return why it must be ended, or an empty string."""
        done, since = 0, time.monotonic()
        while process.poll() is None:
            finished = out.read_bytes().count(b"\n")
            if finished > done:
                done, since = finished, time.monotonic()
            if done == tasks:
                return ""  # all answers are here; a crash at exit does not matter
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
    """Return a name for the exit status of a child that gave no answer."""
    if name := signal_name(code):
        return name
    unsigned = (code or 0) & 0xFFFFFFFF
    return _WINDOWS.get(unsigned, "exit") if os.name == "nt" else "exit"


def _read(out: pathlib.Path) -> Iterator[Answer]:
    for line in out.read_text("utf-8").splitlines():
        fields = json.loads(line)
        fields["trace"] = tuple(fields.get("trace", ()))
        yield Answer(**fields)


def _split(stderr: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    """Split stderr into the frames of the active thread (by the fault handler) and other lines."""
    stood: list[str] = []
    rest: list[str] = []
    inside = False
    for line in stderr:
        if line.startswith(
            (
                "Fatal Python error",
                "Timeout (",
                "Windows fatal exception",
                "Thread 0x",
                "Current thread 0x",
                "Extension modules:",
            )
        ):
            inside = not line.startswith("Extension modules:")
            if line.startswith("Current thread"):
                stood = []
        elif inside and line.startswith("  File "):
            stood.append(line.strip())
        elif line.strip():
            rest.append(line)
    return tuple(
        frame
        for frame in stood
        if "importlib" not in frame
        and '"<string>"' not in frame
        and "doctor" + os.sep + "probes" not in frame
    )[:4], rest
