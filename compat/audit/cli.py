"""Parse the command line of ``python -m compat.audit`` and run it."""

import argparse
import contextlib
import math
import os
import sys
from collections.abc import Sequence

from compat._version import __version__
from compat.audit.engines import Engine, EngineError
from compat.audit.options import Terms
from compat.audit.progress import Progress, shown
from compat.audit.reporting.result import Result
from compat.audit.storage import open_store
from compat.commands.arguments import (
    Parser,
    Table,
    UsageError,
    add_all,
    check_writable,
    number,
    parsed,
)
from compat.commands.console import (
    FAILED,
    STOPPED,
    print_anything,
    print_for_programs,
    printable,
    report_end,
)

_WORKERS = {
    # each process is a thread of its own, and numpy's threads would compete for the cores
    "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
    # glibc returns memory after each file and takes it again page by page: a tenth of all the time
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20), "MALLOC_TRIM_THRESHOLD_": str(128 << 20),
}  # fmt: skip

_EPILOG = """\
sides
  2.0                     2.0 with its default, a global backend: sox_io if it works, or soundfile
  2.0:soundfile           2.0 with the global backend soundfile
  2.0:dispatcher:ffmpeg   2.0 with a backend per call ("dispatcher" may be left out here)
  2.1:global:soundfile    2.1 with the dispatcher turned off
  2.2:ffmpeg              2.2 with this backend in each call
  2.2                     2.2: for each file the first of ffmpeg, sox, soundfile that accepts it;
                          FFmpeg must work here
  2.9                     what TorchCodec does

data
  folders, files, globs (quote them), manifests (.txt with one path on each line, .csv, .tsv,
  .jsonl), `-` for a list on standard input, and all of these as a URL of fsspec:
  s3://bucket/folder, gs://..., https://host/list.csv

examples
  python -m compat.audit --from 2.0 --to 2.2 corpus/
  python -m compat.audit --from 2.0:sox_io --to 2.2:ffmpeg train.jsonl --field audio_filepath
  python -m compat.audit --from 2.0 --to 2.2 corpus/ --report audit.html
  python -m compat.audit --from 2.1 --to 2.9 s3://bucket/corpus --sample 5000
  python -m compat.audit --from 2.1 --to 2.9 corpus/ --scheduler tcp://10.0.0.1:8786
  python -m compat.audit --from 2.0 --to 2.2 corpus/ --against decoded-by-the-real-2.2/
  python -m compat.audit --from 2.0 --to-python ~/envs/new/bin/python corpus/
  python -m compat.audit --results audit.parquet --report audit.html   # from existing rows

If you run the same command again, it continues where the first run ended, and compares files again
that changed since.

exit status
  0  all files the same      1  some files differ      2  a side cannot read some files
  3  wrong usage, or the audit itself failed
  130  stopped by Ctrl-C; the rows written so far are kept
  141  the reader of its output, such as `head`, closed the pipe early
"""
_PROG = "python -m compat.audit"


_NOT_NEGATIVE = number(
    float, lambda value: 0 <= value < math.inf, "it must be a number that is not negative"
)
_COUNT = number(int, lambda value: value >= 0, "it must not be negative")
_PERCENT = number(
    lambda text: float(text) / 100,
    lambda value: 0.5 <= value < 1,
    "it is a percentage from 50 to less than 100",
)


