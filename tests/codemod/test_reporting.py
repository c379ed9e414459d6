"""What a person in a hurry is told: the cause first, what waits for it, what to do next; and patches that apply."""

import html.parser
import json
import re
import subprocess
from pathlib import Path

import pytest

from compat.codemod.files.other_files import pins
from compat.codemod.reporting.causes import blocks
from compat.codemod.reporting.plain import caret
from compat.codemod.reporting.refusals import refusals
from compat.codemod.run import cli
from compat.codemod.source import Finding, Place
from tests import browsers
from tests.codemod.commands import Codemod, commands, notebook, put, row

SETTER = 'import torchaudio\n\ntorchaudio.set_audio_backend("soundfile")\n'
ASKS = "import b, torchaudio\n\nprint(torchaudio.get_audio_backend())\n"
OLD = "import torchaudio\nx = torchaudio.load(filepath=p)\n"
NEW = OLD.replace("filepath=", "uri=")
WAV = "import torchaudio\nx = torchaudio.load_wav('a')\n"
INFO = "import torchaudio\nx = torchaudio.info(p)\n"
INFO_OF_COMPAT = "import torchaudio\nimport compat\nx = compat.info(p)\n"
BAD = "import torchaudio\nload("
PIN = "torchaudio==2.0.2\n"
DISPATCHER = "ENV TORCHAUDIO_USE_BACKEND_DISPATCHER=1\n"
TABLE = "[tool.torchaudio-compat]\n"

# Causes


def at(path: str, line: int) -> Place:
    return Place(path, line, 1, line, 5)


ASKED = Finding("TAC107", at("a.py", 3), "it is asked", "Delete it.")
WAITING = tuple(Finding("TAC101", at(f"{name}.py", 1), "it is asked", "Wait.", (at("a.py", 3),)) for name in "bcd")
GONE = Finding("TAC115", at("a.py", 9), "it went", "Write another.")
KEPT = "filepath= is gone; not changed, because load is patched"
RING = [
    Finding("TAC101", at(f"{name}.py", 1), "more than one", "", (at(f"{before}.py", 1),)) for before, name in zip("bca", "cab", strict=True)
]

# findings; of each block the rule, the reason, the first place, how many places, how many wait for it, and places to see
BLOCKS = {
    "a cause comes with all that waits for it": (
        [GONE, *WAITING, ASKED, GONE], [("TAC107", "it is asked", "a.py:3:1", 1, 3, []), ("TAC115", "it went", "a.py:9:1", 1, 0, [])],
    ),
    "a cause of which no finding speaks is told by what waits": (
        [Finding("TAC110", at("a.py", line), KEPT, "Mend it.", (at("test_a.py", 7),)) for line in (1, 2)],
        [("TAC110", "load is patched", "test_a.py:7:1", 1, 2, [])],
    ),
    "a chain ends at its last cause": (
        [
            Finding("TAC103", at("b.py", 1), "more than one backend is set", "", (at("a.py", 1),)),
            Finding("TAC102", at("a.py", 1), "an f-string", "", (at("f.py", 4),)),
        ],
        [("TAC102", "an f-string", "f.py:4:1", 1, 2, [])],
    ),
    "places to see are no causes": (
        [Finding("TAC110", at("a.py", 1), "load may be called here", "", (at("a.py", 9),))],
        [("TAC110", "load may be called here", "a.py:1:1", 1, 0, ["a.py:9:1"])],
    ),
    "the same words in many places are one block": (
        [Finding("TAC115", at("a.py", line), "it went", "Write another.") for line in range(1, 30)],
        [("TAC115", "it went", "a.py:1:1", 29, 0, [])],
    ),
    "findings that name each other are one block": (
        [
            Finding("TAC110", at("a.py", 1), KEPT, "", (at("t.py", 2),)),
            Finding("TAC123", at("t.py", 2), "it is patched here", "", (at("a.py", 1),)),
        ],
        [("TAC123", "it is patched here", "t.py:2:1", 1, 1, [])],
    ),
    "of a ring the first is the cause": (RING, [("TAC101", "more than one", "a.py:1:1", 1, 2, [])]),
}  # fmt: skip


@pytest.mark.parametrize(("findings", "wanted"), BLOCKS.values(), ids=BLOCKS)
def test_findings_are_told_by_cause(findings: list[Finding], wanted: list[tuple[object, ...]]) -> None:
    assert [
        (block.rule, block.reason, str(block.places[0]), len(block.places), len(block.waiting), list(map(str, block.related)))
        for block in blocks(findings)
    ] == wanted


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


def test_text(codemod: Codemod) -> None:
    put({"a.py": ASKS, "b.py": SETTER, "requirements.txt": PIN})
    status, out, err = codemod()
    assert status == 1
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


