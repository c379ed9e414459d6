"""Run an unmodified program under a release: ``python -m compat.run``.

The program's worker processes use it too: forked ones inherit it, processes spawned by
``multiprocessing`` install it before they import anything of the program, and other Python
processes find it in ``TORCHAUDIO_COMPAT_AUTO``.
"""

import argparse
import atexit
import contextlib
import importlib.machinery
import importlib.metadata
import importlib.util
import io
import marshal
import os
import pkgutil
import runpy
import shutil
import sys
import tempfile
import traceback
import types
from collections.abc import Iterator, Sequence

import compat
from compat import auto, releases
from compat.commands import namesakes, shell
from compat.commands.arguments import Parser, Table, add_all
from compat.diagnosis import machine, mends
from compat.names import backends
from dispatcher import notices
from dispatcher.errors import AudioError

# modules whose frames lie between this file and a program's first line
_STARTERS = ("runpy", "contextlib", "importlib")
_INNER = (*namesakes.PACKAGES, *backends.PACKAGES, "cffi", "contextlib")
_OLDEST_TORCH = 2
_STDIN = "-"
_PYC_HEADER = 16  # bytes before the code in a .pyc


def _too_old() -> str:
    """Return the version of a torch too old for this package; empty if it is not, or unknown."""
    try:
        version = importlib.metadata.version("torch")
    except importlib.metadata.PackageNotFoundError:
        return ""
    major = version.partition(".")[0]
    return version if major.isdigit() and int(major) < _OLDEST_TORCH else ""


@contextlib.contextmanager
def _torch_explained(prog: str) -> Iterator[None]:
    """Add the command that fixes it to the error of a torch that does not import."""
    try:
        yield
    except (ImportError, OSError, AttributeError) as why:
        spec = None if "torch" in sys.modules else importlib.util.find_spec("torch")
        files = {frame.filename for frame in traceback.extract_tb(why.__traceback__)}
        if spec is not None and spec.origin in files:
            mend = mends.reinstall("torch", dependencies=True).sentence()
            doctor = shell.told(machine.doctor(), "")
            why.add_note(
                f"{prog}: the torch that is installed does not import. {mend}  ({doctor} says more)"
            )
        raise


_ARGUMENTS: Table = {
    "--version": {
        "metavar": "RELEASE",
        "help": f"the release: {', '.join(releases.names())}; choose 2.0 for code that sets a "
        f"global backend (default: {releases.VERSION_VARIABLE}; if it is not set, the release that "
        f"the pins and calls of the program's project show; if they show none, {releases.DEFAULT})",
    },
    "--backends": {
        "metavar": "A,B",
        "help": "use only these backends (default: all that work here)",
    },
    "--report": {
        "metavar": "[=FILE]",
        "help": "at the end, list on standard error which old names the program used, where and "
        "how often, and what the codemod would do there; --report=FILE writes it as JSON",
    },
    "--record": {
        "metavar": "FILE",
        "help": "append to FILE, as JSON lines: each place that called torchaudio, how often, with "
        "which backend and which kinds of arguments",
    },
    "-m": {
        "dest": "module",
        "action": "store_true",
        "help": "run a module instead of a script, like python -m",
    },
    "program": {
        "metavar": "SCRIPT",
        "help": "a script, a folder or zip archive that holds __main__.py, or - for standard "
        "input; with -m a module",
    },
}


def _parser(prog: str) -> argparse.ArgumentParser:
    parser = Parser(
        prog,
        description="Run a Python program unchanged. `import torchaudio` gives it the I/O of the "
        "release you name.",
        epilog="Everything after SCRIPT or MODULE is passed to the program. There is no option -c; "
        f"for one line of code set {auto.VARIABLE}=2.0 and run `python -c CODE`.",
        formatter_class=argparse.HelpFormatter,
    )
    add_all(parser, _ARGUMENTS)
    rest = parser.add_argument(
        "arguments", nargs=argparse.REMAINDER, metavar="ARGS", help="the program's own arguments"
    )
    rest.required = False  # else the error for a missing SCRIPT names ARGS too
    return parser


