"""Finding files: folders, globs, manifests, and URLs of a memory file system and a local web server."""

import csv
import gzip
import io
import os
import pathlib
import random
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import fsspec
import pytest

from compat.audit import fetching
from compat.audit.inputs import formats, tables
from compat.audit.inputs.sources import Sources
from compat.audit.items import Item, key
from compat.commands.arguments import UsageError
from tests.audit.runs import served
from tests.codemod.commands import put
from tests.tables import table

NAMES = ("a.wav", "deep/er/b.FLAC", "deep/c.mp3", "[odd] d.ogg")


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> pathlib.Path:
    put({name: name for name in (*NAMES, "notes.md", "deep/picture.png")}, tmp_path / "data")
    return tmp_path / "data"


def found(*data: object, base: object = "", **options: object) -> list[str]:
    """The paths that DATA stands for, from ``base`` on."""
    sources = Sources(tuple(map(str, data)), **options)  # type: ignore[arg-type]
    return [item.path.removeprefix(f"{base}/") for item in sources.items()]


def test_a_folder_is_all_audio_below_it(folder: pathlib.Path) -> None:
    sources = Sources((str(folder),))
    assert {os.path.relpath(item.path, folder) for item in sources.items()} == set(NAMES)
    assert sources.passed_over == 2


def test_links(folder: pathlib.Path) -> None:
    """Those to files are files, one that leads nowhere is a file that cannot be read, those to folders are counted."""
    (folder / "b.wav").symlink_to("a.wav")
    (folder / "gone.wav").symlink_to("nothing")
    (folder / "round").symlink_to(folder)
    sources = Sources((str(folder),))
    assert {os.path.relpath(item.path, folder) for item in sources.items()} == {*NAMES, "b.wav", "gone.wav"}
    assert sources.links == 1


def test_files_carry_what_tells_that_they_changed(folder: pathlib.Path) -> None:
    sources = Sources((str(folder / "a.wav"),))
    (before,) = sources.items()
    put({"a.wav": "longer than before"}, folder)
    (after,) = sources.items()
    assert (before.key != after.key, after.size) == (True, 18)


LINES = "a.wav\n\ndeep/c.mp3\r\n"
COMMAS = 'id,path,text\n1,a.wav,"one, two"\n2,"deep/c.mp3",three\n'
JSON = '{"audio_filepath": "a.wav", "duration": 1}\n\n{"audio_filepath": "deep/c.mp3"}\n'
NESTED = '{"audio": {"path": "a.wav"}}\n{"audio": {"path": "deep/c.mp3"}}\n'


@table(
    "name, text, field",
    {
        "lines": ("list.txt", LINES, None),
        "commas": ("list.csv", COMMAS, None),
        "commas, named": ("list.csv", COMMAS.replace("path", "clip"), "clip"),
        "commas, by number": ("list.csv", COMMAS.replace("path", "clip"), "2"),
        "commas, and lines without anything": ("list.csv", f"path\n\n{LINES}\n\n", None),
        "commas, with a mark": ("list.csv", f"\ufeffpath\n{LINES}", None),
        "tabs": ("list.tsv", "path\ttext\na.wav\tone\ndeep/c.mp3\ttwo\n", None),
        "json": ("list.jsonl", JSON, None),
        "json, named": ("list.jsonl", JSON.replace("audio_filepath", "f"), "f"),
        "json, nested": ("list.ndjson", NESTED, "audio.path"),
        "json, texts": ("list.jsonl", '"a.wav"\n"deep/c.mp3"\n', None),
    },
)
def test_manifests(name: str, text: str, field: str | None, folder: pathlib.Path) -> None:
    put({name: text, f"{name}.gz": gzip.compress(text.encode())}, folder)
    for named in (name, f"{name}.gz"):
        assert found(folder / named, base=folder, field=field) == ["a.wav", "deep/c.mp3"]
    assert found(base=folder, manifests=(str(folder / name),), field=field) == ["a.wav", "deep/c.mp3"]


def test_a_manifest_without_fsspec(folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "list.txt").write_bytes(b"a.wav\r\nodd\xff.wav\n")
    monkeypatch.setitem(sys.modules, "fsspec", None)
    assert found(folder / "list.txt", base=folder) == ["a.wav", "odd\udcff.wav"]
    with pytest.raises(UsageError, match="s3 needs s3fs"):
        found("s3://bucket/a.wav")


