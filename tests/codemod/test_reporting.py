"""What a person in a hurry is told: the cause first, what waits for it, what to do next; and patches that apply."""

import html.parser
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from compat.codemod.files.other_files import pins, torch_pins
from compat.codemod.reporting.causes import blocks
from compat.codemod.reporting.plain import caret
from compat.codemod.reporting.refusals import refusals
from compat.codemod.run import cli
from compat.codemod.source import Finding, Place

SETTER = 'import torchaudio\n\ntorchaudio.set_audio_backend("soundfile")\n'
ASKS = "import b, torchaudio\n\nprint(torchaudio.get_audio_backend())\n"
OLD = "import torchaudio\nx = torchaudio.load(filepath=p)\n"
WAV = "import torchaudio\n\tx = torchaudio.load_wav('a')\n".replace("\t", "")


def put(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, newline="")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def notebook(*sources: str) -> str:
    cells = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": one.splitlines(keepends=True)}
        for one in sources
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1) + "\n"


# Causes


def at(path: str, line: int) -> Place:
    return Place(path, line, 1, line, 5)


def test_a_cause_comes_with_all_that_waits_for_it() -> None:
    cause = Finding("TAC107", at("a.py", 3), "it is asked", "Delete it.")
    waiting = [Finding("TAC101", at(f"{name}.py", 1), "it is asked", "Wait.", (at("a.py", 3),)) for name in "bcd"]
    alone = Finding("TAC115", at("a.py", 9), "it went", "Write another.")
    found = blocks([alone, *waiting, cause, alone])
    assert [(block.rule, block.reason, len(block.places), len(block.waiting)) for block in found] == [
        ("TAC107", "it is asked", 1, 3),
        ("TAC115", "it went", 1, 0),
    ]


def test_causes_of_which_no_finding_speaks_are_told_by_what_waits() -> None:
    reason = "filepath= is gone; not changed, because load is patched"
    found = blocks([Finding("TAC110", at("a.py", line), reason, "Mend it.", (at("test_a.py", 7),)) for line in (1, 2)])
    assert [(block.reason, str(block.places[0]), len(block.waiting)) for block in found] == [("load is patched", "test_a.py:7:1", 2)]


def test_a_chain_ends_at_its_last_cause() -> None:
    first = Finding("TAC102", at("a.py", 1), "an f-string", "", (at("f.py", 4),))
    second = Finding("TAC103", at("b.py", 1), "more than one backend is set", "", (at("a.py", 1),))
    [block] = blocks([second, first])
    assert (block.reason, str(block.places[0]), len(block.waiting)) == ("an f-string", "f.py:4:1", 2)


def test_places_to_see_are_no_causes() -> None:
    [block] = blocks([Finding("TAC110", at("a.py", 1), "load may be called here", "", (at("a.py", 9),))])
    assert (str(block.places[0]), [str(place) for place in block.related]) == ("a.py:1:1", ["a.py:9:1"])


def test_the_same_words_in_many_places_are_one_block() -> None:
    [block] = blocks([Finding("TAC115", at("a.py", line), "it went", "Write another.") for line in range(1, 30)])
    assert len(block.places) == 29


def test_findings_that_name_each_other_are_one_block() -> None:
    call = Finding("TAC110", at("a.py", 1), "it is gone; not changed, because load is patched", "", (at("t.py", 2),))
    mock = Finding("TAC123", at("t.py", 2), "it is patched here", "", (at("a.py", 1),))
    [block] = blocks([call, mock])
    assert (block.rule, block.waiting) == ("TAC123", (call,))


def test_of_a_ring_the_first_is_the_cause() -> None:
    places = [at(f"{name}.py", 1) for name in "cab"]
    ring = [Finding("TAC101", place, "more than one", "", (places[index - 1],)) for index, place in enumerate(places)]
    [block] = blocks(ring)
    assert ([str(place) for place in block.places], len(block.waiting)) == (["a.py:1:1"], 2)


