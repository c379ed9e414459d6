"""Bytes in and bytes out: encodings, line ends, links, modes, and files that are not what they seem."""

import os
import random
import stat
import time
from pathlib import Path

import pytest

from compat.codemod.files import writing
from compat.codemod.run import cli
from compat.codemod.run.session import run
from compat.codemod.source.options import Options
from dispatcher.atomic_files import TEMPORARY

SET = b'torchaudio.set_audio_backend("soundfile")'
PROGRAM = b"import torchaudio\n" + SET + b'\nx = torchaudio.load("a.wav")\n'
RESULT = b'import torchaudio\nx = torchaudio.load("a.wav", backend="soundfile")\n'


def put(folder: Path, data: bytes, name: str = "program.py") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def main(*arguments: object) -> int:
    return cli.main([str(argument) for argument in arguments])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(PROGRAM, RESULT, id="plain"),
        pytest.param(PROGRAM.replace(b"\n", b"\r\n"), RESULT.replace(b"\n", b"\r\n"), id="CRLF"),
        pytest.param(PROGRAM.replace(b"\n", b"\r"), RESULT.replace(b"\n", b"\r"), id="CR"),
        pytest.param(b"\xef\xbb\xbf" + PROGRAM, b"\xef\xbb\xbf" + RESULT, id="byte order mark"),
        pytest.param(PROGRAM[:-1], RESULT[:-1], id="no final newline"),
        pytest.param(b"import torchaudio\n" + SET, b"import torchaudio", id="no final newline, last line goes"),
        pytest.param(b"\x0c" + PROGRAM + b"\x0c\nx = 1\n", b"\x0c" + RESULT + b"\x0c\nx = 1\n", id="form feeds"),
        pytest.param(
            b"# -*- coding: latin-1 -*-\n# \xe9\n" + PROGRAM + b'y = "\xe9", torchaudio.info(filepath="\xe9")\n',
            b"# -*- coding: latin-1 -*-\n# \xe9\n" + RESULT + b'y = "\xe9", torchaudio.info(uri="\xe9", backend="soundfile")\n',
            id="Latin-1",
        ),
        pytest.param(
            "# coding: shift_jis\nimport torchaudio\nx = '名前', torchaudio.load(filepath='名前')\n".encode("shift_jis"),
            "# coding: shift_jis\nimport torchaudio\nx = '名前', torchaudio.load(uri='名前')\n".encode("shift_jis"),
            id="Shift-JIS",
        ),
        pytest.param(
            b"\r\n".join(
                [
                    b"import torchaudio",
                    b"x = torchaudio.load(",
                    b"    filepath='a',",
                    b"    num_frames=1,",
                    b")",
                    SET,
                    b"y = torchaudio.load(",
                    b"  'b',",
                    b")",
                    b"",
                ]
            ),
            b"\r\n".join(
                [
                    b"import torchaudio",
                    b"x = torchaudio.load(",
                    b"    uri='a',",
                    b"    num_frames=1,",
                    b")",
                    b"y = torchaudio.load(",
                    b"  'b',",
                    b'  backend="soundfile",',
                    b")",
                    b"",
                ]
            ),
            id="CRLF inside calls",
        ),
        pytest.param(PROGRAM.replace(b"\n", b"\r\n", 1), RESULT.replace(b"\n", b"\r\n", 1), id="mixed line ends"),
        pytest.param(
            b"\tif_ = 1\n".replace(b"\t", b"") + PROGRAM + b"if 1:\n\tz = '''\n\ttab'''\n",
            b"if_ = 1\n" + RESULT + b"if 1:\n\tz = '''\n\ttab'''\n",
            id="tabs",
        ),
    ],
)
def test_bytes_outside_the_changes_stay(tmp_path: Path, before: bytes, after: bytes) -> None:
    path = put(tmp_path, before)
    assert main(tmp_path) == 0
    assert path.read_bytes() == after
    assert main("--check", tmp_path) == 0