# files in the folder {0}, what is named, how, and the paths of what is found
@table("files, named, options, paths", {
    "a pattern": ({}, "{0}/*.wav", {}, ["a.wav"]),
    "a pattern of folders": ({}, "{0}/**/*.mp3", {}, ["deep/c.mp3"]),
    "a name that looks like a pattern": ({}, "{0}/[odd] d.ogg", {}, ["[odd] d.ogg"]),
    "a pattern behind a URL": ({}, "memory://data/**/*.mp3", {}, ["memory:///data/deep/c.mp3"]),
    "another extension": ({}, "{0}", {"extensions": frozenset({"md"})}, ["notes.md"]),
    "any extension": ({}, "{0}", {"extensions": frozenset()}, [*NAMES, "notes.md", "deep/picture.png"]),
    "a list that lies elsewhere": (
        {"deep/list.txt": "a.wav\n{0}/deep/c.mp3\n"}, "{0}/deep/list.txt", {"root": "{0}"}, ["a.wav", "deep/c.mp3"],
    ),
    "a list on standard input": ({}, "-", {}, ["a.wav"]),
    **{f"an empty list{kind}": ({f"list{kind}": ""}, f"{{0}}/list{kind}", {}, []) for kind in (".txt", ".csv", ".tsv", ".jsonl")},
})  # fmt: skip
def test_what_is_found(
    files: dict[str, str], named: str, options: dict[str, Any], paths: list[str], folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put({name: text.replace("{0}", str(folder)) for name, text in files.items()}, folder)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(f"{folder}/a.wav\n".encode())))
    if named.startswith("memory:"):
        fsspec.filesystem("memory").put(f"{folder}/", "/data/", recursive=True)
    options = {name: str(folder) if value == "{0}" else value for name, value in options.items()}
    assert sorted(found(named.format(folder), base=folder, **options)) == sorted(paths)


@table("text, named, field, message", {
    "no file matches": ("", "*.opus", None, "no file matches"),
    "no file matches behind a URL": ("", "memory://nothing/**/*.opus", None, "no file matches"),
    "no such file": ("", "gone.wav", None, "there is no such file or folder"),
    "no such protocol": ("", "nosuch://bucket/x.wav", None, "Protocol not known"),
    "no such list": ("", "gone.txt", None, r"gone\.txt: the manifest cannot be read \(.*No such file"),
    "no such column": (COMMAS, "list.csv", "clip", "there is no column 'clip'; there is id, path, text"),
    "no usual column": ("x,y\n1,2\n", "list.csv", None, "which column has the paths"),
    "a short line": ("x,path\n1\n", "list.csv", None, "the line has 1 column"),
    "no such column by number": (COMMAS, "list.csv", "4", "there is no column '4'"),
    "a number": ("7\n", "list.jsonl", None, "list.jsonl:1: the line is not a JSON object"),
    "no json": ("a.wav\n", "list.jsonl", None, "list.jsonl:1: not a line of JSON"),
    "no such field": (JSON, "list.jsonl", "f", "there is no text in the field 'f'; there is audio_filepath"),
    "an empty column": ("x,path\n1,a.wav\n2,\n", "list.csv", None, "list.csv:3: column 2, which has the path, is empty"),
    "an empty field": ('{"path": ""}\n', "list.jsonl", None, "list.jsonl:1: there is no text in the field 'path'"),
    "no usual field": ('{"x": 1}\n', "list.jsonl", None, "which field has the path"),
})  # fmt: skip
def test_what_is_no_input(text: str, named: str, field: str | None, message: str, folder: pathlib.Path) -> None:
    put({"list.csv": text, "list.jsonl": text}, folder)
    with pytest.raises(UsageError, match=message):
        found(named if "://" in named else folder / named, field=field)


# what is named below the folder {0}, how, and the counterpart of what is found
@table(
    "named, options, others",
    {
        "a folder": ("{0}", {"against": "/other"}, {f"/other/{name}" for name in NAMES}),
        "a pattern": ("{0}/deep/*.mp3", {"against": "/other"}, {"/other/c.mp3"}),
        "a list": ("{0}/list.txt", {"against": "/other", "root": "{0}"}, {"/other/deep/c.mp3"}),
        # from outside of where the list lies: by the whole path
        "a list below": ("{0}/deep/list.txt", {"against": "/other"}, {"/other{0}/a.wav"}),
        "a bucket": ("{0}/list.txt", {"against": "s3://bucket/new"}, {"s3://bucket/new/deep/c.mp3"}),
    },
)
def test_counterparts_have_the_same_relative_path(named: str, options: dict[str, str], others: set[str], folder: pathlib.Path) -> None:
    (folder / "list.txt").write_text("deep/c.mp3\n")
    (folder / "deep" / "list.txt").write_text(f"{folder}/a.wav\n")
    sources = Sources((named.format(folder),), **{name: value.format(folder) for name, value in options.items()})
    assert {item.other for item in sources.items()} == {other.format(folder) for other in others}


