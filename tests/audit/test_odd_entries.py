"""One odd entry among a million is a row or a usage error, never the end with a traceback; so is an early Ctrl-C, and a scheduler that is away."""

import csv
import io
import json
import os
import pathlib
import random
import signal
import socket
import time
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from compat.audit import comparison
from compat.audit.cli import main
from compat.audit.inputs import tables
from compat.audit.items import Item, key
from compat.audit.rows import Row
from compat.audit.storage.jsonl import JsonLines
from compat.audit.task import Compare
from tests.audit.runs import PAIR, TERMS, Audit, encoded, started
from tests.codemod.commands import put
from tests.doubles import fails
from tests.tables import table

A = "data/a.wav"
LIST = b"data/a.wav\n"


@pytest.fixture(autouse=True)
def _data() -> None:
    """A file that decodes the same."""
    put({A: encoded()})


def _socket() -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind("data/s.wav")


# what is made of a file of the folder, by its name; what lists it, or the folder; and the classes of the rows
BOTH = {"identical": 1, "error_both": 1}
ODD = {
    "a link to itself": (lambda: os.symlink("loop.wav", "data/loop.wav"), {}, BOTH),
    "links in a ring": (
        lambda: (os.symlink("c.wav", "data/b.wav"), os.symlink("b.wav", "data/c.wav")), {}, {"identical": 1, "error_both": 2},
    ),
    "a pipe, which would never end": (lambda: os.mkfifo("data/pipe.wav"), {"list.txt": LIST + b"data/pipe.wav\n"}, BOTH),
    "a socket": (_socket, {"list.txt": LIST + b"data/s.wav\n"}, BOTH),
    "a folder in a list": (lambda: os.mkdir("data/d.wav"), {"list.txt": LIST + b"data/d.wav\n"}, BOTH),
    "names of lines and bytes": (lambda: [os.link(A, name) for name in (b"data/new\nline.wav", b"data/\xff\xfe.wav")], {}, {"identical": 3}),
}  # fmt: skip
SAME = {"identical": 1}
LISTS: dict[str, tuple[dict[str, bytes], dict[str, int]]] = {
    "NUL in a list": ({"list.txt": LIST + b"data/b\0c.wav\n"}, BOTH),
    "NUL in JSON": ({"list.jsonl": b'{"path": "data/a.wav"}\n{"path": "data/b\\u0000.wav"}\n'}, BOTH),
    "NUL in a URL": ({"list.txt": LIST + b"memory://x/b.w\0v\n"}, BOTH),
    "half a pair of UTF-16": ({"list.jsonl": b'{"path": "data/a.wav"}\n{"path": "\\ud800.wav"}\n'}, BOTH),
    "a name that is too long": ({"list.txt": LIST + b"x" * 9000 + b".wav\n"}, BOTH),
    "a huge field": ({"list.csv": b'path,text\ndata/a.wav,"' + b"x" * 300000 + b'"\n'}, SAME),
    "a huge field of tabs": ({"list.tsv": b"text\tpath\n" + b"x" * 200000 + b"\tdata/a.wav\n"}, SAME),
    "a mark before the first line": ({"list.txt": b"\xef\xbb\xbfdata/a.wav\r\n"}, SAME),
    "a mark before JSON": ({"list.jsonl": b'\xef\xbb\xbf{"path": "data/a.wav"}\r\n'}, SAME),
    "a mark before a table": ({"list.csv": b"\xef\xbb\xbfpath,x\r\ndata/a.wav,1\r\n"}, SAME),
    "more columns": ({"list.csv": b"path,x\ndata/a.wav,1,2,3\n"}, SAME),
    "a quoted text over lines": ({"list.csv": b'text,path\n"one, two\nthree",data/a.wav\n'}, SAME),
    "numbers of JSON that are none": ({"list.jsonl": b'{"path": "data/a.wav", "d": 1e999, "e": NaN}\n'}, SAME),
    "a device without an end": ({"list.txt": LIST + b"/dev/zero\n"}, BOTH),
    "a URL that is none": ({"list.txt": LIST + b"http://[x/b.wav\n"}, BOTH),
}


@pytest.mark.parametrize("case", [*ODD, *LISTS])
def test_an_odd_entry_is_a_row(case: str, audit: Audit) -> None:
    """And a second run goes on after it."""
    make, files, wanted = ODD.get(case) or (lambda: None, *LISTS[case])
    make()
    put(files)
    for _ in range(2):
        told = audit("--json", next(iter(files), "data"))
        assert told.kinds == wanted
    assert told.summary["files"]["done_before"] == sum(wanted.values())