# What the status is, what is known, and what is next

test_status_and_next_step = commands(
    row("a finding that blocks", "", {"a.py": WAV}, 1, "Next: settle a.py:2:5 first; `--explain TAC115`"),
    row("nothing counts", "--fail-on nothing", {"a.py": WAV}, 0),
    row("a pin", "", {"requirements.txt": PIN}, 0, "Next: move the pins"),
    row("a pin that counts", "--fail-on any", {"requirements.txt": PIN}, 1),
    row("a variable of old", "", {"Dockerfile": DISPATCHER}, 0),
    row("a variable that the target reads", "--target 2.1", {"Dockerfile": DISPATCHER}, 1),
    row("a command with an old use", "", {"run.sh": "python -c 'import torchaudio; torchaudio.load_wav(1)'\n"}, 1),
    row("a change to make", "--check", {"a.py": OLD}, 1, "Next: run it again without --check"),
    row("a change that does not count", "--check --fail-on nothing", {"a.py": OLD}, 0),
    row("a change to show", "--diff", {"a.py": OLD}, 1, "Next: run it again without --diff"),
    row("a file that is no Python", "--fail-on nothing", {"a.py": BAD}, 2, "Next: correct the files above"),
    row("a table", "", {"a.py": WAV, "pyproject.toml": f'{TABLE}fail-on = "nothing"\n'}, 0),
    row("a table that is wrong", "", {"pyproject.toml": f'{TABLE}fail-on = "sometimes"\n'}, 2),
    row(
        "a change after which tests are to run", "--target 2.2", {"a.py": OLD}, 0,
        "Next: run your tests under `torchaudio-compat run --version 2.2 -m pytest`.", after={"a.py": NEW},
    ),
    row("a change that needs this package", "--target 2.9", {"a.py": INFO}, 0, "The project needs this package from now on", after={"a.py": INFO_OF_COMPAT}),
    row("a patch of names that git quotes", "--diff .", {'a"b.py': OLD, "ä.py": OLD}, 1, '--- "a/a\\042b.py"', "--- a/ä.py"),
    row("nothing to do", "", {"a.py": "import torchaudio\nx = torchaudio.load(p)\n"}, 0, never="Next"),
    row("an unsafe change", "--target 2.9", {"a.py": "import torchaudio\ntorchaudio.load(p, normalize=False)\n"}, 1, "--unsafe to change it"),
    row("a package to come", "--target 2.9 --check", {"a.py": INFO}, 1, "The project will need this package from now on"),
    row("an explained refusal", "--explain TAC106", {}, 0, "what may hold it back:"),
    row(
        "an explained finding", "--explain 'TAC101 get_audio_backend is used. Decide what it should do.'", {}, 0,
        "Do: If the call only prints the name, delete it.",
    ),
)  # fmt: skip


def test_what_does_not_count_is_a_notice(codemod: Codemod) -> None:
    put({"a.py": WAV, "requirements.txt": PIN})
    assert re.findall(r"::(\w+) file=([\w.]+)", codemod("--format", "github").out) == [("warning", "a.py"), ("notice", "requirements.txt")]
    [run] = json.loads(codemod("--format", "sarif").out)["runs"]
    assert {one["ruleId"]: one["level"] for one in run["results"]} == {"TAC133": "note", "TAC115": "warning"}


def test_a_place_of_a_whole_path_is_a_file_address(codemod: Codemod) -> None:
    put({"a.py": WAV})
    [run] = json.loads(codemod("--format", "sarif", str(Path.cwd())).out)["runs"]
    [where] = {one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in run["results"]}
    assert where == (Path.cwd() / "a.py").as_uri()


def test_the_page_shows_the_first_of_many_places(codemod: Codemod) -> None:
    put({"a.py": f"import torchaudio\n{'x = torchaudio.load_wav(p)' + chr(10)}" * 201})
    codemod("--report", "page.html", ".")
    page = Path("page.html").read_text("utf-8")
    assert page.count("<div class='place'>") == 200
    assert "and 1 more; --format concise tells all." in page


