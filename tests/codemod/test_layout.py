"""Old uses in places and layouts in which a change would lose something: they stay, and it is said why."""

import json
import os

import pytest

from compat.codemod.files import writing
from tests.codemod.commands import Codemod, commands, put, row
from tests.codemod.tables import changes, said, stays, table

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


TORCHAUDIO = "import torchaudio\n"
SETTER = 'torchaudio.set_audio_backend("sox_io")'
CALL = 'x = torchaudio.load("a.wav")\n'
NAMED = 'x = torchaudio.load("a.wav", backend="sox")\n'

test_an_argument_is_added_where_the_layout_wants_it = table(
    *(
        changes(name, f"{TORCHAUDIO}{SETTER}\n{before}", TORCHAUDIO + after)
        for name, before, after in (
            (
                "a comment behind the last argument keeps its side",
                "x = torchaudio.load(\n    path  # where it is\n)\n",
                'x = torchaudio.load(\n    path, backend="sox"  # where it is\n)\n',
            ),
            (
                "a comma behind the last argument, on one line",
                "x = torchaudio.load(path, )\n",
                'x = torchaudio.load(path, backend="sox", )\n',
            ),
            (
                "a comma behind the last argument, on its own line",
                "x = torchaudio.load(\n    path,\n)\n",
                'x = torchaudio.load(\n    path,\n    backend="sox",\n)\n',
            ),
            (
                "a body on its header's line",
                "for p in paths: x = torchaudio.load(p)\n",
                'for p in paths: x = torchaudio.load(p, backend="sox")\n',
            ),
        )
    )
)

# what stands beside it stays; one that an `if` guards is no setter for all
test_a_setter_that_shares_its_line = table(
    *(
        changes(line, f"{TORCHAUDIO}{line}\n{CALL}", f"{TORCHAUDIO}{left}{NAMED}")
        for line, left in (
            (f"x = 1; {SETTER}", "x = 1\n"),
            (f"{SETTER}; x = 1", "x = 1\n"),
            (f"{SETTER};", ""),
            (f"{SETTER}  # because", "# because\n"),
            (f"{SETTER}  # noqa", ""),
        )
    ),
    stays("under a condition", f"{TORCHAUDIO}if here: {SETTER}\n{CALL}", "TAC101"),
)

FILES = {"a.py": 'import torchaudio\nx = torchaudio.load(filepath="a")', "bad.py": "import torchaudio\nx = torchaudio.load(\n"}
NO_END = "\\ No newline at end of file\n"
test_forms = commands(
    row("a file that does not parse, as text", "--check --format text .", FILES, 2, "bad.py", "a.py"),
    row("in GitHub's form", "--check --format github .", FILES, 2, "::error file=", "bad.py", "a.py"),
    row("as JSON", "--check --format json .", FILES, 2, "bad.py", "a.py"),
    row(
        "a diff says where no line end stands", "--diff a.py", FILES, 1,
        f'-x = torchaudio.load(filepath="a")\n{NO_END}+x = torchaudio.load(uri="a")\n{NO_END}',
    ),
)  # fmt: skip


def test_sarif_and_the_page_tell_of_a_file_that_does_not_parse(codemod: Codemod) -> None:
    put(FILES)
    said = codemod("--check", "--format", "sarif", "--report", "page.html", ".")
    assert said.status == 2
    assert "bad.py" in said.out + said.err
    results = json.loads(said.out)["runs"][0]["results"]
    assert [one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in results] == ["a.py"]
    with open("page.html") as file:
        page = file.read()
    assert "Not read, parsed or written" in page
    assert "bad.py" in page


@pytest.mark.parametrize(
    ("denied", "says"), [("a.py", "the file is read-only"), (".", "its folder is read-only"), ("", "No such file or directory")]
)
def test_what_keeps_a_file_from_being_replaced(monkeypatch: pytest.MonkeyPatch, denied: str, says: str) -> None:
    """Asked of the system, which allows root everything: so it is played."""
    put({"a.py": "old"} if denied else {})
    monkeypatch.setattr(os, "access", lambda place, mode: os.path.abspath(place) != os.path.abspath(denied or "x"))
    assert writing.obstacle(os.path.abspath("a.py"), b"old") == says
    if denied == "a.py":
        with pytest.raises(PermissionError, match="the file is read-only"):
            with writing.staged("a.py", b"new") as put_in_place:
                put_in_place(b"old")
        with open("a.py") as file:
            assert file.read() == "old"
