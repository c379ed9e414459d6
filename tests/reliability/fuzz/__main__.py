"""``python -m tests.reliability.fuzz``: read damaged files for a chosen time, or a chosen number of them.

python -m tests.reliability.fuzz --seconds 600                 # as many as that time allows, shared by the backends
python -m tests.reliability.fuzz --mutations 20000             # a fixed number for each backend
python -m tests.reliability.fuzz --backend sox --only 4711     # one mutation again, its file kept in --keep
python -m tests.reliability.fuzz --corpus long                 # long files alone, whose late pieces must be the slices of the whole
python -m tests.reliability.fuzz --corpus structure            # sizes, counts, rates and nesting of headers; all readings must agree
"""

import argparse
import pathlib
import sys
import time
from collections import Counter

import dispatcher
from tests.reliability.fuzz import children
from tests.reliability.fuzz.corpora import CORPORA

_FOREVER = 10**9
_MOST_SHOWN = 40
_MOST_TOLD = 160


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, help="for how long in all")
    parser.add_argument("--mutations", type=int, help="how many for each backend (default: 20,000, or what --seconds allows)")
    parser.add_argument("--first", type=int, default=0, help="number of the first mutation")
    parser.add_argument("--only", type=int, help="this one mutation")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--corpus", choices=tuple(CORPORA), action="append", help="short files, long ones, structure, or by default all")
    parser.add_argument("--batch", type=int, default=2000, help="mutations that one child process reads")
    parser.add_argument("--backend", action="append", help="may be repeated; default: all that work here")
    parser.add_argument("--keep", type=pathlib.Path, help="a folder for the files that did harm")
    return parser


def _show(report: children.Report, seconds: float) -> None:
    counts = ", ".join(f"{count} {kind}" for kind, count in report.outcomes.most_common())
    slowest, *where = report.slowest
    print(
        f"{report.backend}: {report.mutations} mutations in {seconds:.0f} s: {counts}; slowest call {slowest:.2f} s of "
        f"processor time {where}; growth {report.growth:.0f} kB per 1,000 mutations; {len(report.findings)} findings"
    )
    for finding in report.findings[:_MOST_SHOWN]:
        print(f"  {finding.index} {finding.name} {finding.call}: {finding.kind} {finding.detail[:_MOST_TOLD]}")
    if len(report.findings) > _MOST_SHOWN:
        kinds = Counter((finding.kind, finding.name) for finding in report.findings)
        print("  in all:", ", ".join(f"{kind} {name}: {count}" for (kind, name), count in kinds.most_common()))
    sys.stdout.flush()


def main() -> int:
    """Run from the command line; 1 where anything was found."""
    given, bad = _parser().parse_args(), False
    names, corpora = given.backend or dispatcher.list_audio_backends(), given.corpus or list(CORPORA)
    number = given.mutations or (_FOREVER if given.seconds else 20_000)
    indices = range(given.first, given.first + number) if given.only is None else range(given.only, given.only + 1)
    for corpus in map(CORPORA.__getitem__, corpora):
        files = corpus.files()
        print(f"{len(files)} {corpus.files.__name__} files, seed {given.seed}, mutations from {indices.start}", flush=True)
        for name in names:
            began = time.monotonic()
            until = began + given.seconds / len(names) / len(corpora) if given.seconds else float("inf")
            report = children.run(corpus, name, files, given.seed, indices, given.batch, until)
            _show(report, time.monotonic() - began)
            bad = bad or bool(report.findings)
            for finding in report.findings if given.keep else ():
                given.keep.mkdir(parents=True, exist_ok=True)
                found = corpus.mutation(files, given.seed, finding.index)
                (given.keep / f"{name}-{given.seed}-{finding.index}{pathlib.PurePath(found.name).suffix}").write_bytes(found.data)
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