def main(argv: Sequence[str] | None = None, prog: str = "python -m compat.run") -> int:
    """Install the release, then run the program in this process.

    Returns:
        0 when the program ends by itself; its own exit status otherwise. 2 for a wrong command
        line.
    """
    parser = _parser(prog)
    given = parser.parse_args(_with_report(sys.argv[1:] if argv is None else argv))
    if importlib.util.find_spec("torch") is None:
        print(
            f"{prog}: torch is not installed for {sys.executable}. "
            f"{mends.install_torch().sentence()}",
            file=sys.stderr,
        )
        return 1
    if old := _too_old():
        print(
            f"{prog}: torch {old} is too old for this package, which needs 2.0. "
            f"{mends.install_torch('--upgrade').sentence()}",
            file=sys.stderr,
        )
        return 1
    if not given.module and given.program != _STDIN and not os.path.exists(given.program):
        parser.error(
            f"there is no file {given.program!r}; for a module write -m {given.program}, to run a "
            f"command set {auto.VARIABLE} instead"
        )
    if not given.module and _lacks_main(given.program):
        parser.error(f"{given.program!r} is a folder without __main__.py; name the script to run")
    folder = _folder(given.program, is_module=given.module)
    if given.report is not None or given.record:
        _tell_at_the_end(given.report, given.record, folder, prog)
    version = given.version or _told_by_the_project(given.program, folder, prog)
    try:
        with notices.collected() as told:
            compat.install(version, backends=given.backends)
    except ValueError as why:
        parser.error(str(why))
    for text in told:
        print(f"{prog}: {text}", file=sys.stderr)
    os.environ[auto.VARIABLE] = compat.release().name
    if given.backends:
        os.environ[releases.BACKENDS_VARIABLE] = given.backends
    sys.argv = [given.program, *given.arguments]
    for ours, place in namesakes.found([folder]):
        print(
            f"{prog}: if the program imports {place}, it gets {ours} instead: rename the program's "
            "module",
            file=sys.stderr,
        )
    with _torch_explained(prog), _tracebacks_of_the_program():
        _run(given.program, folder, is_module=given.module)
    return 0


_WITH_VALUES = ("--version", "--backends", "--record")


def _with_report(argv: Sequence[str]) -> list[str]:
    """Turn ``--report`` into ``--report=``, so that the program is not taken for its file."""
    given = list(argv)
    for at, word in enumerate(given):
        if word == "--report":
            given[at] = "--report="
        elif not word.startswith("-") and not (at and given[at - 1] in _WITH_VALUES):
            break
    return given


def _tell_at_the_end(report: str | None, record: str | None, folder: str, prog: str) -> None:
    """Record the program's calls, and report them when all its processes have ended."""
    from compat.observation import recording

    spool, process = tempfile.mkdtemp(prefix="torchaudio-compat-"), os.getpid()
    os.environ[recording.VARIABLE] = spool
    report, record = report and os.path.abspath(report), record and os.path.abspath(record)

    def tell() -> None:
        if os.getpid() != process:  # a fork of the program ends
            return
        from compat.observation import coverage, trace
        from compat.projects import choice

        root, release = choice.root_of(folder), compat.release().name
        calls = recording.read(spool)
        shutil.rmtree(spool, ignore_errors=True)
        if record:
            print(f"{prog}: {trace.record(record, calls, root)}", file=sys.stderr)
        if report is not None:
            for line in coverage.report(report, calls, root, release):
                print(line if line.startswith(" ") else f"{prog}: {line}", file=sys.stderr)

    atexit.register(tell)


def _told_by_the_project(program: str, folder: str, prog: str) -> str | None:
    """Return the release that the project was written for; print it and the reason to stderr."""
    if os.environ.get(releases.VERSION_VARIABLE):
        return None
    from compat.projects import choice

    chosen = choice.choose(choice.root_of(folder), releases.DEFAULT, program)
    if chosen.reason:
        print(
            f"{prog}: runs as torchaudio {chosen.release}: {chosen.reason}. Choose another release "
            "with --version.",
            file=sys.stderr,
        )
    return chosen.release


