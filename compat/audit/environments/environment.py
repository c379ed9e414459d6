"""Be the side of a comparison that another environment's real torchaudio decodes."""

import contextlib
import json
import os
import pathlib
import re
import subprocess
import tempfile
from collections.abc import Iterator
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from compat.audit.engines import EngineError
from compat.commands import processes
from compat.commands.arguments import UsageError
from dispatcher import notices
from dispatcher.metadata import AudioMetaData
from dispatcher.streaming import Stream

_WORKER = pathlib.Path(__file__).with_name("worker.py")
_NO_INFO = (2, 9)
# ours: wrong for another Python, or they put the stand-in in the place of its torchaudio
_OWN = ("PYTHONPATH", "PYTHONHOME", "TORCHAUDIO_COMPAT")


class _DiedError(Exception):
    """The process of the environment ended; the text says how."""


class _Process:
    """The process of an environment, once its torchaudio is imported.

    Raises:
        EngineError: the environment cannot decode.
    """

    def __init__(self, python: str) -> None:
        variables = {name: value for name, value in os.environ.items() if not name.startswith(_OWN)}
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the process
        try:
            self._process = subprocess.Popen(
                [python, str(_WORKER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=self._errors, env=variables,
                start_new_session=True,  # so that Ctrl-C is no death that a row would tell of
            )  # fmt: skip
        except (OSError, ValueError) as why:
            self._errors.close()
            raise EngineError(
                f"{python} does not start: {getattr(why, 'strerror', None) or why}"
            ) from why
        try:
            ready = self._answer()
        except _DiedError as why:
            said = self._said()
            self.close()
            raise EngineError(
                f"{python} is no Python that runs: {why}{f'; it says: {said}' if said else ''}"
            ) from why
        if "fatal" in ready:
            self.close()
            raise EngineError(f"{python}: {ready['fatal']}")
        self.version: str = str(ready["torchaudio"]).partition("+")[0]

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to a request.

        Raises:
            _DiedError: the process ended.
        """
        stdin: IO[bytes] = self._process.stdin  # type: ignore[assignment]
        try:
            stdin.write(json.dumps(request).encode() + b"\n")
            stdin.flush()
        except OSError as why:
            raise _DiedError(self._ended()) from why
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        stdout: IO[bytes] = self._process.stdout  # type: ignore[assignment]
        line = stdout.readline()
        try:
            return dict(json.loads(line))
        except (ValueError, TypeError) as why:
            raise _DiedError(
                "it sends an answer that is not valid" if line else self._ended()
            ) from why

    def _ended(self) -> str:
        status = self._process.wait()
        return (
            f"it ended by {processes.signal_name(status)}"
            if status < 0
            else f"it ended with status {status}"
        )

    def _said(self) -> str:
        """Return the last line on standard error."""
        self._errors.seek(0)
        lines = self._errors.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else ""

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        with contextlib.suppress(OSError), self._process, self._errors:  # closes its pipes
            pass


class Environment:
    """How the torchaudio of another environment decodes.

    Attributes:
        name: ``VERSION@PYTHON``.
        has_info: whether that release has ``info``; 2.9 does not.
    """

    def __init__(self, name: str) -> None:
        self.name: str = name
        self._version, _, self._python = name.partition("@")
        numbers = tuple(int(number) for number in re.findall(r"\d+", self._version)[:2])
        self.has_info: bool = numbers < _NO_INFO
        self._process: _Process | None = None

    @contextlib.contextmanager
    def open(self, path: str, *, normalize: bool, block_frames: int) -> Iterator[Stream]:
        """Open a file as that torchaudio decodes it, in blocks.

        Raises:
            RuntimeError: the file cannot be read, or reading it ended the process.
            EngineError: the environment does not work any more.
        """
        process = self._started()
        handle, samples = tempfile.mkstemp(suffix=".samples")
        request = {"path": os.path.abspath(path), "normalize": normalize, "samples": samples}
        try:
            # The worker deletes the file's name before it decodes, so that nothing is left if this
            # process is killed.
            with open(handle, "rb") as file:
                answer = self._asked(process, request)
                info = answer["info"] or {
                    "sample_rate": answer["rate"], "num_frames": -1, "bits_per_sample": 0,
                    "num_channels": answer["channels"], "encoding": "UNKNOWN",
                }  # fmt: skip
                blocks = _blocks(file, answer, block_frames)
                yield Stream(f"torchaudio {self._version}", AudioMetaData(**info), blocks)
        finally:
            with contextlib.suppress(OSError):
                os.unlink(samples)

    def _started(self) -> _Process:
        if self._process is None:
            self._process = _Process(self._python)
        return self._process

    def _asked(self, process: _Process, request: dict[str, Any]) -> dict[str, Any]:
        try:
            answer = process.ask(request)
        except _DiedError as why:
            process.close()
            self._process = None
            raise RuntimeError(
                f"the process of torchaudio {self._version} died while it read the file: {why}"
            ) from why
        if "fatal" in answer:
            raise EngineError(f"{self._python}: {answer['fatal']}")
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer


def _blocks(
    samples: IO[bytes], answer: dict[str, Any], block_frames: int
) -> Iterator[npt.NDArray[Any]]:
    """Yield the samples, ``[channel, time]``, with one block in memory at a time."""
    for text in answer["warnings"]:
        notices.warn(text)
    shape = (answer["channels"], answer["frames"])
    if 0 in shape:
        return
    whole = np.memmap(samples, dtype=answer["dtype"], mode="r", shape=shape)
    for begin in range(0, shape[1], block_frames):
        yield np.array(whole[:, begin : begin + block_frames])


def named(python: str, release: str | None = None) -> str:
    """Return the name of the side for an environment, once its torchaudio has been imported.

    Args:
        python: the environment's Python, or its folder.
        release: the release that it must have, as ``2.2``; ``None`` for any.

    Raises:
        UsageError: it cannot decode, or has another release.
    """
    found = processes.interpreter("--to-python", python)
    try:
        process = _Process(found)
    except EngineError as why:
        raise UsageError(f"--to-python {why}") from why
    process.close()
    if release is not None and not f"{process.version}.".startswith(
        f"{release.partition(':')[0]}."
    ):
        raise UsageError(
            f"--to-python {found}: it has torchaudio {process.version}, and --to says "
            f"{release}; leave out --to"
        )
    return f"{process.version}@{found}"