@pytest.mark.parametrize(
    ("line", "place", "carets"),
    [
        ("abc = 1", Place("a", 1, 1, 1, 4), "^^^"),
        ("\tabc", Place("a", 1, 2, 1, 5), "\t^^^"),
        ("f(a,", Place("a", 1, 3, 2, 1), "  ^^"),
        ("", Place("a", 1, 1, 1, 1), "^"),
    ],
)
def test_carets(line: str, place: Place, carets: str) -> None:
    assert caret(line, place) == carets


def test_text(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(project, {"a.py": ASKS, "b.py": SETTER, "requirements.txt": "torchaudio==2.0.2\n"})
    assert cli.main([]) == 1
    out, err = capsys.readouterr()
    assert out == (
        "TAC107 get_audio_backend gives None from 2.2 on.\n"
        " --> a.py:3:7\n"
        "  |\n"
        "3 | print(torchaudio.get_audio_backend())\n"
        "  |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
        "  = help: Delete it, or use list_audio_backends() or the name that the calls pass as backend=;\n"
        "    set_audio_backend() stays while get_audio_backend() is used.\n"
        "  = 1 place waits for it: b.py:3:1\n"
        "\n"
        "Pins to move with it. Pin the release you move to, together with torch: `torchaudio-compat doctor --pins` prints both lines.\n"
        "  requirements.txt:1:1: torchaudio==2.0.2 excludes the target 2.2.\n"
        "\n"
    )
    assert err.endswith(
        "0 files changed, 2 findings left, 1 pin\nNext: settle a.py:3:7 first; `--explain TAC107` says more. Then run it again.\n"
    )


# What the status is, and what is known


@pytest.mark.parametrize(
    ("files", "options", "status"),
    [
        ({"a.py": WAV}, [], 1),
        ({"a.py": WAV}, ["--fail-on", "nothing"], 0),
        ({"requirements.txt": "torchaudio==2.0.2\n"}, [], 0),
        ({"requirements.txt": "torchaudio==2.0.2\n"}, ["--fail-on", "any"], 1),
        ({"Dockerfile": "ENV TORCHAUDIO_USE_BACKEND_DISPATCHER=1\n"}, [], 0),
        ({"Dockerfile": "ENV TORCHAUDIO_USE_BACKEND_DISPATCHER=1\n"}, ["--target", "2.1"], 1),
        ({"run.sh": "python -c 'import torchaudio; torchaudio.load_wav(1)'\n"}, [], 1),
        ({"a.py": OLD}, ["--check"], 1),
        ({"a.py": OLD}, ["--check", "--fail-on", "nothing"], 0),
        ({"a.py": OLD}, [], 0),
        ({"a.py": "import torchaudio\nload("}, ["--fail-on", "nothing"], 2),
        ({"a.py": WAV, "pyproject.toml": '[tool.torchaudio-compat]\nfail-on = "nothing"\n'}, [], 0),
        ({"pyproject.toml": '[tool.torchaudio-compat]\nfail-on = "sometimes"\n'}, [], 2),
    ],
)
def test_exit_status(project: Path, files: dict[str, str], options: list[str], status: int) -> None:
    put(project, files)
    assert cli.main(options) == status


def test_what_does_not_count_is_a_notice(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(project, {"a.py": WAV, "requirements.txt": "torchaudio==2.0.2\n"})
    cli.main(["--format", "github"])
    assert re.findall(r"::(\w+) file=([\w.]+)", capsys.readouterr().out) == [("warning", "a.py"), ("notice", "requirements.txt")]
    cli.main(["--format", "sarif"])
    [run] = json.loads(capsys.readouterr().out)["runs"]
    assert {one["ruleId"]: one["level"] for one in run["results"]} == {"TAC133": "note", "TAC115": "warning"}


def test_a_baseline_holds_what_is_known(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(project, {"a.py": WAV, "b.py": OLD})
    assert cli.main(["--check", "--baseline", "known.json"]) == 0
    assert "written, with 3 findings" in capsys.readouterr().err
    put(project, {"a.py": f"# moved\n\n{WAV}"})
    assert cli.main(["--check", "--baseline", "known.json"]) == 0
    assert "TAC" not in capsys.readouterr().out
    put(project, {"a.py": f"{WAV}y = torchaudio.load_wav('b')\n"})
    assert cli.main(["--check", "--baseline", "known.json"]) == 1
    out, err = capsys.readouterr()
    assert "a.py:3:5" in out
    assert "a.py:2:5" not in out
    assert "3 known" in err
    put(project, {"a.py": "", "c.py": OLD})
    assert cli.main(["--check", "--baseline", "known.json"]) == 1
    assert "1 of its findings are gone" in capsys.readouterr().err
    (project / "known.json").write_text("{}")
    assert cli.main(["--check", "--baseline", "known.json"]) == 2
    assert "it is not a baseline" in capsys.readouterr().err


# Next


@pytest.mark.parametrize(
    ("files", "options", "words"),
    [
        ({"a.py": OLD}, [], "Next: run your tests under `torchaudio-compat run --version 2.2 -m pytest`."),
        ({"a.py": OLD}, ["--check"], "Next: run it again without --check"),
        ({"a.py": OLD}, ["--diff"], "Next: run it again without --diff"),
        ({"a.py": WAV}, [], "Next: settle a.py:2:5 first; `--explain TAC115`"),
        ({"a.py": "import torchaudio\nload("}, [], "Next: correct the files above"),
        ({"requirements.txt": "torchaudio==2.0.2\n"}, [], "Next: move the pins"),
        ({"a.py": "import torchaudio\ntorchaudio.load(p, normalize=False)\n"}, ["--target", "2.9"], "--unsafe to change it"),
        ({"a.py": "import torchaudio\nx = torchaudio.info(p)\n"}, ["--target", "2.9"], "The project needs this package from now on"),
        (
            {"a.py": "import torchaudio\nx = torchaudio.info(p)\n"},
            ["--target", "2.9", "--check"],
            "The project will need this package from now on",
        ),
    ],
)
def test_what_to_do_next(project: Path, capsys: pytest.CaptureFixture[str], files: dict[str, str], options: list[str], words: str) -> None:
    put(project, files)
    cli.main(options)
    err = capsys.readouterr().err
    assert words in err
    assert err.count("Next: ") == 1


def test_where_nothing_is_to_do_nothing_is_next(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(project, {"a.py": "import torchaudio\nx = torchaudio.load(p)\n"})
    assert cli.main([]) == 0
    assert "Next" not in capsys.readouterr().err


# Pins


@pytest.mark.parametrize(
    ("pin", "told"),
    [
        ("torchaudio==2.0.2", True),
        ("torchaudio>=2.0", False),
        ("torchaudio >= 0.8, < 3", False),
        ("torchaudio>=2.0,<2.1", True),
        ("torchaudio~=2.0", False),
        ("torchaudio~=2.0.1", True),
        ("torchaudio==2.2.*", False),
        ("torchaudio<2.1", True),
        ("torchaudio==2.4.1+cu121", False),
        ("torchaudio==2.9.1", True),
        ("torchaudio>=2.9", True),
        ("torchaudio[x]==2.0.1 ; python_version > '3'", True),
        ("torchaudio=2.0", True),
        ("torchaudio=2.2", False),
        ('torchaudio = "2.0.2"', True),
        ('torchaudio = "^2.0"', False),
        ('torchaudio = "~2.0"', True),
        ('torchaudio = ">=2.0"', False),
        ("torchaudio-extras==0.1", False),
    ],
)
def test_only_pins_that_keep_the_target_out_are_told(pin: str, told: bool) -> None:
    assert bool(list(pins(pin, "2.2"))) is told


def test_torch_goes_with_it() -> None:
    text = "torch==2.0.1\ntorchaudio==2.0.2\n"
    assert [why for *_, why in torch_pins(text, "2.2")] == ["torch==2.0.1 also excludes the target 2.2"]
    assert not list(torch_pins("torch>=2.0\n", "2.2"))


# Patches


@pytest.mark.parametrize("stands", [".", "package", "package/deep"])
def test_a_patch_applies_from_the_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], stands: str
) -> None:
    document = 'Title\n=====\n\n.. code-block:: python\n\n   import torchaudio\n   x = torchaudio.load(filepath="a")\n\nEnd.\n'
    files = {
        "package/deep/a.py": OLD,
        "package/deep/crlf.py": OLD.replace("\n", "\r\n"),
        "package/deep/b.ipynb": notebook("x = 1\n", OLD),
        "package/deep/c.rst": document,
        "package/deep/d.md": f"# Title\n\n```python\n{OLD}```\n\nEnd.\n",
    }
    put(tmp_path, files)
    subprocess.run(["git", "init", "-q"], check=True, cwd=tmp_path)
    monkeypatch.chdir(tmp_path / stands)
    assert cli.main(["--diff", "--docs", str(tmp_path / "package")]) == 1
    patch, notes = capsys.readouterr()
    assert "\033" not in patch
    assert "TAC139" in notes
    assert "TAC" not in patch
    assert "cell 2, line 2" in patch
    assert "-   x = torchaudio.load(filepath=" in patch
    subprocess.run(["git", "apply", "-"], input=patch.encode(), check=True, cwd=tmp_path)
    for name, text in files.items():
        assert (tmp_path / name).read_bytes() == text.replace("filepath=", "uri=").encode()


# Explaining


def test_refusals_are_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--explain", "TAC106"]) == 0
    assert "what may hold it back:" in capsys.readouterr().out
    assert cli.main(["--explain", "TAC101 get_audio_backend is used. Decide what it should do."]) == 0
    assert "Do: If the call only prints the name, delete it." in capsys.readouterr().out


def test_each_refusal_is_one_that_the_codemod_gives() -> None:
    root = Path(cli.__file__).parents[1]
    source = "".join(path.read_text("utf-8") for room in ("plan", "uses", "run") for path in sorted((root / room).glob("*.py")))
    assert [one["says"] for one in refusals() if one["says"] not in source] == []


# The page


class Tags(html.parser.HTMLParser):
    """The tags that are open, and links."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "input"):
            self.open.append(tag)
        self.links += [value or "" for name, value in attributes if name == "href"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def made_page(project: Path) -> Path:
    put(project, {"a.py": ASKS, "b.py": SETTER, "n.ipynb": notebook("x = 1\n", OLD), "requirements.txt": "torchaudio==2.0.2\n"})
    cli.main(["--check", "--report", "out/page.html"] if (project / "out").mkdir() is None else [])
    return project / "out" / "page.html"


def test_the_page_is_whole_and_links_to_the_places(project: Path) -> None:
    path = made_page(project)
    text, tags = path.read_text(), Tags()
    tags.feed(text)
    assert tags.open == []
    assert f"<h1>{project.name}: moving to torchaudio 2.2</h1>" in text
    assert "<mark>torchaudio.get_audio_backend</mark>" in text
    assert "<h4>cell 2</h4>" in text
    assert "1 place waits for it" in text
    assert "../a.py#L3" in tags.links
    assert all((path.parent / link.partition("#")[0]).exists() for link in tags.links)


def test_what_is_too_much_for_the_page_is_counted(project: Path) -> None:
    put(project, {"a.py": "import torchaudio\n" + "x = torchaudio.load_wav('a')\n" * 300})
    cli.main(["--check", "--report", "page.html"])
    text = (project / "page.html").read_text()
    assert text.count("<div class='place'>") == 200
    assert "and 100 more" in text


@pytest.mark.skipif(shutil.which("chromium") is None, reason="chromium is not installed; tests/system-packages.sh installs it")
@pytest.mark.parametrize("width", [340, 1400])
def test_the_page_fits_its_window_and_its_ids_do_not_break(project: Path, width: int) -> None:
    path = made_page(project)
    asks = (
        "<script>const wide = [...document.querySelectorAll('.id')].filter((one) => one.getClientRects().length > 1);"
        "document.title = JSON.stringify([document.documentElement.scrollWidth <= innerWidth, wide.length]);</script></body>"
    )
    path.write_text(path.read_text().replace("</body>", asks))
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--window-size={width},900", "--dump-dom", path.as_uri()]
    seen = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    assert "<title>[true,0]</title>" in seen