def _run(program: str, folder: str, *, is_module: bool) -> None:
    own = (
        0 if sys.flags.safe_path else 1
    )  # entries that Python made for this command; with -P there is none
    # runpy itself adds a program that is a folder or an archive
    sys.path[:own] = [] if not is_module and _is_searched(program) else [folder]
    if is_module:
        runpy.run_module(program, run_name="__main__", alter_sys=True)
    elif program == _STDIN:
        _run_source(sys.stdin.buffer.read(), "<stdin>")
    elif _is_searched(program):
        runpy.run_path(os.path.abspath(program), run_name="__main__")
    else:
        path = os.path.abspath(program)
        with io.open_code(path) as file:
            _run_source(file.read(), path)


@contextlib.contextmanager
def _tracebacks_of_the_program() -> Iterator[None]:
    """Make tracebacks begin with the program's frames, also in the program's own excepthook."""
    try:
        yield
    except BaseException:
        theirs = sys.excepthook

        def hook(
            kind: type[BaseException], value: BaseException, traceback: types.TracebackType | None
        ) -> None:
            own = _frames_of_the_program(traceback)
            sys.last_traceback = own
            theirs(kind, _without_inner_causes(value.with_traceback(own)), own)

        sys.excepthook = hook
        raise


def _frames_of_the_program(traceback: types.TracebackType | None) -> types.TracebackType | None:
    """Return a traceback without the frames of this file and of ``runpy``.

    Return ``None`` if the program has no frame, as with a syntax error.
    """
    found = at = traceback
    while at is not None:
        if at.tb_frame.f_code.co_filename == __file__:
            found = at.tb_next
        at = at.tb_next
    while found is not None and _package(found) in _STARTERS:
        found = found.tb_next
    return found


def _without_inner_causes(value: BaseException) -> BaseException:
    """Drop the causes inside our code and its libraries from our error, which names the cause."""
    current: BaseException | None = value
    while current is not None:
        before = current.__cause__ or (
            None if current.__suppress_context__ else current.__context__
        )
        if isinstance(current, AudioError) and before is not None and _is_inner(before):
            current.__cause__, current.__suppress_context__ = None, True
            break
        current = before
    return value


def _is_inner(why: BaseException) -> bool:
    """Return whether a traceback has only frames of our code and of its libraries."""
    at = why.__traceback__
    while at is not None:
        if _package(at) not in _INNER:
            return False
        at = at.tb_next
    return True


def _package(traceback: types.TracebackType) -> str:
    return str(traceback.tb_frame.f_globals.get("__name__")).partition(".")[0]


def _folder(program: str, *, is_module: bool) -> str:
    """Return the folder where the program looks first for its own modules."""
    if is_module:
        return os.getcwd()
    if program == _STDIN:
        return ""
    # as Python does, which follows no links on Windows
    real = os.path.abspath(program) if os.name == "nt" else os.path.realpath(program)
    return program if _is_searched(program) else os.path.dirname(real)


def _is_searched(program: str) -> bool:
    """Return whether Python looks for ``__main__`` in a program: in a folder or a zip archive."""
    return pkgutil.get_importer(program) is not None


def _lacks_main(program: str) -> bool:
    """Return whether the program is a folder that Python cannot run."""
    names = ("__main__.py", "__main__.pyc")
    return os.path.isdir(program) and not any(
        os.path.isfile(os.path.join(program, name)) for name in names
    )


def _run_source(source: bytes, path: str) -> None:
    """Run a script as ``python SCRIPT`` does: ``__main__`` stays, so that its functions pickle."""
    module = types.ModuleType("__main__")
    vars(module).update(__file__=path, __builtins__=__builtins__, __spec__=None, __loader__=None)
    sys.modules["__main__"] = module
    exec(_compiled(source, path), vars(module))


def _compiled(source: bytes, path: str) -> types.CodeType:
    if source.startswith(importlib.util.MAGIC_NUMBER):
        code: types.CodeType = marshal.loads(source[_PYC_HEADER:])
        return code
    try:
        return compile(source, path, "exec", dont_inherit=True)
    except SyntaxError as why:
        why.filename = why.filename or path  # of a NUL, Python does not say in which file
        raise


if __name__ == "__main__":
    sys.exit(main())