def test_a_decoded_copy_may_end_in_wav(folder: pathlib.Path) -> None:
    (folder / "deep/c.wav").write_bytes(b"")
    assert fetching.counterpart(str(folder / "deep/c.mp3")) == str(folder / "deep/c.mp3")
    assert fetching.counterpart(str(folder / "deep/c.m4a")) == str(folder / "deep/c.wav")


# behind URLs


@pytest.fixture(params=["memory", "http"])
def remote(request: pytest.FixtureRequest, folder: pathlib.Path) -> Iterator[str]:
    system = fsspec.filesystem("memory")
    system.put(f"{folder}/", "/data/", recursive=True)
    with served(folder) as address:
        yield "memory://data" if request.param == "memory" else address
    system.rm("/data", recursive=True)


def test_files_and_folders_behind_urls(remote: str) -> None:
    items = list(Sources((f"{remote}/deep/",)).items())
    assert sorted(item.path.rpartition("/")[2] for item in items) == ["b.FLAC", "c.mp3"]
    (item,) = Sources((f"{remote}/a.wav",)).items()
    with fetching.local(item.path) as path:
        assert path.endswith(".wav")
        assert pathlib.Path(path).read_bytes() == b"a.wav"
    assert not os.path.exists(path)


def test_manifests_behind_urls(remote: str, folder: pathlib.Path) -> None:
    text = b'{"file": "a.wav"}\n{"file": "deep/c.mp3"}'
    put({"list.jsonl": text}, folder)
    fsspec.filesystem("memory").pipe("/data/list.jsonl", text)
    items = list(Sources((f"{remote}/list.jsonl",), against="memory://new").items())
    assert [item.path for item in items] == [f"{remote}/a.wav", f"{remote}/deep/c.mp3"]
    assert [item.other for item in items] == ["memory://new/a.wav", "memory://new/deep/c.mp3"]


def test_what_is_not_there(remote: str) -> None:
    with pytest.raises(UsageError, match="cannot be listed"):
        found(f"{remote}/gone.wav")
    with pytest.raises(fetching.FetchError, match=r"cannot fetch .*gone\.wav"), fetching.local(f"{remote}/gone.wav"):
        pass


def test_the_hash_of_a_file_is_the_same_everywhere() -> None:
    assert Item("a.wav", "1").key == 11969453995891457426
    assert formats.extension("https://host/a.WAV?sig=x.mp3") == "wav"


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('path\ttext\na.wav\t"one\nb.wav\ttwo\n', [["a.wav", "one"], ["b.wav", "two"]]),  # nothing is quoted, as in Common Voice
        ('path\ttext\na.wav\t"one\nb.wav\t"two" x\n', [["a.wav", "one"], ["b.wav", "two x"]]),
        ('path\ttext\n"a\tb.wav"\t""\r\n', [["a\tb.wav", ""]]),
    ],
)
def test_a_quote_in_a_table_of_tabs_takes_no_row_along(text: str, rows: list[list[str]]) -> None:
    found = list(tables.rows(io.StringIO(text, newline=""), "\t", "x.tsv"))
    assert [row for _, row in found[1:]] == rows


@pytest.mark.parametrize(
    "text",
    [
        'a.wav,"one\nb.wav,two\n',
        'a.wav,"one\nb.wav,two"\nc.wav,x\n',
        '"one,a.wav\ntwo",b.wav\n',
        'a.wav,"one\nb.wav,"two"\n',
    ],
)
def test_a_quote_that_is_not_closed_takes_no_row_along(text: str) -> None:
    with pytest.raises(UsageError, match=r"x\.csv:2: a quote begins here and is not closed"):
        list(tables.rows(io.StringIO(f"path,text\n{text}", newline=""), ",", "x.csv"))


def test_tables_are_read_as_they_were_written() -> None:
    chance = random.Random(1)
    for _ in range(300):
        texts = ["".join(chance.choices('ab",\n\r x', k=chance.randrange(12))) for _ in range(5)]
        rows = [["path", "text"], *([f"{number}.wav", text] for number, text in enumerate(texts))]
        if chance.random() < 0.5:
            rows = [row[::-1] for row in rows]
        held = io.StringIO(newline="")
        csv.writer(held).writerows(rows)
        held.seek(0)
        assert [row for _, row in tables.rows(held, ",", "x")] == rows


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


def test_a_path_has_one_key_in_every_locale() -> None:
    """Python gives bytes beyond ASCII as surrogates in an ASCII locale; the stored row has the letters."""
    stamp = "1"
    assert key("ü.wav".encode().decode("ascii", "surrogateescape"), stamp) == key("ü.wav", stamp)
    assert len({key(path, stamp) for path in ("ü.wav", "\udcfc.wav", "\ud800.wav", "?.wav")}) == 4
