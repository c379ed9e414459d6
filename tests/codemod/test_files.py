"""Bytes in and bytes out: encodings, line ends, links, modes, and files that are not what they seem."""

import os
import random
import stat
import time
from pathlib import Path

import pytest

from compat.codemod.files import writing
from compat.codemod.run.session import run
from compat.codemod.source.options import Options
from dispatcher.atomic_files import TEMPORARY
from tests.codemod.commands import Codemod, commands, contents, put, row
from tests.doubles import fails

SET = b'torchaudio.set_audio_backend("soundfile")'
PROGRAM = b"import torchaudio\n" + SET + b'\nx = torchaudio.load("a.wav")\n'
RESULT = b'import torchaudio\nx = torchaudio.load("a.wav", backend="soundfile")\n'
READ = b"import torchaudio\n\n\ndef read(p):\n    return torchaudio.load(p)\n"
NAMED = READ.replace(b"load(p)", b'load(p, backend="soundfile")')
OLD, NEW = (b"import torchaudio\nx = torchaudio.load(%s='a')\n" % name for name in (b"filepath", b"uri"))
LATIN = b'# -*- coding: latin-1 -*-\n# \xe9\n%sy = "\xe9", torchaudio.info(%s)\n'
JAPANESE = "# coding: shift_jis\nimport torchaudio\nx = '名前', torchaudio.load({}='名前')\n"
BROKEN = b"""import torchaudio
x = torchaudio.load(
    filepath='a',
    num_frames=1,
)
torchaudio.set_audio_backend("soundfile")
y = torchaudio.load(
  'b',
)
"""
MENDED = BROKEN.replace(b"filepath", b"uri").replace(SET + b"\n", b"").replace(b"'b',\n", b"'b',\n  backend=\"soundfile\",\n")
DEEP = b"import torchaudio\nload = %s1%s\n"


def ends(end: bytes, data: bytes) -> bytes:
    return data.replace(b"\n", end)


# what is written, and what becomes of it
BYTES = {
    "plain": (PROGRAM, RESULT),
    "CRLF": (ends(b"\r\n", PROGRAM), ends(b"\r\n", RESULT)),
    "CR": (ends(b"\r", PROGRAM), ends(b"\r", RESULT)),
    "mixed line ends": (PROGRAM.replace(b"\n", b"\r\n", 1), RESULT.replace(b"\n", b"\r\n", 1)),
    "CRLF inside calls": (ends(b"\r\n", BROKEN), ends(b"\r\n", MENDED)),
    "byte order mark": (b"\xef\xbb\xbf" + PROGRAM, b"\xef\xbb\xbf" + RESULT),
    "no final newline": (PROGRAM[:-1], RESULT[:-1]),
    "no final newline, last line goes": (b"import torchaudio\n" + SET, b"import torchaudio"),
    "form feeds": (b"\x0c" + PROGRAM + b"\x0c\nx = 1\n", b"\x0c" + RESULT + b"\x0c\nx = 1\n"),
    "Latin-1": (LATIN % (PROGRAM, b'filepath="\xe9"'), LATIN % (RESULT, b'uri="\xe9", backend="soundfile"')),
    "Shift-JIS": (JAPANESE.format("filepath").encode("shift_jis"), JAPANESE.format("uri").encode("shift_jis")),
    "tabs": (PROGRAM + b"if 1:\n\tz = '''\n\ttab'''\n", RESULT + b"if 1:\n\tz = '''\n\ttab'''\n"),
}
test_bytes_outside_the_changes_stay = commands(
    *(row(name, ".", {"program.py": before}, 0, after={"program.py": after}) for name, (before, after) in BYTES.items())
)

# as generated code may be: many branches and many calls, each within the one before
LOADS = (b'torchaudio.load("a")', b'torchaudio.load("a", backend="soundfile")')
NESTED = {
    "400 branches": [b"n = 0\n" + b"el".join(b"if n == %d:\n    %s\n" % (n, load) for n in range(400)) for load in LOADS],
    "400 calls": [b"list(%s[0])" % load + b".copy()" * 400 + b"\n" for load in LOADS],
}
test_what_is_deeply_nested_is_done = commands(
    *(row(name, ".", {"a.py": PROGRAM + old}, 0, after={"a.py": RESULT + new}) for name, (old, new) in NESTED.items())
)

# scripts have no suffix
PYTHONS = (b"#!/usr/bin/env python3\n", b"#! /usr/bin/python -u\n", b"#!/usr/bin/env -S uv run --script\n")
test_scripts_without_a_suffix = commands(
    *(row(f"{first!r}", ".", {"bin/read": first + PROGRAM}, 0, after={"bin/read": first + RESULT}) for first in PYTHONS),
    *(
        row(f"{first!r} is another language", ".", {"bin/read": first + PROGRAM}, 0)
        for first in (b"", b"#!/bin/sh\n", b"#!/usr/bin/env node\n")
    ),
    row("a zip file of Python", ".", {"bin/tool": PYTHONS[0] + b"PK\x03\x04\xee" + PROGRAM}, 0),
    row("a suffix of another kind", ".", {"read.pl": PYTHONS[0] + PROGRAM}, 0),
)

