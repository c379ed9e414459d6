"""Deal with the terminal, for all our commands."""

import contextlib
import errno
import importlib
import os
import re
import sys
import traceback
from collections.abc import Sequence
from typing import NoReturn

from compat.commands import namesakes

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)

# halves of UTF-16 pairs, which no bytes decode to
_HALVES = re.compile("[\ud800-\udc7f\udd00-\udfff]")
# exit statuses: those of a shell for Ctrl-C and for a closed pipe, and one that no finding has
STOPPED, UNREAD, FAILED = 130, 141, 3


def begun(module: str, prog: str, argv: Sequence[str] | None = None) -> int:
    """Run a command's ``main``; report Ctrl-C in one line, also during the module's import.

    So is a package that the command needs and that is missing or hidden.
    """
    try:
        try:
            run = importlib.import_module(module).main
        except (AttributeError, ImportError) as why:
            print(f"{prog} needs {_lacking(why)}", file=sys.stderr)
            return FAILED
        status = int(run(argv, prog=prog))
        try:
            print(end="", flush=True)  # as Python ends, an error would come too late
        except OSError as why:
            status = report_end(why, prog, "printing what is found")
        return status  # noqa: TRY300 - Ctrl-C may come anywhere above
    except KeyboardInterrupt:
        print(f"{prog}: stopped", file=sys.stderr)
        return STOPPED


def _lacking(why: AttributeError | ImportError) -> str:
    """Return what an import lacks, and how to get it.

    Raises:
        AttributeError, ImportError: it does not say what is lacking.
    """
    # a user's file with the name of one of Python's modules lacks what is in that
    told = why if isinstance(why, ImportError) else getattr(why.obj, "__spec__", None)
    package = str(getattr(told, "name", None) or "").partition(".")[0]
    place: str | None = getattr(sys.modules.get(package), "__file__", None)
    if not package or (
        place and place.startswith(os.path.dirname(os.__file__)) and "-packages" not in place
    ):
        raise why  # one of Python's own modules is where it belongs
    if package in {*namesakes.PACKAGES} - {folder.name for folder, _ in namesakes.found()}:
        return f"its own files, and one does not import ({why}): install torchaudio-compat again"
    install = f"{sys.executable} -m pip install"
    if place is None:
        return f"{package}, which is not installed: {install} {package}"
    if os.path.join("-packages", "") in place:
        return f"{package}, which does not import ({why}): {install} --force-reinstall {package}"
    return f"{package}, and Python finds {place} in its place: rename it, or leave its folder"


def printable(text: str) -> str:
    """Return a text that is safe to print.

    Bytes of a path that are not UTF-8 are replaced, and characters that could move the cursor
    escaped.
    """
    clean = (
        _HALVES.sub("\ufffd", text).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    )
    return "".join(sign if sign.isprintable() else f"\\x{ord(sign):02x}" for sign in clean)


def print_anything() -> None:
    """Write characters that the terminal's encoding lacks as escapes, as file names may have any.

    Replace a closed stream, so that printing is no error.
    """
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115  as long as the process
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def print_for_programs() -> None:
    """Make stdout UTF-8 with our own line ends if a program reads it, whatever the code page is.

    Bytes that are not text, in file names or in sources of another encoding, stay as they are.
    """
    if not sys.stdout.isatty():
        with contextlib.suppress(AttributeError, ValueError):
            sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape", newline="")  # type: ignore[union-attr]


def nobody_reads() -> None:
    """Redirect a standard output that nobody reads, or Python would complain when it closes it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def report_end(why: Exception, prog: str, what: str, failed: int = FAILED) -> int:
    """Say why a command ended early, and return its status.

    Nobody reads its output, or it failed: the disk is full, or it is a bug of ours.
    """
    if isinstance(why, BrokenPipeError):
        nobody_reads()
        return UNREAD
    if not is_full(why):
        traceback.print_exc()
        print(f"{prog}: {what} itself failed; this is a bug of torchaudio-compat", file=sys.stderr)
    return failed


def leave(status: int) -> NoReturn:
    """End the process at once; freeing millions of objects would take a tenth of a long run."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        nobody_reads()
        status = UNREAD
    except OSError as why:
        if not is_full(why):
            raise
        status = 2
    os._exit(status)


def is_full(why: BaseException) -> bool:
    """Return whether the disk under stdout is full, and say so on stderr."""
    full = isinstance(why, OSError) and why.filename is None and why.errno in _FULL
    if full:
        with contextlib.suppress(OSError):
            print(
                f"what is found could not be written: {why.strerror}; send it elsewhere",  # type: ignore[attr-defined]
                file=sys.stderr,
                flush=True,
            )
            nobody_reads()
    return full