@pytest.mark.parametrize(
    ("data", "words"),
    [
        pytest.param(b"import torchaudio\ndef load(:\n", "cannot be parsed", id="syntax error"),
        pytest.param(b"import torchaudio\nprint 'load'\n", "cannot be parsed", id="Python 2"),
        pytest.param(b"import torchaudio\nload = '\xe9'\n", "not utf-8", id="not UTF-8"),
        pytest.param(b"# coding: nonsense\nimport torchaudio, load\n", "nonsense", id="unknown encoding"),
        pytest.param(b"import torchaudio, load\n\0\0", "cannot be parsed", id="null bytes"),
        pytest.param(random.Random(1).randbytes(512) + b" torchaudio load " + random.Random(2).randbytes(512), "", id="binary"),
        pytest.param(b"import torchaudio\nload = " + b"(" * 500 + b")" * 500 + b"\n", "", id="too deep"),
        pytest.param(b"import torchaudio\nload = " + b"-" * 20_000 + b"1\n", "", id="far too deep"),
    ],
)
def test_what_cannot_be_read_is_named_and_the_others_are_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes, words: str
) -> None:
    bad = put(tmp_path, data, "bad.py")
    good = put(tmp_path, b"import torchaudio\nx = torchaudio.load(filepath='a')\n", "good.py")
    assert main(tmp_path) == 2
    err = capsys.readouterr().err
    assert "bad.py" in err
    assert words in err
    assert bad.read_bytes() == data
    assert b"uri=" in good.read_bytes()


@pytest.mark.parametrize(
    ("name", "data", "given", "named"),
    [
        ("bad.py", b"import torchaudio\ndef (:\n", ".", True),
        ("bad.py", b"import torchaudio\nprint 'x'\n", ".", True),
        ("bad.py", b"# torchaudio\nexec 'x'\n", ".", True),
        ("bad.pyw", b"import torchaudio.transforms\ndef (:\n", ".", True),
        ("bad.py", b"print 'x'\n", ".", False),
        ("bad.py", b"\0\xff" * 1000, ".", False),
        ("bad.py", b"print 'x'\n", "bad.py", True),
        ("script", b"print 'x'\n", "script", True),
        ("script", b"import torchaudio\nprint 'x'\n", ".", False),
        ("local/bad.py", b"import torchaudio\nprint 'x'\n", ".", False),
    ],
)
def test_a_file_that_does_not_parse(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str, data: bytes, given: str, named: bool
) -> None:
    """Named where it was asked for or mentions torchaudio; the others are done, and no setter waits for it."""
    (tmp_path / ".git").mkdir()
    put(tmp_path, b"local/\n", ".gitignore")
    put(tmp_path, data, name)
    good = put(tmp_path, PROGRAM, "good.py")
    monkeypatch.chdir(tmp_path)
    assert main(*dict.fromkeys((Path(given), Path("good.py")))) == (2 if named else 0)
    assert (name in capsys.readouterr().err) is named
    assert good.read_bytes() == RESULT


def test_mode_is_kept(tmp_path: Path) -> None:
    path = put(tmp_path, PROGRAM)
    path.chmod(0o754)
    assert main(path) == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o754
    assert path.read_bytes() == RESULT
    assert [one.name for one in tmp_path.iterdir()] == ["program.py"]


@pytest.mark.skipif(os.getuid() != 0, reason="only root may give files away")
def test_ownership_is_kept(tmp_path: Path) -> None:
    path = put(tmp_path, PROGRAM)
    os.chown(path, 1234, 2345)
    assert main(path) == 0
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 2345)


def test_links_are_followed_and_stay_links(tmp_path: Path) -> None:
    target = put(tmp_path, PROGRAM, "elsewhere/real.py")
    link = tmp_path / "project" / "link.py"
    link.parent.mkdir()
    link.symlink_to(target)
    assert main(link.parent) == 0
    assert link.is_symlink()
    assert target.read_bytes() == RESULT


def test_a_file_reached_twice_is_done_once(tmp_path: Path) -> None:
    put(tmp_path, PROGRAM, "a.py")
    (tmp_path / "b.py").symlink_to("a.py")
    assert main(tmp_path, tmp_path / "a.py") == 0
    assert (tmp_path / "a.py").read_bytes() == RESULT


def test_loops_of_links_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(tmp_path, PROGRAM, "a.py")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "up").symlink_to(tmp_path)
    assert main(tmp_path) == 0
    (tmp_path / "one.py").symlink_to("two.py")
    (tmp_path / "two.py").symlink_to("one.py")
    assert main(tmp_path) == 2
    assert "one.py" in capsys.readouterr().err


def test_a_read_only_file_is_named_and_left(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path, PROGRAM)
    path.chmod(0o444)
    real = os.access
    monkeypatch.setattr(os, "access", lambda where, mode: mode != os.W_OK and real(where, mode))  # root may write anywhere
    assert main(path) == 2
    assert path.read_bytes() == PROGRAM
    assert "read-only" in capsys.readouterr().err


