"""One odd entry among a million is a row or a usage error, never the end with a traceback; so is an early Ctrl-C, and a scheduler that is away."""

from __future__ import annotations

import csv
import io
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pytest
import soundfile

from compat.audit import comparison
from compat.audit.cli import main
from compat.audit.inputs import tables
from compat.audit.items import Item
from compat.audit.options import Terms
from compat.audit.rows import Row
from compat.audit.storage.jsonl import JsonLines
from compat.audit.task import Compare
from tests.conftest import ROOT

PAIR = ("--from", "2.0:soundfile", "--to", "2.2:ffmpeg", "--jobs", "1", "--quiet")


@pytest.fixture
def folder(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """A file that decodes the same, in the folder that is current."""
    (tmp_path / "data").mkdir()
    soundfile.write(tmp_path / "data" / "a.wav", np.random.default_rng(3).uniform(-0.5, 0.5, (4000, 1)), 8000)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _link_to_itself(folder: pathlib.Path) -> str:
    (folder / "data" / "loop.wav").symlink_to("loop.wav")
    return "data"


def _links_in_a_ring(folder: pathlib.Path) -> str:
    (folder / "data" / "b.wav").symlink_to("c.wav")
    (folder / "data" / "c.wav").symlink_to("b.wav")
    return "data"


def _pipe(folder: pathlib.Path) -> str:
    os.mkfifo(folder / "data" / "pipe.wav")
    (folder / "list.txt").write_text("data/a.wav\ndata/pipe.wav\n")
    return "list.txt"


def _socket(folder: pathlib.Path) -> str:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind("data/s.wav")
    (folder / "list.txt").write_text("data/a.wav\ndata/s.wav\n")
    return "list.txt"


def _odd_names(folder: pathlib.Path) -> str:
    for name in (b"data/new\nline.wav", b"data/\xff\xfe.wav"):
        os.link("data/a.wav", name)
    return "data"


def _folder_in_a_list(folder: pathlib.Path) -> str:
    (folder / "data" / "d.wav").mkdir()
    (folder / "list.txt").write_text("data/a.wav\ndata/d.wav\n")
    return "list.txt"


def _list(name: str, content: bytes) -> Callable[[pathlib.Path], str]:
    def make(folder: pathlib.Path) -> str:
        (folder / name).write_bytes(content)
        return name

    return make


# the folder that is made, and the classes of the rows
ROWS: dict[str, tuple[Callable[[pathlib.Path], str], dict[str, int]]] = {
    "a link to itself": (_link_to_itself, {"identical": 1, "error_both": 1}),
    "links in a ring": (_links_in_a_ring, {"identical": 1, "error_both": 2}),
    "a pipe, which would never end": (_pipe, {"identical": 1, "error_both": 1}),
    "a folder in a list": (_folder_in_a_list, {"identical": 1, "error_both": 1}),
    "NUL in a list": (_list("list.txt", b"data/a.wav\ndata/b\0c.wav\n"), {"identical": 1, "error_both": 1}),
    "NUL in JSON": (_list("list.jsonl", b'{"path": "data/a.wav"}\n{"path": "data/b\\u0000.wav"}\n'), {"identical": 1, "error_both": 1}),
    "NUL in a URL": (_list("list.txt", b"data/a.wav\nmemory://x/b.w\0v\n"), {"identical": 1, "error_both": 1}),
    "half a pair of UTF-16": (_list("list.jsonl", b'{"path": "data/a.wav"}\n{"path": "\\ud800.wav"}\n'), {"identical": 1, "error_both": 1}),
    "a name that is too long": (_list("list.txt", b"data/a.wav\n" + b"x" * 9000 + b".wav\n"), {"identical": 1, "error_both": 1}),
    "a huge field": (_list("list.csv", b'path,text\ndata/a.wav,"' + b"x" * 300000 + b'"\n'), {"identical": 1}),
    "a huge field of tabs": (_list("list.tsv", b"text\tpath\n" + b"x" * 200000 + b"\tdata/a.wav\n"), {"identical": 1}),
    "a mark before the first line": (_list("list.txt", b"\xef\xbb\xbfdata/a.wav\r\n"), {"identical": 1}),
    "a mark before JSON": (_list("list.jsonl", b'\xef\xbb\xbf{"path": "data/a.wav"}\r\n'), {"identical": 1}),
    "a mark before a table": (_list("list.csv", b"\xef\xbb\xbfpath,x\r\ndata/a.wav,1\r\n"), {"identical": 1}),
    "more columns": (_list("list.csv", b"path,x\ndata/a.wav,1,2,3\n"), {"identical": 1}),
    "a quoted text over lines": (_list("list.csv", b'text,path\n"one, two\nthree",data/a.wav\n'), {"identical": 1}),
    "numbers of JSON that are none": (_list("list.jsonl", b'{"path": "data/a.wav", "d": 1e999, "e": NaN}\n'), {"identical": 1}),
    "a socket": (_socket, {"identical": 1, "error_both": 1}),
    "a device without an end": (_list("list.txt", b"data/a.wav\n/dev/zero\n"), {"identical": 1, "error_both": 1}),
    "names of lines and bytes": (_odd_names, {"identical": 3}),
    "a URL that is none": (_list("list.txt", b"data/a.wav\nhttp://[x/b.wav\n"), {"identical": 1, "error_both": 1}),
}


@pytest.mark.parametrize("case", ROWS)
def test_an_odd_entry_is_a_row(case: str, folder: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    make, wanted = ROWS[case]
    for _ in range(2):  # and the second run goes on after it
        main([*PAIR, "--json", make(folder) if not (folder / "audit-2.0_soundfile-2.2_ffmpeg.jsonl").exists() else _made(folder)])
        summary = json.loads(capsys.readouterr().out)
        assert {name: one["files"] for name, one in summary["classes"].items() if one["files"]} == wanted
    assert summary["files"]["done_before"] == sum(wanted.values())


def _made(folder: pathlib.Path) -> str:
    return next((path.name for path in folder.glob("list.*")), "data")


UNCLOSED = b'path,text\ndata/a.wav,"one\ndata/a.wav,two\ndata/a.wav,three\n'
USAGE = {
    "a quote that is never closed": _list("list.csv", UNCLOSED),
    "a quote that the next row closes": _list("list.csv", UNCLOSED.replace(b",two", b',"two"')),
    "a list in UTF-16": _list("list.txt", "data/a.wav\n".encode("utf-16")),
    "fewer columns": _list("list.csv", b"x,path\n1\n"),
    "a path that is a number": _list("list.jsonl", b'{"path": 3}\n'),
    "deep JSON": _list("list.jsonl", b'{"path": "data/a.wav", "x": ' + b"[" * 100000 + b"]" * 100000 + b"}\n"),
    "a number of JSON that is too long": _list("list.jsonl", b'{"path": "data/a.wav", "x": ' + b"9" * 5000 + b"}\n"),
    "a list that is not gzip": _list("list.txt.gz", b"data/a.wav\n"),
    "a list that is not xz": _list("list.txt.xz", b"data/a.wav\n"),
    "a list cut off in gzip": _list("list.txt.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x01"),
}


@pytest.mark.parametrize("case", USAGE)
def test_an_odd_list_is_a_usage_error(case: str, folder: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = USAGE[case](folder)
    assert main([*PAIR, name]) == 3
    told = capsys.readouterr().err
    assert told.startswith(f"python -m compat.audit: {name}")
    assert "Traceback" not in told


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


def test_a_report_never_takes_the_place_of_data(folder: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (folder / "data" / "a.wav").read_bytes()
    assert main([*PAIR, "data", "--report", "data/a.wav"]) == 3
    assert "a file that ends in .html" in capsys.readouterr().err
    assert (folder / "data" / "a.wav").read_bytes() == before


def test_fresh_results_never_take_the_place_of_a_corpus(folder: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    arrow = pytest.importorskip("pyarrow", reason="the store is for it")
    parquet = pytest.importorskip("pyarrow.parquet", reason="the store is for it")
    part = folder / "corpus.parquet" / "part-0.parquet"
    part.parent.mkdir()
    parquet.write_table(arrow.Table.from_pylist([{"path": "x", "text": "y"}]), part)
    assert main([*PAIR, "data", "--results", "corpus.parquet", "--fresh"]) == 3
    assert "no audit made it" in capsys.readouterr().err
    assert part.exists()


FOREIGN = {
    "a class of a later release": {"kind": "of a later release"},
    "a path that is none": {"path": 3},
    "frames in words": {"from_frames": "many"},
    "a class that is none": {"kind": ["identical"]},
    "a stamp that is none": {"stamp": {"size": 3}},
}


@pytest.mark.parametrize("case", FOREIGN)
def test_a_foreign_row_is_a_usage_error_that_names_its_line(case: str, folder: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*PAIR, "data", "--results", "rows.jsonl"]) == 0
    row = json.loads((folder / "rows.jsonl").read_text())
    with (folder / "rows.jsonl").open("a") as file:
        file.write(json.dumps({**row, **FOREIGN[case]}) + "\n")
    capsys.readouterr()
    assert main([*PAIR, "data", "--results", "rows.jsonl"]) == 3
    told = capsys.readouterr().err
    assert "rows.jsonl:2: this is not a row of an audit" in told
    assert "Traceback" not in told


@pytest.mark.parametrize("case", ["another schema", "no Parquet", "a class of a later release"])
def test_a_foreign_part_of_parquet_is_a_usage_error(case: str, folder: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    arrow = pytest.importorskip("pyarrow", reason="the store is for it")
    parquet = pytest.importorskip("pyarrow.parquet", reason="the store is for it")
    part = folder / "rows.parquet" / "part-00000.parquet"
    part.parent.mkdir()
    if case == "no Parquet":
        part.write_text("PAR1")
    else:
        rows = [{"a": 1}] if case == "another schema" else [{"path": "x", "kind": "later"}]
        parquet.write_table(arrow.Table.from_pylist(rows), part)
    assert main([*PAIR, "data", "--results", "rows.parquet"]) == 3
    told = capsys.readouterr().err
    assert "part-00000.parquet: it is damaged, or no audit made it" in told
    assert "Traceback" not in told


def test_a_row_is_read_as_it_was_written_whatever_its_path_has(tmp_path: pathlib.Path) -> None:
    paths = ["plain.wav", "\udcff.wav", "\ud800.wav", "a\0b.wav", "a\u2028b.wav", "a\nb.wav"]
    with JsonLines(str(tmp_path / "rows.jsonl")) as store:
        for path in paths:
            store.append(Row(path, "identical", stamp="1", terms="t"))
        assert [row.path for row in store.rows()] == paths


@pytest.mark.parametrize("why", [KeyError("x"), ZeroDivisionError("x"), MemoryError(), AssertionError()])
def test_whatever_a_file_makes_a_library_raise_is_its_row(why: Exception, folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*arguments: object) -> None:
        raise why

    monkeypatch.setattr(comparison, "compare", fails)
    row = Compare(Terms("2.0:global:soundfile", "2.2:dispatcher:ffmpeg"))(Item("data/a.wav"))
    assert row.kind == "error_both"
    assert type(why).__name__ in row.note


def _started(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "compat.audit", "--from", "2.0:soundfile", "--to", "2.2:ffmpeg", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)


@pytest.mark.parametrize("after", [0.2, 0.5, 0.9, 1.3, 1.7, 2.1])
def test_an_early_interrupt_leaves_no_traceback(after: float, folder: pathlib.Path) -> None:
    """To the whole group of processes, as a terminal sends it: while it imports, while its workers begin."""
    for number in range(60):
        os.link(folder / "data" / "a.wav", folder / "data" / f"{number}.wav")
    process = _started("data", "--jobs", "2")
    time.sleep(after)
    os.killpg(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert "Traceback" not in told
    assert "KeyboardInterrupt" not in told


@pytest.fixture
def mute() -> Iterator[str]:
    """An address at which somebody listens who never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}"


def _within(seconds: float, address: str, capsys: pytest.CaptureFixture[str]) -> str:
    begun = time.monotonic()
    assert main([*PAIR[:-1], "data", "--scheduler", address]) == 3
    assert time.monotonic() - begun < seconds
    told = capsys.readouterr().err
    assert f"no scheduler answers at {address}" in told
    assert f"connecting to the scheduler at {address}" in told
    assert "Traceback" not in told
    return told


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "tls://127.0.0.1:9", "tcp://scheduler.invalid:8786", "tcp://192.0.2.1:8786"])
def test_a_scheduler_that_is_not_there_is_said_soon(address: str, folder: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before the files are looked for; refused, without a name, and where nothing answers at all."""
    pytest.importorskip("distributed", reason="the engine is for Dask")
    _within(5 + 10, address, capsys)
    assert not list(folder.glob("audit-*"))


def test_a_scheduler_that_listens_and_says_nothing(mute: str, folder: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("distributed", reason="the engine is for Dask")
    _within(5 + 10, mute, capsys)


def test_who_waits_for_a_worker_is_told(folder: pathlib.Path) -> None:
    distributed = pytest.importorskip("distributed", reason="the engine is for Dask")
    from compat.audit.engines import EngineError
    from compat.audit.engines.dask import DaskEngine
    from tests.audit.tasks import Echo

    told: list[str] = []
    with distributed.LocalCluster(n_workers=0, dashboard_address=None) as cluster:
        engine = DaskEngine(cluster.scheduler_address, patience=6, tell=told.append)
        failed: list[BaseException] = []

        def work() -> None:
            try:
                list(engine.run(Echo(), [Item("a.wav")]))
            except EngineError as why:
                failed.append(why)

        thread = threading.Thread(target=work)
        thread.start()
        thread.join(60)
    assert failed
    assert any("has no worker; waiting for one" in text for text in told)