# data of a file that cannot be read, and words that are said of it
UNREADABLE = {
    "syntax error": (b"import torchaudio\ndef load(:\n", "cannot be parsed"),
    "Python 2": (b"import torchaudio\nprint 'load'\n", "cannot be parsed"),
    "not UTF-8": (b"import torchaudio\nload = '\xe9'\n", "not utf-8"),
    "unknown encoding": (b"# coding: nonsense\nimport torchaudio, load\n", "nonsense. Name its encoding in its first line"),
    "not UTF-8 in its first line": (b"# \xe9\nimport torchaudio, load\n", "Name its encoding in its first line, or leave it out"),
    "null bytes": (b"import torchaudio, load\n\0\0", "cannot be parsed"),
    "binary": (random.Random(1).randbytes(512) + b" torchaudio load " + random.Random(2).randbytes(512), ""),
    "too deep": (DEEP % (b"(" * 500, b")" * 500), ""),
    "far too deep": (DEEP % (b"-" * 20_000, b""), ""),
}
test_what_cannot_be_read_is_named_and_the_others_are_done = commands(
    *(
        row(name, ".", {"bad.py": data, "good.py": OLD}, 2, "bad.py", words, after={"good.py": NEW})
        for name, (data, words) in UNREADABLE.items()
    )
)

IGNORED = {".git/x": b"", ".gitignore": b"local/\n", "good.py": PROGRAM}
# Named where it was asked for or mentions torchaudio; the others are done, and no setter waits for it.
test_a_file_that_does_not_parse = commands(
    *(
        row(f"{name}, {words}", f"{given} good.py", {**IGNORED, name: data}, 2, name, after={"good.py": RESULT})
        for name, words, data, given in (
            ("bad.py", "a syntax error", b"import torchaudio\ndef (:\n", "."),
            ("bad.py", "Python 2", b"import torchaudio\nprint 'x'\n", "."),
            ("bad.py", "a comment", b"# torchaudio\nexec 'x'\n", "."),
            ("bad.pyw", "another extension", b"import torchaudio.transforms\ndef (:\n", "."),
            ("bad.py", "asked for", b"print 'x'\n", "bad.py"),
            ("script", "asked for", b"print 'x'\n", "script"),
        )
    ),
    *(
        row(f"{name}, {words}", ".", {**IGNORED, name: data}, 0, never=name, after={"good.py": RESULT})
        for name, words, data in (
            ("bad.py", "without torchaudio", b"print 'x'\n"),
            ("bad.py", "no text", b"\0\xff" * 1000),
            ("script", "without extension", b"import torchaudio\nprint 'x'\n"),
            ("local/bad.py", "ignored", b"import torchaudio\nprint 'x'\n"),
        )
    ),
)

# a setter and its calls, to be written together
PAIR = {"main.py": b"import data\n" + PROGRAM, "data.py": READ}
FILLER = b"".join(b"def f%d(x):\n    return [x, %d]  # %s\n" % (n, n, b"filler " * 50) for n in range(13_500))
IGNORING = {".git/x": b"", ".gitignore": b"ignored/\n*.gen.py\n!keep.gen.py\n", "sub/.gitignore": b"local.py\n"}
PYTHON = ("a.py", "ignored/a.py", "b.gen.py", "keep.gen.py", "sub/local.py", "sub/c.py", "left/out.py", ".venv/x.py", "out2.py")
EVERY = IGNORING | dict.fromkeys(PYTHON, PROGRAM)
test_which_files = commands(
    row("what git ignores, and what is excluded", ". --exclude left --exclude out2.py", EVERY, 0,
        after=dict.fromkeys(("a.py", "keep.gen.py", "sub/c.py"), RESULT)),
    row("an ignored file that is named", "ignored/a.py", EVERY, 0, after={"ignored/a.py": RESULT}),
    row("the rules of git for a folder below", "sub", EVERY, 0, after={"sub/c.py": RESULT}),
    row("a project that is torchaudio", ".", {"torchaudio/__init__.py": b"", "use.py": PROGRAM}, 1),
    row("a module of another file", ".", PAIR, 0, after={"main.py": b"import data\n" + RESULT, "data.py": NAMED}),
)  # fmt: skip