def test_changes_that_go_together_are_written_together(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    main_text = b"import data\n" + PROGRAM
    data_text = b"import torchaudio\n\n\ndef read(p):\n    return torchaudio.load(p)\n"
    one, other = put(tmp_path, main_text, "main.py"), put(tmp_path, data_text, "data.py")
    alone = put(tmp_path, b"import torchaudio\nx = torchaudio.info(filepath='a', backend='ffmpeg')\n", "alone.py")
    real = os.access
    monkeypatch.setattr(os, "access", lambda where, mode: not str(where).endswith("data.py") and real(where, mode))
    assert main(tmp_path) == 2
    assert (one.read_bytes(), other.read_bytes()) == (main_text, data_text)
    assert b"uri=" in alone.read_bytes()
    assert "go together with" in capsys.readouterr().err
    monkeypatch.undo()
    assert main(tmp_path) == 0
    assert b'backend="soundfile"' in other.read_bytes()


def test_a_file_changed_meanwhile_is_left(tmp_path: Path) -> None:
    path = put(tmp_path, b"other")
    with pytest.raises(writing.ChangedError):
        writing.replace(str(path), b"old", b"new")
    assert path.read_bytes() == b"other"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("where", ["fsync", "replace", "chmod"])
@pytest.mark.parametrize("why", [KeyboardInterrupt, OSError])
def test_an_interrupted_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str, why: type[BaseException]
) -> None:
    path = put(tmp_path, PROGRAM)

    def stop(*arguments: object) -> None:
        raise why("no space left")

    monkeypatch.setattr(os, where, stop)
    assert main(path) in (2, 130)
    monkeypatch.undo()
    assert path.read_bytes() == PROGRAM
    assert [one.name for one in tmp_path.iterdir()] == ["program.py"]


def test_a_stop_right_after_the_temporary_file_is_made_leaves_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path, PROGRAM)
    real = os.open

    def stop(name: str, flags: int, mode: int = 0o777, **more: int) -> int:
        made = real(name, flags, mode, **more)
        if TEMPORARY in name:
            raise KeyboardInterrupt
        return made

    monkeypatch.setattr(os, "open", stop)
    assert main(path) == 130
    monkeypatch.undo()
    assert [one.name for one in tmp_path.iterdir()] == ["program.py"]


def test_names_that_are_not_utf8(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = os.fsencode(tmp_path) + b"/caf\xe9.py"
    with open(name, "wb") as file:
        file.write(PROGRAM + b"torchaudio.load_wav('a')\n")
    assert main(tmp_path, "--format", "json") == 1
    assert "caf" in capsys.readouterr().out
    with open(name, "rb") as file:
        assert file.read().startswith(RESULT)


def test_five_megabytes(tmp_path: Path) -> None:
    filler = b"".join(b"def f%d(x):\n    return [x, %d]  # %s\n" % (n, n, b"filler " * 50) for n in range(13_500))
    path = put(tmp_path, PROGRAM + filler)
    assert path.stat().st_size > 5_000_000
    started = time.process_time()
    assert main(path) == 0
    assert time.process_time() - started < 60
    assert path.read_bytes() == RESULT + filler


def test_gitignore_and_exclude(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    put(tmp_path, b"ignored/\n*.gen.py\n!keep.gen.py\n", ".gitignore")
    put(tmp_path, b"local.py\n", "sub/.gitignore")
    names = ["a.py", "ignored/a.py", "b.gen.py", "keep.gen.py", "sub/local.py", "sub/c.py", "left/out.py", ".venv/x.py", "out2.py"]
    for name in names:
        put(tmp_path, PROGRAM, name)
    assert main(tmp_path, "--exclude", "left", "--exclude", "out2.py") == 0
    changed = {name for name in names if (tmp_path / name).read_bytes() == RESULT}
    assert changed == {"a.py", "keep.gen.py", "sub/c.py"}
    assert main(tmp_path / "ignored" / "a.py") == 0
    assert (tmp_path / "ignored" / "a.py").read_bytes() == RESULT
    assert main("--check", tmp_path / "sub") == 0


def test_files_that_say_nothing_tell_who_imports_whom(tmp_path: Path) -> None:
    put(tmp_path, b"import f1100\n" + PROGRAM, "main.py")
    put(tmp_path, b"import torchaudio\n\n\ndef read(p):\n    return torchaudio.load(p)\n", "data.py")
    for number in range(1200):
        put(tmp_path, b"import data\n" if number == 1100 else b"import os\n", f"f{number}.py")
    found = run(Options(paths=(str(tmp_path),), check=True))
    assert {os.path.basename(file.path) for file in found.files if file.changed} == {"main.py", "data.py"}


def test_a_project_that_is_torchaudio(tmp_path: Path) -> None:
    put(tmp_path, b"", "torchaudio/__init__.py")
    path = put(tmp_path, PROGRAM, "use.py")
    assert main(tmp_path) == 1
    assert path.read_bytes() == PROGRAM
