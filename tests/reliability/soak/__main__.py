"""``python -m tests.reliability.soak``: the whole soak; 1 where anything is left, grown, hung or wrong."""

import argparse
import sys

from tests.reliability.soak import calls, threads, workers

_GROWTH = 10 * 2**20


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--threads", type=int, default=16)
    parser.add_argument("--thread-calls", type=int, default=500, help="of each thread")
    parser.add_argument("--rounds", type=int, default=50, help="of the data loader, for each way to start workers")
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--only", choices=("calls", "threads", "fork", "spawn"), action="append")
    return parser


def main() -> int:
    given, bad = _parser().parse_args(), False
    parts = given.only or ["calls", "threads", "fork", "spawn"]
    for collector in (True, False) if "calls" in parts else ():
        left = calls.run(given.calls, collector=collector)
        bad = bad or left.files_after != left.files_before or left.growth > _GROWTH
        print(
            f"{left.calls} mixed calls, garbage collector {'on' if collector else 'off'}: {left.seconds:.0f} s, open files "
            f"{left.files_before} -> {left.files_after}, resident memory {left.warm / 2**20:.1f} -> {left.end / 2**20:.1f} MiB",
            flush=True,
        )
    if "threads" in parts:
        compared, wrong = threads.run(given.threads, given.thread_calls)
        bad = bad or bool(wrong)
        print(
            f"{given.threads} threads, stand-ins of four releases, mixed backends: {compared} loads compared, wrong: {wrong[:5] or 'none'}",
            flush=True,
        )
    for method in ("fork", "spawn"):
        if method in parts:
            came, wrong, slowest = workers.run(method, given.rounds, given.workers)
            bad = bad or bool(wrong)
            print(
                f"DataLoader, {method}, {given.workers} workers: {given.rounds} rounds, {came} samples, slowest round {slowest:.1f} s, "
                f"wrong: {wrong[:5] or 'none'}",
                flush=True,
            )
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