@pytest.mark.parametrize(
    "owner", [None, pytest.param((1234, 2345), marks=pytest.mark.skipif(os.getuid() != 0, reason="only root may give files away"))]
)
def test_mode_and_ownership_are_kept(codemod: Codemod, owner: tuple[int, int] | None) -> None:
    put({"program.py": PROGRAM})
    if owner:
        os.chown("program.py", *owner)
    os.chmod("program.py", 0o754)
    before = os.stat("program.py")
    assert codemod("program.py").status == 0
    after = os.stat("program.py")
    assert stat.S_IMODE(after.st_mode) == 0o754
    assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)
    assert contents() == {"program.py": RESULT}


def test_links_are_followed_and_stay_links(codemod: Codemod) -> None:
    """A file reached twice is done once, and loops end."""
    put({"elsewhere/real.py": PROGRAM, "project/x": b"", "a.py": PROGRAM, "folder/x": b""})
    Path("project/link.py").symlink_to(Path("elsewhere/real.py").resolve())
    assert codemod("project").status == 0
    assert Path("project/link.py").is_symlink()
    assert Path("elsewhere/real.py").read_bytes() == RESULT
    Path("b.py").symlink_to("a.py")
    Path("folder/up").symlink_to(Path.cwd())
    assert codemod(".", "a.py").status == 0
    assert Path("a.py").read_bytes() == RESULT
    Path("one.py").symlink_to("two.py")
    Path("two.py").symlink_to("one.py")
    Path("Makefile").symlink_to("nowhere")
    assert codemod(".").status == 0, "a link that leads nowhere holds no code"
    said = codemod(".", "one.py")
    assert said.status == 2
    assert "one.py" in said.err


def test_nothing_is_written_where_one_file_is_read_only(codemod: Codemod, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {**PAIR, "alone.py": b"import torchaudio\nx = torchaudio.info(filepath='a', backend='ffmpeg')\n"}
    put(files)
    real = os.access  # root may write anywhere
    monkeypatch.setattr(os, "access", lambda where, mode: not (mode & os.W_OK and str(where).endswith("data.py")) and real(where, mode))
    said = codemod(".")
    assert said.status == 2
    assert "read-only" in said.err
    assert "data.py: nothing was written" in said.err
    assert "--exclude" not in said.out + said.err  # the rest is wrong by itself
    assert contents() == files
    monkeypatch.undo()


def test_a_file_changed_meanwhile_is_left() -> None:
    put({"program.py": b"other"})
    with pytest.raises(writing.ChangedError), writing.staged("program.py", b"new") as put_in_place:
        put_in_place(b"old")
    assert contents() == {"program.py": b"other"}


@pytest.mark.parametrize("where", ["fsync", "replace", "chmod"])
@pytest.mark.parametrize("why", [KeyboardInterrupt, OSError])
def test_an_interrupted_write_leaves_the_old_file(
    codemod: Codemod, monkeypatch: pytest.MonkeyPatch, where: str, why: type[BaseException]
) -> None:
    put({"program.py": PROGRAM})
    with monkeypatch.context() as patch:
        patch.setattr(os, where, fails(why("no space left")))
        assert codemod("program.py").status == (2 if why is OSError else 130)
    assert contents() == {"program.py": PROGRAM}


def test_a_stop_right_after_the_temporary_file_is_made_leaves_none(codemod: Codemod, monkeypatch: pytest.MonkeyPatch) -> None:
    put({"program.py": PROGRAM})
    real = os.open

    def stop(name: str, flags: int, mode: int = 0o777, **more: int) -> int:
        made = real(name, flags, mode, **more)
        if TEMPORARY in name:
            raise KeyboardInterrupt
        return made

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", stop)
        assert codemod("program.py").status == 130
    assert contents() == {"program.py": PROGRAM}


def test_names_that_are_not_utf8(codemod: Codemod) -> None:
    name = b"caf\xe9.py"
    with open(name, "wb") as file:
        file.write(PROGRAM + b"torchaudio.load_wav('a')\n")
    said = codemod(".", "--format", "json")
    assert (said.status, "caf" in said.out) == (1, True)
    with open(name, "rb") as file:
        assert file.read().startswith(RESULT)


def test_five_megabytes(codemod: Codemod) -> None:
    put({"program.py": PROGRAM + FILLER})
    assert os.path.getsize("program.py") > 5_000_000
    started = time.process_time()
    assert codemod(".").status == 0
    assert time.process_time() - started < 60
    assert contents() == {"program.py": RESULT + FILLER}


def test_files_that_say_nothing_tell_who_imports_whom() -> None:
    put({f"f{number}.py": b"import data\n" if number == 1100 else b"import os\n" for number in range(1200)})
    put({"main.py": b"import f1100\n" + PROGRAM, "data.py": READ})
    found = run(Options(paths=(".",), check=True))
    assert {os.path.basename(file.path) for file in found.files if file.changed} == {"main.py", "data.py"}
