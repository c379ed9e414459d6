"""Run the audit in this process or another, and make what it reports."""

import contextlib
import functools
import http.server
import io
import json
import os
import pathlib
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pytest
import soundfile

from compat.audit.cli import main
from compat.audit.options import Terms
from compat.audit.reporting.result import Result
from compat.audit.rows import Row
from compat.audit.tally import Tally
from tests.conftest import ROOT

PAIR = ("--from", "2.0:soundfile", "--to", "2.2:ffmpeg", "--jobs", "1", "--quiet")
TERMS = Terms("2.0:global:soundfile", "2.2:dispatcher:ffmpeg")
RESULTS = "audit-2.0_soundfile-2.2_ffmpeg.jsonl"
NOISE = np.random.default_rng(3).uniform(-0.5, 0.5, (4000, 1))


class Told(NamedTuple):
    """What a run came to."""

    status: int
    out: str
    err: str

    @property
    def summary(self) -> dict[str, Any]:
        """The JSON of a run with --json."""
        return dict(json.loads(self.out))

    @property
    def kinds(self) -> dict[str, int]:
        """How many files each class has."""
        return {name: one["files"] for name, one in self.summary["classes"].items() if one["files"]}


class Audit:
    """The command, run in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *first: str) -> None:
        self._capsys, self._first = capsys, first

    def __call__(self, *arguments: object) -> Told:
        status = main([*self._first, *map(str, arguments)])
        return Told(status, *self._capsys.readouterr())


def encoded(samples: np.ndarray = NOISE, kind: str = "WAV") -> bytes:
    """A file of ``[time, channel]`` samples at 8 kHz."""
    data = io.BytesIO()
    soundfile.write(data, samples, 8000, format=kind)
    return data.getvalue()


def rows_of(results: str | pathlib.Path = RESULTS) -> list[dict[str, Any]]:
    """The rows of a run."""
    return [json.loads(line) for line in pathlib.Path(results).read_text().splitlines()]


def started(*arguments: object) -> subprocess.Popen[str]:
    """Start the command in a process and a session of its own."""
    command = [sys.executable, "-m", "compat.audit", *PAIR, *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)


def result(rows: Iterable[Row], terms: Terms = TERMS, **fields: Any) -> Result:
    """A run that had these rows, all that there were, unless it says otherwise."""
    tally = Tally()
    for row in rows:
        tally.add(row)
    plain = {
        "found": tally.files, "wanted": tally.files, "done_before": 0, "passed_over": 0, "sample": 0, "confidence": 0.95,
        "results": "rows.jsonl", "failing": frozenset(),
    }  # fmt: skip
    return Result(terms, tally, **{**plain, **fields})


class Terminal(io.StringIO):
    """A standard output or error that is a terminal, or is none."""

    def __init__(self, *, tty: bool = True) -> None:
        super().__init__()
        self.tty = tty

    def isatty(self) -> bool:
        return self.tty


def known_terminal(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    """Have rich take the terminal of a test for one that knows colours."""
    for name, value in {"TERM": "xterm", "COLUMNS": str(columns)}.items():
        monkeypatch.setenv(name, value)
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)


def plain(text: str) -> str:
    """What a terminal shows, without its colours."""
    from rich.text import Text

    return Text.from_ansi(text).plain


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def served(folder: str | pathlib.Path) -> Iterator[str]:
    """Serve a folder over HTTP; gives its address."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()