_ARGUMENTS: dict[str, Table] = {
    "": {
        "data": {"nargs": "*", "metavar": "DATA", "help": "folders, files, globs, manifests, URLs"},
    },
    "what is compared": {
        "--from": {
            "dest": "old",
            "metavar": "SIDE",
            "help": "the old side, as RELEASE[:MODE][:BACKEND]",
        },
        "--to": {
            "dest": "new",
            "metavar": "SIDE",
            "help": "the new side; or a folder of copies decoded elsewhere, which the side of "
            "--from reads",
        },
        "--to-python": {
            "metavar": "PATH",
            "help": "decode the new side with the real torchaudio of this environment (its "
            "folder, or its Python)",
        },
        "--against": {
            "metavar": "ROOT",
            "default": "",
            "help": "read the new side's files from this folder, by the same relative paths",
        },
        "--tolerance": {
            "type": _NOT_NEGATIVE,
            "default": Terms.tolerance,
            "help": "the largest difference that does not count (%(default).2g of full scale)",
        },
        "--max-shift": {
            "type": _COUNT,
            "default": Terms.max_shift,
            "metavar": "FRAMES",
            "help": "the largest shift to look for (%(default)s)",
        },
        "--native": {
            "action": "store_true",
            "help": "load with normalize=False, so that dtypes are compared too",
        },
    },
    "which files": {
        "--manifest": {
            "action": "append",
            "default": [],
            "metavar": "FILE",
            "help": "read FILE as a manifest, whatever its extension; may be repeated",
        },
        "--field": {
            "metavar": "NAME",
            "help": "where manifests have the path: a column of CSV (name, or number from 1) or a "
            "field of JSON lines (a.b)",
        },
        "--root": {
            "metavar": "FOLDER",
            "help": "the folder that relative paths in manifests start from (default: the "
            "manifest's folder)",
        },
        "--extensions": {
            "metavar": "A,B",
            "help": "which files in folders to take; `all` takes every file (default: all audio "
            "files)",
        },
        "--sample": {
            "type": _COUNT,
            "default": 0,
            "metavar": "N",
            "help": "compare only a random sample of N files, and estimate the result for all",
        },
        "--seed": {"type": int, "default": 0, "metavar": "N", "help": "seed of the sample (0)"},
        "--confidence": {
            "type": _PERCENT,
            "default": 0.95,
            "metavar": "PERCENT",
            "help": "confidence of the estimate from the sample (95)",
        },
    },
    "how": {
        "--jobs": {
            "type": _COUNT,
            "default": 0,
            "metavar": "N",
            "help": "number of processes; 0 for one per processor (default)",
        },
        "--scheduler": {"metavar": "ADDRESS", "help": "run on Dask: tcp://HOST:PORT, or local[N]"},
        "--time-limit": {
            "type": _NOT_NEGATIVE,
            "default": 600.0,
            "metavar": "SECONDS",
            "help": "limit for a file, without --scheduler; 0 for none (600)",
        },
    },
    "results": {
        "--results": {
            "metavar": "FILE",
            "help": "the file for the rows, .jsonl or .parquet (default: audit-FROM-TO.jsonl)",
        },
        "--fresh": {"action": "store_true", "help": "delete existing rows and start again"},
        "--retry-errors": {
            "action": "store_true",
            "help": "compare again files that could not be read",
        },
        "--json": {"action": "store_true", "help": "print the summary as JSON"},
        "--report": {"metavar": "FILE.html", "help": "also write a self-contained HTML page"},
        "--draw": {
            "type": _COUNT,
            "default": 200,
            "metavar": "N",
            "help": "show waveforms and sound for N files on the page, the worst first (200)",
        },
        "--report-rows": {
            "type": _COUNT,
            "default": 50_000,
            "metavar": "N",
            "help": "list N files on the page, the worst first (50000)",
        },
        "--fail-on": {
            "default": "differences,errors",
            "metavar": "A,B",
            "help": "the results that make the exit status 1 or 2: names of results, differences, "
            "errors, none (%(default)s)",
        },
        "--quiet": {"action": "store_true", "help": "show no progress"},
        "--version": {"action": "version", "version": f"torchaudio-compat {__version__}"},
    },
}


def parser(prog: str = _PROG) -> argparse.ArgumentParser:
    """Return the parser of the arguments."""
    made = Parser(
        prog,
        FAILED,
        description="Does my data still decode the same? Compare, file by file, how two releases "
        "of torchaudio load it.",
        epilog=_EPILOG,
    )
    for title, arguments in _ARGUMENTS.items():
        add_all(made.add_argument_group(title) if title else made, arguments)
    return made


def main(argv: Sequence[str] | None = None, prog: str = _PROG) -> int:
    """Run the command and return its exit status."""
    arguments = parsed(parser(prog), argv)
    if isinstance(arguments, int):
        return arguments
    for name, value in _WORKERS.items():
        os.environ.setdefault(name, value)
    print_anything()
    try:
        return _audited(arguments)
    except (UsageError, EngineError) as why:
        print(f"{prog}: {why}", file=sys.stderr)
    except KeyboardInterrupt:
        print(f"{prog}: stopped", file=sys.stderr)
        return STOPPED
    except Exception as why:  # noqa: BLE001 - its status must not be taken for a finding
        return report_end(why, prog, "the audit")
    return FAILED


def _audited(arguments: argparse.Namespace) -> int:
    from compat.audit import classes
    from compat.audit.reporting import machine, terminal

    failing = classes.named(arguments.fail_on)
    only_reports = not arguments.data and not arguments.manifest
    if arguments.report:
        if os.path.splitext(arguments.report)[1].lower() not in (".html", ".htm"):
            raise UsageError(
                f"--report {arguments.report}: the page goes to a file that ends in .html"
            )
        check_writable("--report", arguments.report)
    result, wanted = (
        _reported(arguments, failing) if only_reports else _compared(arguments, failing)
    )
    if arguments.json:
        print_for_programs()
    (machine if arguments.json else terminal).write(result, sys.stdout)
    if arguments.report:
        from compat.audit.reporting import page

        jobs = arguments.jobs or os.cpu_count() or 1
        page.write(result, wanted, most=arguments.report_rows, drawn=arguments.draw, jobs=jobs)
        print(
            f"The page is {printable(arguments.report)}.",
            file=sys.stderr if arguments.json else sys.stdout,
        )
    return STOPPED if result.stopped else result.status


