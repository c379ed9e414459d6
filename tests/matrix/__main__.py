"""``python -m tests.matrix [--write] [CELL ...]``: build cells, run the tests in each, and print a table of what came of it.

``--write`` keeps the rows in ``results.json``, from which the guide's table is made. Without names, all cells are run.
"""

import argparse
import datetime
import fnmatch
import json
import re
import subprocess
import sys
import time
from typing import Any

from tests.matrix.cells import HERE, ROOT, Cell, build, table

TESTS = (
    "tests/oracle",
    "tests/dispatcher",
    "tests/legacy",
    "tests/compat/operators",
    "tests/compat/test_imported_again.py",
    "tests/compat/test_imports.py",
    "tests/compat/test_install.py",
    "tests/compat/test_rescue.py",
    "tests/compat/test_scripted.py",
    "tests/codemod",
)
REAL = "tests/matrix/test_side_by_side.py"
RESULTS = HERE / "results.json"
COLUMNS = ("cell", "date", "python", "torch", "torchaudio", "numpy", "av", "soundfile", "tests", "passed", "failed", "skipped")
_VERSIONS = """
import importlib.metadata, json, platform
def version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "-"
found = {name: version(name) for name in ("torch", "torchaudio", "numpy", "av", "soundfile")}
import av, soundfile
found["av"] += " (libavcodec " + ".".join(map(str, av.library_versions["libavcodec"])) + ")"
found["soundfile"] += " (libsndfile " + soundfile.__libsndfile_version__ + ")"
print(json.dumps({"python": platform.python_version(), **found}))
"""


def run(cell: Cell, jobs: int, only: list[str]) -> dict[str, Any]:
    """Build a cell and run its tests; gives its row, with the names of tests that failed."""
    row: dict[str, Any] = {"cell": cell.name, "date": datetime.datetime.now(tz=datetime.UTC).date().isoformat()}
    try:
        build(cell)
    except subprocess.CalledProcessError as why:
        return {**row, "note": f"not built: {why}"}
    told = subprocess.run([cell.interpreter, "-c", _VERSIONS], capture_output=True, text=True, check=False)
    if told.returncode:
        return {**row, "note": f"does not import: {(told.stderr.strip().splitlines() or [f'status {told.returncode}'])[-1]}"}
    row.update(json.loads(told.stdout))
    tests = only or [*TESTS, *([REAL] if cell.real else [])]
    command = [cell.interpreter, "-m", "pytest", "-q", "-n", str(jobs), "--dist", "worksteal", "-m", "real or not real", *tests]
    begun = time.monotonic()
    done = subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True, check=False)
    lines = done.stdout.strip().splitlines() or done.stderr.strip().splitlines()
    counts = {kind: int(number) for number, kind in re.findall(r"(\d+) (passed|failed|skipped|error)", lines[-1] if lines else "")}
    row.update(passed=counts.get("passed", 0), failed=counts.get("failed", 0) + counts.get("error", 0), skipped=counts.get("skipped", 0))
    # a file, or with what it was recorded: oracle/test_oracle[2.2-dispatcher]
    row.update(tests=", ".join(re.sub(r"\.py(::\w+)?", "", path.removeprefix("tests/")) for path in only) or "all")
    row.update(seconds=round(time.monotonic() - begun))
    broken = [line for line in lines if line.startswith(("FAILED", "ERROR"))]
    if done.returncode not in (0, 1):
        row["note"] = f"pytest ended with {done.returncode}"
    if done.returncode:
        print("\n".join([*lines[-200:], *done.stderr.strip().splitlines()[-20:]]), file=sys.stderr)
        names = [line.split(" ", 1)[1].split(" - ")[0].rpartition("::")[2] for line in broken]
        # brackets are brackets in these patterns
        known = {pattern.replace("[", "[[]"): why for pattern, why in cell.known.items()}
        whys = {name: next((why for pattern, why in known.items() if fnmatch.fnmatchcase(name, pattern)), "") for name in names}
        row["known"] = sorted({why for why in whys.values() if why})
        row["broken"] = [name for name, why in whys.items() if not why]
        row.update(failed=len(names) - len(whys) + len(row["broken"]), known_failures=len(whys) - len(row["broken"]))
    return row


def text(rows: list[dict[str, Any]]) -> str:
    """Return rows as a table of Markdown."""
    lines = ["| " + " | ".join(COLUMNS) + " | |", "|---" * (len(COLUMNS) + 1) + "|"]
    for row in rows:
        told = [f"`{name}`" for name in row.get("broken", ())]
        if row.get("known_failures"):
            told.append(f"{row['known_failures']} known: {'; '.join(row['known'])}")
        note = row.get("note") or ", ".join(told)
        lines.append("| " + " | ".join(str(row.get(column, "")) for column in COLUMNS) + f" | {note} |")
    return "\n".join(lines)


def kept() -> dict[str, dict[str, Any]]:
    """Return the rows of ``results.json`` by cell."""
    rows = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else []
    return {row["cell"]: row for row in rows}


def main() -> int:
    """Run from the command line; the exit status is 1 where a cell is not green."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cells", nargs="*", metavar="CELL", help=f"of {', '.join(table())}; all where none is named")
    parser.add_argument("--write", action="store_true", help="keep the rows for the guide")
    parser.add_argument("--only", nargs="*", default=[], metavar="PATH", help="tests to run instead of all of a cell's")
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    unknown = [name for name in arguments.cells if name not in table()]
    if unknown:
        parser.error(f"there is no cell {unknown[0]!r}; the cells are {', '.join(table())}")
    rows = []
    for name in arguments.cells or table():
        rows.append(run(table()[name], arguments.jobs, arguments.only))
        print(text(rows[-1:]), flush=True)
    if arguments.write:
        found = {**kept(), **{row["cell"]: row for row in rows}}
        ordered = [found[name] for name in table() if name in found]
        RESULTS.write_text(json.dumps(ordered, indent=1) + "\n", "utf-8")
    print(f"{sum(row.get('passed', 0) for row in rows)} passed, {sum(row.get('failed', 0) for row in rows)} failed")
    return int(any(row.get("failed") or row.get("note") or not row.get("passed") for row in rows))


if __name__ == "__main__":
    sys.exit(main())
