"""Run a program where the user sees it, and the doctor again in a new process."""

import codecs
import collections
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import IO, Any, NamedTuple

from compat.doctor.fix import reach

_LAST = 8  # lines of standard error that a failure repeats
# The new process must find this `compat`, which `--python` keeps in a temporary folder.
_AGAIN = (
    "import importlib.util, sys; own = sys.argv.pop(1); spec = importlib.util.find_spec('compat'); "
    "spec and (spec.origin or '').startswith(own) or sys.path.insert(0, own); "
    "from compat.doctor import cli; sys.exit(cli.main(sys.argv[1:], cli.PROG))"
)


class Outcome(NamedTuple):
    """How a program ended: its status, or why it did not start, and its last lines."""

    status: int
    last: tuple[str, ...] = ()


def run(words: reach.Words) -> Outcome:
    """Run a program without a shell; what it writes goes through.

    Its standard output stays the terminal, for progress bars and for its own questions. Its
    standard error is read here, to repeat its end.
    """
    sys.stdout.flush()
    try:
        process = subprocess.Popen(reach.argv(words), stderr=subprocess.PIPE)
    except OSError as why:
        return Outcome(127, (f"{words[0]} does not start: {why.strerror}",))
    last: collections.deque[str] = collections.deque(maxlen=_LAST)
    assert process.stderr is not None
    reader = threading.Thread(target=_passed_on, args=(process.stderr, last), daemon=True)
    reader.start()
    try:
        status = process.wait()
    except KeyboardInterrupt:
        # Ctrl-C reached the program as well. Let it put things back: an installer that is killed
        # leaves half a package behind. A second Ctrl-C does not wait.
        with contextlib.suppress(KeyboardInterrupt):
            process.wait()
        if process.poll() is None:
            process.kill()
        raise
    reader.join(timeout=5)  # a process that it left behind may hold the pipe open
    return Outcome(status, tuple(last))


def _passed_on(stream: IO[bytes], last: collections.deque[str]) -> None:
    """Write what a program writes as it comes, and keep its last lines."""
    decoder, rest = codecs.getincrementaldecoder("utf-8")("replace"), ""
    while piece := os.read(stream.fileno(), 1 << 13):
        text = decoder.decode(piece)
        sys.stderr.write(text)
        sys.stderr.flush()
        *lines, rest = (rest + text).replace("\r", "\n").split("\n")
        last.extend(line.rstrip() for line in lines if line.strip())
    if rest.strip():
        last.append(rest.rstrip())


def examine(arguments: Sequence[str]) -> dict[str, Any] | None:
    """Run the doctor with these arguments in a new process, and return its JSON.

    A new one, as this one has cached what it imported. ``None`` if there is no result; what went
    wrong is then on standard error.
    """
    own = str(pathlib.Path(__file__).resolve().parents[3])
    command = [sys.executable, "-P", "-c", _AGAIN, own, *arguments, "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    try:
        document = json.loads(done.stdout)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None