def _terms(arguments: argparse.Namespace) -> Terms:
    """Return what the arguments say about the comparison.

    Raises:
        UsageError: a side is missing or unknown.
    """
    if not arguments.old or not (arguments.new or arguments.to_python):
        also = f" --against {arguments.against}" if arguments.against else ""
        raise UsageError(f"which releases? Say --from 2.0 --to 2.2{also}")
    old = _side(arguments.old)
    against = arguments.against
    if arguments.new and not _is_side(arguments.new) and os.path.isdir(arguments.new):
        if against or arguments.to_python:
            raise UsageError(f"--to {arguments.new} is a folder; leave out --against, --to-python")
        arguments.new, against = arguments.old, arguments.new
    if arguments.to_python:
        from compat.audit.environments import environment

        new = environment.named(arguments.to_python, arguments.new)
    else:
        new = _side(arguments.new)
    if against and "://" not in against:
        if not os.path.isdir(against):
            raise UsageError(f"--against {against}: there is no such folder")
        against = os.path.abspath(against)
    return Terms(old, new, arguments.tolerance, arguments.max_shift, not arguments.native, against)


def _side(text: str) -> str:
    """Return the complete name of a side; say so if another backend stands in for the default."""
    from compat.audit import sides

    name = sides.parse(text).name
    if name.endswith("global:soundfile") and "soundfile" not in text and os.name != "nt":
        print(
            f"{text}: sox_io was the default, but libsox does not work here, so soundfile decodes. "
            f"It may give other samples. Install libsox (`python -m compat.doctor` says how), or "
            f"write {name} if you used soundfile",
            file=sys.stderr,
        )
    return name


def _is_side(text: str) -> bool:
    """Return whether a text names a side; a release counts even if a folder has its name."""
    from compat.audit import sides

    try:
        sides.parse(text)
    except UsageError:
        return False
    return True


def _compared(
    arguments: argparse.Namespace, failing: frozenset[str]
) -> tuple[Result, set[int] | None]:
    """Find the files and compare those not done; return the result and the keys that count."""
    from compat.audit import session
    from compat.audit.inputs import formats
    from compat.audit.inputs.sources import Sources

    terms = _terms(arguments)
    extensions = formats.AUDIO
    if arguments.extensions:
        extensions = frozenset(
            name.strip().lstrip(".").lower() for name in arguments.extensions.split(",")
        ) - {"all", ""}
    sources = Sources(
        tuple(arguments.data),
        tuple(arguments.manifest),
        arguments.field,
        arguments.root,
        extensions,
        against=terms.against,
    )

    new = f"{terms.new.partition('@')[0]}-python" if arguments.to_python else arguments.new
    results = arguments.results or f"audit-{arguments.old}-{new}.jsonl".replace(":", "_")
    stopped = ""
    with shown(quiet=arguments.quiet) as progress, contextlib.ExitStack() as held:
        engine = _engine(arguments, progress)
        store = held.enter_context(open_store(results, fresh=arguments.fresh))
        made = session.plan(
            sources,
            terms,
            store,
            sample=arguments.sample,
            seed=arguments.seed,
            retry=arguments.retry_errors,
            tick=progress.found,
        )
        progress.begin(made.todo, made.done_before)
        rows = session.run(terms, made, store, engine)
        try:
            with contextlib.closing(rows):
                for row in rows:
                    progress.row(row)
        except KeyboardInterrupt:
            stopped = "Stopped."
        tally = session.summary(store, made.wanted)
    result = Result(
        terms, tally, made.found, len(made.wanted), made.done_before, sources.passed_over,
        arguments.sample, arguments.confidence,
        results, failing, stopped, sources.links, arguments.report or "",
    )  # fmt: skip
    return result, made.wanted


def _engine(arguments: argparse.Namespace, progress: Progress) -> Engine:
    if arguments.scheduler:
        from compat.audit.engines.dask import DaskEngine

        return DaskEngine(arguments.scheduler, tell=progress.waiting, note=progress.note)
    from compat.audit.engines.local import LocalEngine

    return LocalEngine(arguments.jobs or os.cpu_count() or 1, arguments.time_limit)


def _reported(
    arguments: argparse.Namespace, failing: frozenset[str]
) -> tuple[Result, set[int] | None]:
    """Return the result for existing rows, all of which count."""
    from compat.audit import session

    if not arguments.results:
        raise UsageError(
            "no DATA given; `.` is the folder you are in. With --results FILE alone, that "
            "file is reported on"
        )
    if not os.path.exists(arguments.results):
        raise UsageError(f"{arguments.results}: there are no such results")
    with open_store(arguments.results) as store:
        tally = session.summary(store, None)
        first = next(iter(store.rows()), None)
    terms = (
        Terms("", "")
        if first is None
        else Terms(first.from_side, first.to_side, first.tolerance or 0.0)
    )
    result = Result(
        terms,
        tally,
        tally.files,
        tally.files,
        0,
        0,
        0,
        arguments.confidence,
        arguments.results,
        failing,
        report=arguments.report or "",
    )
    return result, None