UNCLOSED = b'path,text\ndata/a.wav,"one\ndata/a.wav,two\ndata/a.wav,three\n'


@table(
    "name, content",
    {
        "a quote that is never closed": ("list.csv", UNCLOSED),
        "a quote that the next row closes": ("list.csv", UNCLOSED.replace(b",two", b',"two"')),
        "a list in UTF-16": ("list.txt", "data/a.wav\n".encode("utf-16")),
        "fewer columns": ("list.csv", b"x,path\n1\n"),
        "a path that is a number": ("list.jsonl", b'{"path": 3}\n'),
        "deep JSON": ("list.jsonl", b'{"path": "data/a.wav", "x": ' + b"[" * 100000 + b"]" * 100000 + b"}\n"),
        "a number of JSON that is too long": ("list.jsonl", b'{"path": "data/a.wav", "x": ' + b"9" * 5000 + b"}\n"),
        "a list that is not gzip": ("list.txt.gz", b"data/a.wav\n"),
        "a list that is not xz": ("list.txt.xz", b"data/a.wav\n"),
        "a list cut off in gzip": ("list.txt.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x01"),
    },
)
def test_an_odd_list_is_a_usage_error(name: str, content: str | bytes, audit: Audit) -> None:
    put({name: content})
    told = audit(name)
    assert told.status == 3
    assert told.err.startswith(f"python -m compat.audit: {name}")
    assert "Traceback" not in told.err


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('path\ttext\na.wav\t"one\nb.wav\ttwo\n', [["a.wav", '"one'], ["b.wav", "two"]]),  # nothing is quoted, as in Common Voice
        ('path\ttext\na.wav\t"one\nb.wav\t"two" x\n', [["a.wav", '"one'], ["b.wav", "two x"]]),
        ('path\ttext\na.wav\t"one\ntwo"\nb.wav\t""\n', [["a.wav", "one\ntwo"], ["b.wav", ""]]),  # as pandas writes it
        ('text\tpath\n"one\ntwo"\ta.wav\n', [["one\ntwo", "a.wav"]]),
    ],
)
def test_a_quote_in_a_table_of_tabs_takes_no_row_along(text: str, rows: list[list[str]]) -> None:
    found = list(tables.rows(io.StringIO(text, newline=""), "\t", "x.tsv"))
    assert [row for _, row in found[1:]] == rows


def test_tables_are_read_as_they_were_written() -> None:
    chance = random.Random(1)
    for _ in range(300):
        texts = ["".join(chance.choices('ab",\n\r x', k=chance.randrange(12))) for _ in range(5)]
        rows = [["path", "text"], *([f"{number}.wav", text] for number, text in enumerate(texts))]
        if chance.random() < 0.5:
            rows = [row[::-1] for row in rows]
        for delimiter in ",\t":
            held = io.StringIO(newline="")
            csv.writer(held, delimiter=delimiter).writerows(rows)
            held.seek(0)
            assert [row for _, row in tables.rows(held, delimiter, "x")] == rows


