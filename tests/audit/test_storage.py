"""Results survive being killed, and are read again."""

import io
import json
import os
import pathlib
import sys

import pyarrow.parquet
import pytest

from compat.audit.rows import Row
from compat.audit.storage import open_store, parquet
from compat.audit.storage.jsonl import JsonLines
from compat.audit.tally import Tally, latest, severity
from compat.commands.arguments import UsageError
from tests.audit.runs import result
from tests.codemod.commands import contents, put
from tests.tables import table

ROWS = [
    Row("a.wav", "identical", stamp="1", terms="t", rms=0.0, seconds=1.5, from_rate=8000),
    Row("b é 音.flac", "different", "largest\ndifference", stamp="2", terms="t", largest=0.1),
    Row("odd \udcff.mp3", "error_to", to_error="no", terms="t"),
]


@pytest.fixture(params=["audit.jsonl", "audit.parquet"])
def place(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def kept(place: str, *rows: Row, fresh: bool = False) -> list[str]:
    """The paths that a file has once rows are appended to it."""
    with open_store(place, fresh=fresh) as store:
        for row in rows:
            store.append(row)
        return [row.path for row in store.rows()]


@pytest.mark.parametrize("first", ROWS, ids=lambda row: row.path)
def test_rows_come_back_until_they_are_dropped(place: str, first: Row) -> None:
    """Whatever row the file begins with."""
    kept(place, first)
    with open_store(place) as store:
        for row in ROWS:
            store.append(row)
        found = list(store.rows())
    assert found[1:3] == ROWS[:2]
    assert [row.path[:4] for row in found] == [row.path[:4] for row in (first, *ROWS)]
    assert kept(place, ROWS[0], fresh=True) == [ROWS[0].path]


def test_two_runs_do_not_append_at_once(place: str) -> None:
    with open_store(place), pytest.raises(UsageError, match="another run appends"):
        open_store(place)


LINE = '{"path": "a.wav", "kind": "identical", "stamp": "1", "terms": "t"}\n'


# the file of an earlier run, and how many rows are left of it
@table(
    "text, rows",
    {"empty": ("", 0), "a brace": ("{", 0), "half a row": ('{"path": "c.wav", "ki', 0), "a row and a half": (LINE + LINE[:20], 1)},
)
def test_a_half_written_line_is_taken_off(text: str, rows: int) -> None:
    pathlib.Path("audit.jsonl").write_text(text)
    kept("audit.jsonl", ROWS[1])
    assert kept("audit.jsonl") == ["a.wav"] * rows + [ROWS[1].path]


def _line(**fields: object) -> str:
    return json.dumps({**json.loads(LINE), **fields}) + "\n"


def _parquet(**fields: str) -> bytes:
    held = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist([fields]), held)
    return held.getvalue()


NO_AUDIT = "no audit wrote this file"
NO_ROW = r"audit\.jsonl:2: this is not a row .* delete the line"
NO_RESULTS = "audit.parquet: it is damaged, or no audit made it .* delete it"
# what stands where the results should be, and words of the error; it is left as it is, even if fresh results are asked for
OTHERS: dict[str, tuple[str, str | bytes, str]] = {
    "text": ("audit.jsonl", "not json\n", NO_AUDIT),
    "a list": ("audit.jsonl", "[1]\n", NO_AUDIT),
    "a word": ("audit.jsonl", '"text"\n', NO_AUDIT),
    "a line without an end": ("audit.jsonl", "not json", NO_AUDIT),
    "a manifest whose last line has no end": ("audit.jsonl", '{"path": "a.wav"}\n{"path": "b.wav"}', NO_AUDIT),
    "a manifest of one line": ("audit.jsonl", '{"path": "a.wav"}', NO_AUDIT),
    "another extension": ("audit.csv", "", r"\.jsonl or \.parquet"),
    "no extension": ("audit", "", r"\.jsonl or \.parquet"),
    "no Parquet": ("audit.parquet", "PAR1", NO_RESULTS),
    "another schema": ("audit.parquet", _parquet(a="1"), NO_RESULTS),
    "a class of a later release in Parquet": ("audit.parquet", _parquet(path="x", kind="later"), NO_RESULTS),
    "a corpus in Parquet": ("audit.parquet", _parquet(path="x", text="y"), NO_RESULTS),
}
# an audit wrote the first line of these, so they may be dropped
DAMAGED: dict[str, tuple[str, str | bytes, str]] = {
    "a damaged line": ("audit.jsonl", f'{LINE}{{"kind": "identical"}}\n', NO_ROW),
    "a class of a later release": ("audit.jsonl", LINE + _line(kind="of a later release"), NO_ROW),
    "a path that is none": ("audit.jsonl", LINE + _line(path=3), NO_ROW),
    "frames in words": ("audit.jsonl", LINE + _line(from_frames="many"), NO_ROW),
    "a class that is none": ("audit.jsonl", LINE + _line(kind=["identical"]), NO_ROW),
    "a stamp that is none": ("audit.jsonl", LINE + _line(stamp={"size": 3}), NO_ROW),
}


