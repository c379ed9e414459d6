"""Run Python in a process that need not import torch: it is forked from one that has.

The import takes two seconds of a core, and most programs that the tests start need it, and some of the other libraries below. For what
happens while Python starts, or while torch is imported, start a process of one's own (the fixture ``python``).
"""

import atexit
import functools
import gc
import importlib
import json
import os
import pathlib
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import types
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

_ROOT = pathlib.Path(__file__).resolve().parents[1]
_IMPORTED = ("torch", "av", "soundfile", "cffi.cparser", "packaging.version", "deprecation")
# coverage.py follows processes that Python starts, and no forks of another process
AVAILABLE = sys.platform == "linux" and "COVERAGE_PROCESS_CONFIG" not in os.environ


@functools.cache
def _server() -> socket.socket:
    """Start the process that has torch; gives a socket to ask it for a fork. It ends when it can be asked no more."""
    ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)  # which keeps one answer apart from the next
    with theirs:
        command = [sys.executable, "-c", f"from tests import warm; warm.serve({theirs.fileno()})"]
        null = subprocess.DEVNULL
        subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=null, stdout=null, env={**os.environ, "PYTHONPATH": str(_ROOT)})
    return ours


def run(
    command: Sequence[str], *, env: Mapping[str, str] | None = None, cwd: Any = ".", timeout: float = 600, check: bool = False, **_: object
) -> subprocess.CompletedProcess[str]:
    """Do as ``subprocess.run`` does with a command line of this Python, capturing text."""
    if not AVAILABLE:
        return subprocess.run(command, env=env, cwd=cwd, timeout=timeout, check=check, capture_output=True, text=True)
    server = _server()
    job = {"arguments": command[1:], "environment": dict(os.environ if env is None else env), "folder": os.path.abspath(cwd)}
    with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        asked.write(json.dumps(job).encode())
        asked.seek(0)
        socket.send_fds(server, [b"fork"], [asked.fileno(), out.fileno(), err.fileno()])
        pid = int(server.recv(32))
        if not select.select([server], [], [], timeout)[0]:
            os.kill(pid, signal.SIGKILL)
            server.recv(32)
            raise subprocess.TimeoutExpired(command, timeout)
        status = int(server.recv(32))
        out.seek(0)
        err.seek(0)
        done = subprocess.CompletedProcess(command, status, out.read().decode(), err.read().decode())
    if check:
        done.check_returncode()
    return done


def serve(number: int) -> NoReturn:
    """Fork whenever it is asked for."""
    for name in _IMPORTED:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    asked = socket.socket(fileno=number)
    while True:
        _, files, _, _ = socket.recv_fds(asked, 32, 3)
        if not files:
            os._exit(0)
        if (pid := os.fork()) == 0:
            asked.close()
            _end(_begin, *files)
        for file in files:
            os.close(file)
        asked.send(b"%d" % pid)
        asked.send(b"%d" % os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def _end(work: Callable[..., None], *arguments: Any) -> NoReturn:
    """End as Python does after some work, but without freeing one by one what came from torch, which takes a third of a second."""
    status: Any = 0
    try:
        work(*arguments)
    except SystemExit as why:
        status = why.code or 0
    except BaseException as why:
        status = -signal.SIGINT if isinstance(why, KeyboardInterrupt) else 1
        trace = why.__traceback__
        while trace and trace.tb_frame.f_code.co_filename == __file__:
            trace = trace.tb_next
        sys.excepthook(type(why), why.with_traceback(trace), trace)
    if not isinstance(status, int):
        print(status, file=sys.stderr)
        status = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status & 0xFF)


def _begin(given: int, out: int, err: int) -> None:
    """Be the process that was asked for."""
    with open(given, "rb") as file:
        job = json.load(file)
    for number, file in ((1, out), (2, err)):
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(job["environment"])
    os.chdir(job["folder"])
    tempfile.tempdir = None
    del sys.modules["tests.warm"], sys.modules["tests"]
    paths = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    sys.path[:] = [*paths, *(path for path in sys.path if path not in ("", str(_ROOT)))]
    arguments = job["arguments"]
    asked = [one for one in os.environ.get("PYTHONWARNINGS", "").split(",") if one]
    while arguments[0] == "-W":
        asked.append(arguments[1])
        del arguments[:2]
    warnings._processoptions(asked)  # type: ignore[attr-defined]
    _run(*arguments)


def _run(first: str, *rest: str) -> None:
    """Run what a command line of Python names."""
    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    if first == "-m":
        sys.path.insert(0, os.getcwd())
        sys.argv = ["-m", *rest[1:]]
        runpy._run_module_as_main(rest[0])  # type: ignore[attr-defined]
    elif first == "-c":
        sys.path.insert(0, "")
        sys.argv = ["-c", *rest[1:]]
        exec(compile(rest[0], "<string>", "exec"), vars(main))
    else:
        sys.path.insert(0, os.path.dirname(os.path.abspath(first)))
        sys.argv = [first, *rest]
        main.__file__ = first
        with open(first, "rb") as file:
            exec(compile(file.read(), first, "exec"), vars(main))