def test_a_baseline_holds_what_is_known(codemod: Codemod) -> None:
    # the files that are written; the status, words that are said, and words that are not
    for files, status, says, never in (
        ({"a.py": WAV, "b.py": OLD}, 0, "written, with 3 findings", "none"),
        ({"a.py": f"# moved\n\n{WAV}"}, 0, "3 known", "TAC"),
        ({"a.py": f"{WAV}y = torchaudio.load_wav('b')\n"}, 1, "a.py:3:5", "a.py:2:5"),
        ({"a.py": "", "c.py": OLD}, 1, "1 of its findings are gone", "none"),
        ({"known.json": "{}"}, 2, "it is not a baseline", "none"),
    ):
        put(files)
        said = codemod("--check", "--baseline", "known.json")
        assert said.status == status
        assert says in said.out + said.err
        assert never not in said.out


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
        ("torchaudio @ https://download.pytorch.org/whl/cu118/torchaudio-2.0.2%2Bcu118-cp310-cp310-linux_x86_64.whl", True),
        ("https://download.pytorch.org/whl/torchaudio-2.2.0-cp310-cp310-linux_x86_64.whl", False),
        ("RUN pip install ./torchaudio-0.13.1-cp38-cp38-linux_x86_64.whl", True),
        ("https://example.org/my-torchaudio-0.1-py3-none-any.whl", False),
        ("  run:\n    - torchaudio 2.0.*\n", True),
        ("  run:\n    - torchaudio 2.0.2 py310_cu118\n", True),
        ("  run:\n    - torchaudio 2.2.*  # as torch\n", False),
        ("dependencies:\n  - pytorch::torchaudio=0.13\n", True),
        ("dependencies:\n  - 'pytorch::torchaudio 0.13.1'\n", True),
        ("we run torchaudio 2.0 here", False),
    ],
)
def test_only_pins_that_keep_the_target_out_are_told(pin: str, told: bool) -> None:
    assert bool(list(pins(pin, "2.2"))) is told


def test_torch_goes_with_it() -> None:
    text = "torch==2.0.1\ntorchaudio==2.0.2\n"
    found = pins(text, "2.2", "torch", "also excludes")
    assert [why for *_, why in found] == ["torch==2.0.1 also excludes the target 2.2"]
    assert not list(pins("torch>=2.0\n", "2.2", "torch"))


# Patches


@pytest.mark.parametrize("stands", [".", "package", "package/deep"])
def test_a_patch_applies_from_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, codemod: Codemod, stands: str) -> None:
    files = {
        "package/deep/a.py": OLD,
        "package/deep/crlf.py": OLD.replace("\n", "\r\n"),
        "package/deep/b.ipynb": notebook("x = 1\n", OLD.splitlines(keepends=True)).replace("torchaudio.load(filepath=1)", ""),
        "package/deep/c.rst": 'Title\n=====\n\n.. code-block:: python\n\n   import torchaudio\n   x = torchaudio.load(filepath="a")\n\nEnd.\n',
        "package/deep/d.md": f"# Title\n\n```python\n{OLD}```\n\nEnd.\n",
    }
    put(files, tmp_path)
    subprocess.run(["git", "init", "-q"], check=True, cwd=tmp_path)
    monkeypatch.chdir(tmp_path / stands)
    status, patch, notes = codemod("--diff", "--docs", tmp_path / "package")
    assert status == 1
    assert "TAC139" in notes
    assert not re.search("\033|TAC", patch)
    assert "cell 2, line 2" in patch
    assert "-   x = torchaudio.load(filepath=" in patch
    subprocess.run(["git", "apply", "-"], input=patch.encode(), check=True, cwd=tmp_path)
    assert {name: (tmp_path / name).read_bytes() for name in files} == {
        name: text.replace("filepath=", "uri=").encode() for name, text in files.items()
    }


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


@pytest.fixture
def page(codemod: Codemod) -> Path:
    put({"a.py": ASKS, "b.py": SETTER, "n.ipynb": notebook("x = 1\n", OLD), "requirements.txt": PIN, "out/x": ""})
    codemod("--check", "--report", "out/page.html")
    return Path("out/page.html").resolve()


def test_the_page_is_whole_and_links_to_the_places(page: Path) -> None:
    text, tags = page.read_text(), Tags()
    tags.feed(text)
    assert tags.open == []
    assert f"<h1>{page.parents[1].name}: moving to torchaudio 2.2</h1>" in text
    for words in ("<mark>torchaudio.get_audio_backend</mark>", "<h4>cell 2</h4>", "1 place waits for it"):
        assert words in text
    assert "../a.py#L3" in tags.links
    assert all((page.parent / link.partition("#")[0]).exists() for link in tags.links)


@pytest.mark.parametrize("width", [340, 1400])
def test_the_page_fits_its_window_and_its_ids_do_not_break(page: Path, width: int) -> None:
    asks = (
        "<script>const wide = [...document.querySelectorAll('.id')].filter((one) => one.getClientRects().length > 1);"
        "document.title = JSON.stringify([document.documentElement.scrollWidth <= innerWidth, wide.length]);</script></body>"
    )
    page.write_text(page.read_text().replace("</body>", asks))
    command = [browsers.program(), "--headless", "--no-sandbox", "--disable-gpu", f"--window-size={width},900", "--dump-dom", page.as_uri()]
    seen = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    assert "<title>[true,0]</title>" in seen
