"""Run risky work in a child process, with a time limit; a crash is one of the possible answers."""

import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from compat.commands import shadows
from compat.commands.processes import signal_name

# frames that say nothing of what was examined
_OURS = ("importlib", '"<string>"', os.path.join("doctor", "probes"))
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


class Answer(NamedTuple):
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

    @property
    def error(self) -> str:
        """Return the class of the exception, and the first line that it says."""
        return re.sub(r":\s+", ": ", self.raised, count=1).partition("\n")[0].strip()


class Children:
    """The child processes of one run of the doctor.

    Args:
        limit: seconds that one task may take.
    """

    def __init__(self, limit: float) -> None:
        self.limit = limit
        # Allow more children than cores: a child that hangs keeps its slot and does no work, and
        # four checks import torch.
        self._places = threading.BoundedSemaphore(max(4, min(6, 2 + (os.cpu_count() or 1))))
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopping = False

    def ask(self, probe: str, task: Any) -> Answer:
        """Run one task in a child of its own.

        Args:
            probe: a module of ``compat.doctor.probes``; its function ``probe`` gets the task.
            task: any value that JSON can hold.
        """
        return self.ask_all([(probe, task)])[0]

    def ask_all(self, tasks: Sequence[tuple[str, Any]], *, gated: bool = False) -> list[Answer]:
        """Run several tasks in turn in one child; if it dies, a new one continues after that task.

        Args:
            tasks: the probe and the task of each.
            gated: the first task is a condition: if it fails, the others do not run and only its
                answer is returned.
        """
        answers: list[Answer] = []
        while len(answers) < len(tasks) and not (gated and answers and answers[0].failed):
            with self._places:
                answers += self._serve(tasks[len(answers) :], gated=gated and not answers)
        return answers

    def stop(self) -> None:
        """End all children; callers that wait for one get an answer at once."""
        self._stopping = True
        for process in list(self._running):
            _end(process)

    def _serve(self, tasks: Sequence[tuple[str, Any]], *, gated: bool) -> list[Answer]:
        """Return answers up to the last task, the task that killed the child, or a failed gate."""
        if self._stopping:
            return [Answer(died="interruption")] * len(tasks)
        with tempfile.TemporaryDirectory(prefix="doctor-") as folder:
            out, stack, err = (
                pathlib.Path(folder, name) for name in ("out.jsonl", "stack.txt", "err.txt")
            )
            order = {
                "path": sys.path,
                "own": [name for name, _ in shadows.found() if name in sys.modules],
                "tasks": list(tasks),
                "out": str(out),
                "stack": str(stack),
                "limit": self.limit,
                "gated": gated,
            }
            out.touch()
            stack.touch()
            status = self._run(order, folder, err)
            answers = list(_read(out))
            dumped = stack.read_text("utf-8", "replace")
            said = tuple(filter(None, err.read_text("utf-8", "replace").splitlines()[-12:]))
        is_shut = gated and answers and answers[0].failed
        if len(answers) < len(tasks) and not is_shut:
            is_late = status is None or dumped.startswith("Timeout")
            how = "time limit" if is_late else _how(status)
            how = "interruption" if self._stopping else how
            seconds = self.limit if is_late else 0.0
            answers.append(Answer(None, "", (), how, _active(dumped), said, seconds))
        elif answers and answers[-1].failed:
            answers[-1] = answers[-1]._replace(stderr=said)
        return answers

    def _run(self, order: dict[str, Any], folder: str, err: pathlib.Path) -> int | None:
        """Run a child and return its status; ``None`` if it hung before its first task."""
        given = pathlib.Path(folder, "given.json")
        given.write_text(json.dumps(order), "utf-8")
        own = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), folder)  # removed if it dies
        kept = {name: value for name, value in os.environ.items() if name != _AUTO}
        with err.open("wb") as stream:
            process = subprocess.Popen(
                [sys.executable, "-P", "-c", _BOOT, str(given)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stream,
                env={**kept, "PYTHONIOENCODING": "utf-8", **own},
                start_new_session=os.name != "nt",  # so that processes it started end with it
            )
        self._running.add(process)
        try:
            return process.wait(self.limit * (1 + len(order["tasks"])))
        except subprocess.TimeoutExpired:
            return None
        finally:
            _end(process)
            process.wait()
            self._running.discard(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and those that it started, which may have outlived it."""
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _how(code: int | None) -> str:
    """Return a name for the exit status of a child that gave no answer."""
    unsigned = (code or 0) & 0xFFFFFFFF
    on_windows = _WINDOWS.get(unsigned, "") if os.name == "nt" else ""
    return signal_name(code) or on_windows or "exit"


def _read(out: pathlib.Path) -> Iterator[Answer]:
    for line in out.read_text("utf-8").splitlines():
        fields = json.loads(line)
        fields["trace"] = tuple(fields.get("trace", ()))
        yield Answer(**fields)


def _active(dumped: str) -> tuple[str, ...]:
    """Return the frames of the active thread in a dump of the fault handler, innermost first."""
    python = dumped.partition("Current thread's C stack")[0]  # which Python 3.14 adds
    lines = python.rpartition("Current thread")[2].splitlines()
    frames = (line.strip() for line in lines if line.startswith("  File "))
    return tuple(frame for frame in frames if not any(ours in frame for ours in _OURS))[:4]
