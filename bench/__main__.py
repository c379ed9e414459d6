"""``python -m bench``: run it all, print the ratios, and write ``RESULTS.md`` and ``results.png`` beside this file."""

from __future__ import annotations

import argparse
import json
import pathlib
import sys
import tempfile

import pytest

from bench import report

NOTES = report.HERE / "NOTES.md"


def main() -> int:
    """Run the tasks that pytest's ``-k`` selects; without it, all of them, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "-k",
        dest="only",
        default="",
        help="tasks to run, as in pytest; the page is then left as it is",
    )
    parser.add_argument("--rounds", type=int, default=9, help="turns of each peer and of ours")
    parser.add_argument(
        "--keep", type=pathlib.Path, help="where to leave the measurements, as JSON"
    )
    parser.add_argument(
        "--page",
        type=pathlib.Path,
        nargs="+",
        help="measure nothing, and make the page of measurements that were kept",
    )
    given = parser.parse_args()
    if given.page:
        return _publish(
            [row for path in given.page for row in report.rows(json.loads(path.read_text()))]
        )
    with tempfile.TemporaryDirectory() as folder:
        measured = given.keep or pathlib.Path(folder, "measured.json")
        arguments = [
            str(report.HERE),
            "-q",
            "--benchmark-disable-gc",
            "--benchmark-timer=time.process_time",
            "--benchmark-columns=min",
        ]
        arguments += [
            f"--benchmark-json={measured}",
            f"--rounds={given.rounds}",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:xdist",
        ]
        status = pytest.main([*arguments, "--benchmark-quiet", "-k", given.only])
        if not measured.exists() or not measured.stat().st_size:
            return int(status) or 1
        found = report.rows(json.loads(measured.read_text()))
    print(report.text(found))
    if not given.only:
        _publish(found)
    return int(status)


def _publish(found: list[report.Row]) -> int:
    (report.HERE / "RESULTS.md").write_text(report.markdown(found, NOTES.read_text()))
    report.picture(found, report.HERE / "results.png")
    print(f"written: {report.HERE / 'RESULTS.md'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