@pytest.mark.parametrize("line", ["a line of a poem\n", 'a line of ""a"" poem\n'])
def test_the_lines_of_a_long_text_are_parsed_twice_at_most(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not again with each line: eight thousand took seconds."""
    parsed: list[int] = []
    real = csv.reader

    def counted(line: str) -> str:
        parsed.append(len(line))
        return line

    def reader(lines: Iterable[str], **options: object) -> object:
        return real(map(counted, lines), **options)  # type: ignore[arg-type]

    monkeypatch.setattr(csv, "reader", reader)
    text = f'path,text\na.wav,"{line * 500}"\n'
    rows = list(tables.rows(io.StringIO(text, newline=""), ",", "x.csv"))
    assert rows == [(1, ["path", "text"]), (2, ["a.wav", line.replace('""', '"') * 500])]
    assert sum(parsed) < 5 * len(text)


# fields of a row that no audit of this release wrote
@table(
    "fields",
    {
        "a class of a later release": {"kind": "of a later release"},
        "a path that is none": {"path": 3},
        "frames in words": {"from_frames": "many"},
        "a class that is none": {"kind": ["identical"]},
        "a stamp that is none": {"stamp": {"size": 3}},
    },
)
def test_a_foreign_row_is_a_usage_error_that_names_its_line(fields: dict[str, Any], audit: Audit) -> None:
    assert audit("data", "--results", "rows.jsonl").status == 0
    with open("rows.jsonl", "r+") as file:
        row = json.load(file)
        file.write(json.dumps(row | fields) + "\n")
    told = audit("data", "--results", "rows.jsonl")
    assert (told.status, "rows.jsonl:2: this is not a row of an audit" in told.err) == (3, True)
    assert "Traceback" not in told.err


@table(
    "rows, says, options",
    {
        "another schema": ([{"a": 1}], "rows.parquet: it is damaged, or no audit made it", ()),
        "no Parquet": (None, "rows.parquet: it is damaged, or no audit made it", ()),
        "a class of a later release": ([{"path": "x", "kind": "later"}], "rows.parquet: it is damaged, or no audit made it", ()),
        "a corpus in the place of fresh results": ([{"path": "x", "text": "y"}], "no audit made it", ("--fresh",)),
    },
)
def test_a_foreign_parquet_is_a_usage_error(rows: list[dict[str, Any]] | None, says: str, options: tuple[str, ...], audit: Audit) -> None:
    import pyarrow.parquet

    place = pathlib.Path("rows.parquet")
    put({str(place): "PAR1"})
    if rows:
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), place)
    before = place.read_bytes()
    told = audit("data", "--results", "rows.parquet", *options)
    assert (told.status, says in told.err) == (3, True)
    assert "Traceback" not in told.err
    assert place.read_bytes() == before


def test_a_row_is_read_as_it_was_written_whatever_its_path_has() -> None:
    paths = ["plain.wav", "\udcff.wav", "\ud800.wav", "a\0b.wav", "a\u2028b.wav", "a\nb.wav"]
    with JsonLines("rows.jsonl") as store:
        for path in paths:
            store.append(Row(path, "identical", stamp="1", terms="t"))
        assert [row.path for row in store.rows()] == paths


def test_a_path_has_one_key_in_every_locale() -> None:
    """Python gives bytes beyond ASCII as surrogates in an ASCII locale; the stored row has the letters."""
    stamp = "1"
    assert key("ü.wav".encode().decode("ascii", "surrogateescape"), stamp) == key("ü.wav", stamp)
    assert len({key(path, stamp) for path in ("ü.wav", "\udcfc.wav", "\ud800.wav", "?.wav")}) == 4


@pytest.mark.parametrize("why", [KeyError("x"), ZeroDivisionError("x"), MemoryError(), AssertionError()])
def test_whatever_a_file_makes_a_library_raise_is_its_row(why: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "compare", fails(why))
    row = Compare(TERMS)(Item(A))
    assert row.kind == "error_both"
    assert type(why).__name__ in row.note


@pytest.mark.parametrize(("kind", "kept"), [("length", "error_both"), ("error_to", "error_both"), ("identical", "identical")])
def test_what_is_written_to_meanwhile_is_no_difference(kind: str, kept: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The two sides have read two files."""

    def compare(row: Row, paths: tuple[str, str], *_: object) -> Row:
        with open(paths[0], "ab") as file:
            file.write(b"more")
        row.kind = kind
        return row

    monkeypatch.setattr(comparison, "compare", compare)
    row = Compare(TERMS)(Item(A))
    assert row.kind == kept
    assert ("was written to while it was read" in row.note) == (kind != kept)


@pytest.mark.parametrize("after", [0.2, 0.5, 0.9, 1.3, 1.7, 2.1])
def test_an_early_interrupt_leaves_no_traceback(after: float) -> None:
    """To the whole group of processes, as a terminal sends it: while it imports, while its workers begin."""
    for number in range(60):
        os.link(A, f"data/{number}.wav")
    process = started("data", "--jobs", "2")
    time.sleep(after)
    os.killpg(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert "Traceback" not in told
    assert "KeyboardInterrupt" not in told


@pytest.fixture(params=["tcp://127.0.0.1:9", "tls://127.0.0.1:9", "tcp://scheduler.invalid:8786", "tcp://192.0.2.1:8786", "mute"])
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    """An address that refuses, has no name, does not answer, or at which somebody listens who never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}" if request.param == "mute" else request.param


def test_a_scheduler_that_is_not_there_is_said_soon(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Before the files are looked for."""
    begun = time.monotonic()
    assert main([*PAIR[:-1], "data", "--scheduler", address]) == 3
    assert time.monotonic() - begun < 5 + 10
    told = capsys.readouterr().err
    assert f"no scheduler answers at {address}" in told
    assert f"connecting to the scheduler at {address}" in told
    assert "Traceback" not in told
    assert not list(pathlib.Path().glob("audit-*"))