@table(
    "name, content, says, fresh",
    {
        f"{case}, {fresh=}": (*row, fresh)
        for rows, ways in ((OTHERS, (False, True)), (DAMAGED, (False,)))
        for case, row in rows.items()
        for fresh in ways
    },
)
def test_something_else_is_left_as_it_is(name: str, content: str | bytes, says: str, fresh: bool) -> None:
    put({name: content})
    before = contents()
    with pytest.raises(UsageError, match=says), open_store(name, fresh=fresh) as store:
        list(store.rows())
    assert contents() == before


def test_parquet_is_a_file_that_others_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "_AT_ONCE", 2)
    place = "audit.parquet"
    for numbers in (range(3), range(5)):  # what is compared again is there once
        kept(place, *(Row(f"{number}.wav", "identical", terms="t") for number in numbers))
    assert os.listdir() == [place]
    assert pyarrow.parquet.read_table(place).column("path").to_pylist() == [f"{number}.wav" for number in range(5)]


def test_what_a_killed_run_left_in_the_journal_is_kept_once() -> None:
    place = "audit.parquet"
    kept(place, ROWS[0])
    late = LINE.replace("a.wav", "late.wav")
    # killed while it wrote a row, and after it had replaced the file
    for left in (late + late[:20], late):
        put({f"{place}.journal": left})
        assert set(kept(place)) == {"a.wav", "late.wav"}
        assert kept(place) == ["a.wav", "late.wav"]


def test_a_file_that_is_only_read_is_not_replaced() -> None:
    place = "audit.parquet"
    kept(place, ROWS[0])
    before = os.stat(place)
    assert len(kept(place)) == 1
    assert os.stat(place).st_ino == before.st_ino


def test_parquet_without_pyarrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match=r'Parquet needs pyarrow .*: pip install "torchaudio-compat\[audit\]", or use \.jsonl'):
        open_store("audit.parquet")
    assert not os.listdir()


def test_a_place_that_cannot_be_written() -> None:
    with pytest.raises(UsageError, match=r"the results cannot be written there \(No such file or directory\); with --results"):
        open_store("gone/audit.jsonl")


def test_a_row_counts_once_and_a_later_one_takes_the_place_of_a_failure() -> None:
    rows = [
        Row("a.wav", "identical"), Row("a.wav", "identical"), Row("b.wav", "error_both"), Row("b.wav", "error_to"),
        Row("c.wav", "error_to"), Row("c.wav", "shifted", left_rms=0.0),
    ]  # fmt: skip
    tally = result(latest(rows, None)).tally
    assert (tally.files, dict(tally.kinds)) == (3, {"identical": 1, "shifted": 1, "error_to": 1})


def test_the_worst_are_the_worst() -> None:
    tally = Tally()
    for number in range(50):
        tally.add(Row(f"{number}.wav", "different", rms=number / 100))
        tally.add(Row(f"same{number}.wav", "tolerance", rms=0.9))
    tally.add(Row("unreadable.wav", "error_to"))
    assert [row.path for row in tally.worst] == ["unreadable.wav", *(f"{number}.wav" for number in range(49, 40, -1))]


def test_severity() -> None:
    """From the least to the worst; what is the same is none, however far apart within a tolerance."""
    kinds = [
        Row("", "shifted", rms=0.9, left_rms=0.0), Row("", "length", rms=0.0, from_frames=9, to_frames=8), Row("", "different", rms=0.5),
        Row("", "different", rms=0.5, from_frames=9, to_frames=1), Row("", "metadata"), Row("", "error_both"), Row("", "error_from"),
        Row("", "error_to"), Row("", "crashed"),
    ]  # fmt: skip
    found = [severity(row) for row in kinds]
    assert found == sorted(set(found))
    assert severity(Row("", "tolerance", rms=0.9)) == severity(Row("", "identical")) == 0 < found[0]


def test_a_row_is_read_as_it_was_written_whatever_its_path_has() -> None:
    paths = ["plain.wav", "\udcff.wav", "\ud800.wav", "a\0b.wav", "a\u2028b.wav", "a\nb.wav"]
    with JsonLines("rows.jsonl") as store:
        for path in paths:
            store.append(Row(path, "identical", stamp="1", terms="t"))
        assert [row.path for row in store.rows()] == paths
