"""Run a program where the user sees it, and the doctor again in a new process."""

import contextlib
import json
import pathlib
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from compat.doctor.fix import reach

# The new process must find this `compat`, which `--python` keeps in a temporary folder.
_AGAIN = (
    "import importlib.util, sys; own = sys.argv.pop(1); spec = importlib.util.find_spec('compat'); "
    "spec and (spec.origin or '').startswith(own) or sys.path.insert(0, own); "
    "from compat.doctor import cli; sys.exit(cli.main(sys.argv[1:], cli.PROG))"
)


def run(words: reach.Words) -> int:
    """Run a program without a shell, at this terminal, and return its status."""
    sys.stdout.flush()
    try:
        process = subprocess.Popen(reach.argv(words))
    except OSError as why:
        print(f"{words[0]} does not start: {why.strerror}", file=sys.stderr)
        return 127
    try:
        return process.wait()
    except KeyboardInterrupt:
        # Ctrl-C reached the program as well. Let it put things back: an installer that is killed
        # leaves half a package behind. A second Ctrl-C does not wait.
        with contextlib.suppress(KeyboardInterrupt):
            process.wait()
        if process.poll() is None:
            process.kill()
        raise


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
