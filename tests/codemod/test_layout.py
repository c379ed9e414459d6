"""Old uses in places and layouts in which a change would lose something: they stay, and it is said why."""

import json
import os
import sys
from pathlib import Path

import pytest

from compat.codemod.files import writing
from compat.codemod.run import cli
from tests.codemod.tables import rewrite, said, table

test_it_stays_and_it_is_said_why = table(
    said(
        "a generator without brackets",
        "takes a generator without brackets",
        """
            import torchaudio
            torchaudio.set_audio_backend("soundfile")
            x = torchaudio.load(p for p in "a")
            """,
    ),
    said(
        "a comment that would go with an argument",
        "a comment stands between the arguments",
        """
            import torchaudio
            x = torchaudio.load(
                path,
                normalization=True,  # as ever
                channels_first=False,
            )
            """,
    ),
    said(
        "a leftover in an elif",
        "",
        """
            import torchaudio
            if quick:
                pass
            elif torchaudio.get_audio_backend() == "sox_io":
                print("sox")
            """,
    ),
    said(
        "the file given twice",
        "the call gives the file twice Keep one",
        """
            import torchaudio
            x = torchaudio.load(path, filepath=path)
            """,
    ),
    said(
        "a name of the backend in two pieces",
        "Change the name",
        """
            import torchaudio
            x = torchaudio.load(path, backend="sox" "_io")
            """,
    ),
    said(
        "a name in two pieces, looked for in the list",
        "the backend is listed as sox",
        """
            import torchaudio
            print("sox" "_io" in torchaudio.list_audio_backends())
            """,
    ),
    said(
        "the size of the buffer, passed on",
        "Delete what depends on it",
        """
            import torchaudio.utils.sox_utils
            setter = torchaudio.utils.sox_utils.set_buffer_size
            """,
        "2.9",
    ),
    *(
        said(f"the tuple, {name}", says, f"import torchaudio\n{line}\n")
        for name, line, says in (
            ("of three", "a, b, c = torchaudio.info(p)", "the targets it is unpacked into cannot be followed"),
            ("into attributes", "self.a, b = torchaudio.info(p)", "the targets it is unpacked into cannot be followed"),
            ("into a list", "[a, b] = torchaudio.info(p)", "the targets it is unpacked into cannot be followed"),
            ("in brackets", "(si, ei) = torchaudio.info(p)\nprint(si.rate)", "the names it is unpacked into stand in brackets"),
            ("passed on", "show(torchaudio.info(p)[0])", "its first item is passed on"),
            ("in a class", "class A:\n    si, ei = torchaudio.info(p)\n    rate = si.rate", "it is stored in a class"),
            ("in an f-string", "si, ei = torchaudio.info(p)\nprint(f'{si.rate=}')", "is read in an f-string"),
            ("kept whole", "si, ei = torchaudio.info(p)\nkeep(si)", "si itself is passed on"),
            ("bound again", "si, ei = torchaudio.info(p)\nsi = other\nprint(si.rate)", "si is bound more than once"),
        )
    ),
    said(
        "old arguments that are not all named",
        "not all arguments are named",
        """
            import torchaudio
            x = torchaudio.load(path, None, normalization=True)
            """,
    ),
    said(
        "frame_offset beside offset",
        "frame_offset= is given too",
        """
            import torchaudio
            x = torchaudio.load(path, offset=1, frame_offset=2)
            """,
    ),
)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            "x = torchaudio.load(\n    path  # where it is\n)\n",
            'x = torchaudio.load(\n    path, backend="sox"  # where it is\n)\n',
            id="a comment behind the last argument keeps its side",
        ),
        pytest.param(
            "x = torchaudio.load(path, )\n",
            'x = torchaudio.load(path, backend="sox", )\n',
            id="a comma behind the last argument, on one line",
        ),
        pytest.param(
            "x = torchaudio.load(\n    path,\n)\n",
            'x = torchaudio.load(\n    path,\n    backend="sox",\n)\n',
            id="a comma behind the last argument, on its own line",
        ),
        pytest.param(
            "for p in paths: x = torchaudio.load(p)\n",
            'for p in paths: x = torchaudio.load(p, backend="sox")\n',
            id="a body on its header's line",
        ),
    ],
)
def test_an_argument_is_added_where_the_layout_wants_it(before: str, after: str) -> None:
    head = "import torchaudio\n"
    outcome = rewrite({"a.py": f'{head}torchaudio.set_audio_backend("sox_io")\n{before}'})["a.py"]
    assert outcome.text == head + after


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ('x = 1; torchaudio.set_audio_backend("sox_io")', "x = 1"),
        ('torchaudio.set_audio_backend("sox_io"); x = 1', "x = 1"),
        ('torchaudio.set_audio_backend("sox_io");', ""),
        ('torchaudio.set_audio_backend("sox_io")  # because', "# because"),
        ('torchaudio.set_audio_backend("sox_io")  # noqa', ""),
        ('if here: torchaudio.set_audio_backend("sox_io")', None),
    ],
)
def test_a_setter_that_shares_its_line(line: str, left: str | None) -> None:
    """What stands beside it stays; one that an ``if`` guards is no setter for all."""
    source = f'import torchaudio\n{line}\nx = torchaudio.load("a.wav")\n'
    outcome = rewrite({"a.py": source})["a.py"]
    rest = f"{left}\n" if left else ""
    assert outcome.text == (source if left is None else f'import torchaudio\n{rest}x = torchaudio.load("a.wav", backend="sox")\n')


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text('import torchaudio\nx = torchaudio.load(filepath="a")')
    (tmp_path / "bad.py").write_text("import torchaudio\nx = torchaudio.load(\n")
    return tmp_path


@pytest.mark.parametrize("form", ["github", "sarif", "json", "text"])
def test_every_form_tells_of_a_file_that_does_not_parse(folder: Path, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    """And of the other one; the page too, and the status says so."""
    assert cli.main(["--check", "--format", form, "--report", "page.html", str(folder)]) == 2
    said = capsys.readouterr()
    everything = said.out + said.err
    assert "bad.py" in everything
    assert "a.py" in everything
    page = (folder / "page.html").read_text()
    assert "Not read, parsed or written" in page
    assert "bad.py" in page
    if form == "github":
        assert "::error file=" in said.out
    if form == "sarif":
        places = [
            result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in json.loads(said.out)["runs"][0]["results"]
        ]
        assert places == [f"file://{folder}/a.py"]


def test_a_diff_says_where_no_line_end_stands(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--diff", "a.py"]) == 1
    assert capsys.readouterr().out.splitlines()[-4:] == [
        '-x = torchaudio.load(filepath="a")',
        "\\ No newline at end of file",
        '+x = torchaudio.load(uri="a")',
        "\\ No newline at end of file",
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="links and modes of POSIX")
@pytest.mark.parametrize(
    ("refused", "says"), [("file", "the file is read-only"), ("folder", "its folder is read-only"), ("gone", "No such file or directory")]
)
def test_what_keeps_a_file_from_being_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: str, says: str) -> None:
    """Asked of the system, which allows root everything: so it is played."""
    path = tmp_path / "a.py"
    path.write_bytes(b"old")
    denied = {"file": str(path), "folder": str(tmp_path)}.get(refused)
    if refused == "gone":
        path.unlink()
    monkeypatch.setattr(os, "access", lambda place, mode: os.fspath(place) != denied)
    assert writing.obstacle(str(path), b"old") == says
    if refused == "file":
        with pytest.raises(PermissionError, match="the file is read-only"):
            writing.replace(str(path), b"old", b"new")
        assert path.read_bytes() == b"old"
