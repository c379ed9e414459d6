"""The command line: exit statuses, formats, options, configuration, and what it imports."""

import io
import itertools
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from compat._version import __version__
from compat.codemod.rules import rules
from compat.codemod.run import cli, session
from compat.commands.arguments import UsageError
from tests.codemod.commands import Codemod, commands, notebook, put, row
from tests.conftest import Python
from tests.doubles import fails

PROGRAM = 'import torchaudio\ntorchaudio.set_audio_backend("soundfile")\nx = torchaudio.load("a.wav")\n'
RESULT = 'import torchaudio\nx = torchaudio.load("a.wav", backend="soundfile")\n'
REPORTED = "import torchaudio\nx = torchaudio.load_wav('a')\n"
OLD = PROGRAM.replace('"a.wav"', 'filepath="a.wav"')
PASSED = PROGRAM + "def f(make):\n    return make(loader=torchaudio.load)\n"
INSTALLED = 'import compat\n\ncompat.install("2.0")\n\n'
TABLE = "[tool.torchaudio-compat]\n"

test_commands = commands(
    row("in place", ".", {"a.py": PROGRAM}, 0, "a.py: changed (TAC101)\n", "1 file looked at: 1 file changed, 0 findings left", after={"a.py": RESULT}),
    row(
        "findings left", "--format concise .", {"a.py": PROGRAM, "b.py": REPORTED}, 1,
        "b.py:2:5: TAC115 load_wav was removed in 0.9", after={"a.py": RESULT},
    ),
    row("help", "--help", {}, 0, "exit status:"),
    row("version", "--version", {}, 0, __version__),
    row("list of rules", "--list-rules", {}, 0, *rules()),
    row("a rule explained", "--explain tac104", {}, 0, "before:", "AUDIO_BACKEND"),
    row("a finding explained by its rule", "--explain 'a.py:1:1: TAC108 torchaudio 2.9 has no backends'", {}, 0, "TAC108: Look for"),
    row("a finding explained by its words", "--explain 'TAC101 it is set under a condition'", {}, 0, "Only some runs of the program set"),
    row("nothing explained", "--explain ''", {"a.py": PROGRAM}, 0, "Do: "),
    row("only some rules", "--select TAC110 .", {"a.py": OLD}, 0, after={"a.py": PROGRAM.replace('"a.wav"', 'uri="a.wav"')}),
    row("all but some rules", "--ignore TAC101,TAC102 .", {"a.py": PROGRAM}, 0),
    row("a part of a change that is not selected holds the rest", "--ignore TAC118 .", {"a.py": PASSED}, 1, "TAC118"),
    row("nothing to look at", "--check .", {}, 0, "no file was found"),
    row(
        "other places that a reason speaks of", "--check --format concise .",
        {"a.py": "import torchaudio\nx = torchaudio.load(filepath=p)\n", "test_a.py": "import torchaudio\ntorchaudio.load = fake\n"},
        1, "(see test_a.py:2:1)",
    ),
    row("statistics", "--statistics .", {"a.py": PROGRAM}, 0, "   2 changed      0 left  TAC101", after={"a.py": RESULT}),
    row(
        "configuration", ".",
        {"pyproject.toml": f'{TABLE}target = "2.9"\nexclude = ["skip"]\nignore = ["TAC110"]\n', "a.py": PROGRAM, "skip/b.py": PROGRAM},
        0, after={"a.py": 'import torchaudio\nx = torchaudio.load("a.wav")\n'},
    ),
    row("an entry point", "--target compat --entry a.py .", {"a.py": PROGRAM}, 0, after={"a.py": INSTALLED + PROGRAM}),
    row("an entry point alone", "--target compat --entry a.py", {"a.py": PROGRAM}, 0, after={"a.py": INSTALLED + PROGRAM}),
    row(
        "an entry point that does not speak of torchaudio", "--target compat --entry main.py .",
        {"a.py": PROGRAM, "main.py": '"""Run it."""\nimport a\n'}, 0, after={"main.py": f'"""Run it."""\n\n{INSTALLED}import a\n'},
    ),
    *(
        row(f"wrong usage: {arguments}", arguments, {"a.py": PROGRAM}, 2, words)
        for arguments, words in (
            ("nowhere", "no such file"),
            ("--select TAC999 .", "no rule TAC999"),
            ("--ignore '' .", "--ignore names no rule"),
            ("--explain TAC999", "neither a rule nor the reason"),
            ("--target compat .", "--entry"),
            ("--entry a.py .", "--target compat"),
            ("- .", "alone"),
            ("--target 2.5 .", "there is no target '2.5'; choose one of\n  2.1     each call names its backend"),
            ("--target 2.10 .", "2.9     for 2.9 to 2.11"),
            ("--backend mad .", "invalid choice"),
            ("--report no/such/folder.html .", "--report no/such/folder.html: it cannot be written"),
            ("--baseline no/such/folder.json .", "--baseline no/such/folder.json: it cannot be written"),
        )
    ),
    *(
        row(f"wrong configuration: {table}", ".", {"a.py": PROGRAM, "pyproject.toml": f"{TABLE}{table}\n"}, 2)
        for table in ("nonsense = 1", "target = 3", 'backend = "mad"', 'select = "TAC101"', 'target = "7"', 'ignore = ["X"]', "= broken")
    ),
)  # fmt: skip


@pytest.fixture
def project() -> None:
    put({"a.py": PROGRAM})


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")
@pytest.mark.parametrize(
    ("redirected", "status", "told"),
    [
        (">/dev/full", 2, "what is found could not be written: No space left on device; send it elsewhere"),
        ("| true", 141, ""),
        (">&-", 1, "0 findings left\nNext: run it again without --check to make the changes."),
        ("2>&-", 1, ""),
    ],
)
def test_output_that_goes_nowhere(redirected: str, status: int, told: str) -> None:
    """A pipe that nobody reads is found only where there is more to say than fits into it, so the file says much."""
    many = "\n".join(f"x{number} = torchaudio.load(filepath='a')" for number in range(1000 if redirected == "| true" else 0))
    put({"a.py": f"{PROGRAM}{many}\n"})
    command = f"{sys.executable} -m compat.codemod --check . {redirected}; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == status
    assert "Traceback" not in done.stderr
    assert done.stderr.strip().endswith(told)


def test_a_failure_of_its_own_is_no_finding(project: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("compat.codemod.run.engine.run", lambda *_, **__: 1 // 0)
    assert cli.main(["--check", "a.py"]) == 2
    said = capsys.readouterr().err
    assert "ZeroDivisionError" in said
    assert said.endswith("the codemod itself failed; this is a bug of torchaudio-compat\n")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_diff_has_colours_on_a_terminal(project: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", out := Terminal())
    cli.main(["--diff", "a.py"])
    assert "\033[31m-torchaudio.set_audio_backend" in out.getvalue()


@pytest.mark.parametrize(("seconds", "shows"), [(1.0, True), (0.2, False)])
def test_a_long_run_shows_a_bar_on_a_terminal(project: None, monkeypatch: pytest.MonkeyPatch, seconds: float, shows: bool) -> None:
    """It is wiped away in the end; a short run shows none."""
    clock = itertools.count(step=seconds)
    monkeypatch.setattr("time.monotonic", lambda: float(next(clock)))
    monkeypatch.setattr(sys, "stderr", err := Terminal())
    assert cli.main(["--check", "."]) == 1
    assert ("1 of 1 files" in err.getvalue()) is shows
    assert ("\r\033[K" in err.getvalue()) is shows


@pytest.mark.parametrize(("failure", "status", "says"), [(KeyboardInterrupt, 130, "stopped"), (UsageError("no"), 2, "no")])
def test_a_run_that_is_broken_off(
    codemod: Codemod, monkeypatch: pytest.MonkeyPatch, failure: BaseException, status: int, says: str
) -> None:
    monkeypatch.setattr(session, "run", fails(failure))
    said = codemod(".")
    assert said.status == status
    assert says in said.err


@pytest.mark.parametrize(
    ("options", "source", "status", "out", "err"),
    [
        ([], PROGRAM, 0, RESULT, ""),
        (["--diff"], PROGRAM, 1, None, ""),
        ([], REPORTED, 1, REPORTED, "TAC115"),
        ([], "x = 1\n", 0, "x = 1\n", ""),
        ([], "import torchaudio(", 2, "", "it cannot be parsed as Python"),
    ],
)
def test_stdin(
    options: list[str], source: str, status: int, out: str | None, err: str, codemod: Codemod, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(source.encode())))
    said = codemod(*options, "-")
    assert said.status == status
    assert (said.out == out) if out is not None else ("+x = torchaudio.load" in said.out)
    assert err in said.err


def test_forms_for_programs(codemod: Codemod) -> None:
    """What is found, counted, and where; SARIF and GitHub have forms of their own for it."""
    put({"a.py": PROGRAM, "b,1.py": REPORTED})
    said = codemod("--check", "--statistics", "--format", "json", ".")
    found = json.loads(said.out)
    assert (said.status, found["statistics"]) == (1, {"fixed": {"TAC101": 2}, "left": {"TAC115": 1}})
    assert "TAC101" in said.err
    [[left]] = [file["left"] for file in found["files"] if file["left"]]
    assert (left["rule"], left["line"], left["column"]) == ("TAC115", 2, 5)
    said = codemod("--check", "--format", "github", ".")
    assert said.status == 1
    assert re.search(r"^::notice file=a\.py,line=2,endLine=2,col=1,title=TAC101::", said.out, re.M)
    assert re.search(r"^::warning file=b%2C1\.py,line=2", said.out, re.M)
    put({"bad.py": "import torchaudio\nload("})
    said = codemod("--check", "--format", "sarif", ".")
    [run] = json.loads(said.out)["runs"]
    assert (said.status, run["invocations"][0]["executionSuccessful"]) == (2, False)
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["locations"][0]["physicalLocation"]["region"]["startLine"] >= 1


def test_a_place_in_a_notebook(codemod: Codemod) -> None:
    """Lines count within the cell: a form that only knows lines of files is told the cell."""
    put({"b.ipynb": notebook("x = 1", REPORTED)})
    said = codemod("--check", "--format", "github", ".")
    assert (said.status, "::warning file=b.ipynb,title=TAC115::Cell 2, line 2: " in said.out) == (1, True)
    said = codemod("--check", "--format", "sarif", ".")
    [location] = json.loads(said.out)["runs"][0]["results"][0]["locations"]
    assert (said.status, location["logicalLocations"]) == (1, [{"name": "cell 2, line 2"}])
    assert "region" not in location["physicalLocation"]


def test_the_report_is_one_page_that_leaves_out_what_is_far_from_changes(codemod: Codemod) -> None:
    far = "".join(f"far_{number} = 1\n" for number in range(30))
    for text, gaps in ((PROGRAM, 0), (f"{PROGRAM}{far}y = torchaudio.info('a')\n", 1)):
        put({"a.py": text, "b.py": REPORTED.replace("'a'", "'<b>&'")})
        codemod("--check", "--report", "out.html", ".")
        page = Path("out.html").read_text()
        assert page.count("<tr class='gap'>") == gaps
        assert "far_15" not in page
        assert all(words in page for words in ("TAC101", "load_wav was removed", "id='filter'", "backend=&quot;soundfile&quot;"))
        assert not re.search(r"src=|href='(?:\w+:)?//", page)


def test_other_files_are_reported_only(codemod: Codemod) -> None:
    files = {
        "Dockerfile": "ENV TORCHAUDIO_USE_BACKEND_DISPATCHER=1\nRUN pip install torchaudio==2.0.2\n",
        "requirements.txt": "torch==2.0.1\ntorchaudio==2.0.2  # pinned\ntorchaudio-extras==0.1\n",
        "ci.yml": "run: python -c 'import torchaudio; torchaudio.set_audio_backend(\"sox_io\")'\n",
        "pyproject.toml": '[project]\ndependencies = ["torchaudio>=2.2"]\n',
        "run.sh": "export TORCHAUDIO_USE_BACKEND_DISPATCHER=0  # compat: ignore\n",
    }
    put(files)
    said = codemod("--format", "concise", "--fail-on", "any", ".")
    found = sorted(re.findall(r"^(\S+?):(\d+):.*TAC133", said.out, re.M))
    assert (said.status, found) == (
        1, [("Dockerfile", "1"), ("Dockerfile", "2"), ("ci.yml", "1"), ("requirements.txt", "1"), ("requirements.txt", "2")],
    )  # fmt: skip
    assert all(Path(name).read_text() == text for name, text in files.items())


@pytest.mark.parametrize(
    ("arguments", "heavy"),
    [
        (["--version"], "libcst pathspec cffi"),
        (["--help"], "libcst pathspec cffi"),
        (["."], ""),
    ],
)
def test_nothing_heavy_is_imported(project: None, python: Python, arguments: list[str], heavy: str) -> None:
    """At the start; and no torch in a whole run."""
    code = f"import sys, compat.codemod.run.cli as cli; cli.main({arguments}); print('imported', {{*'torch numpy av soundfile {heavy}'.split()}} & {{*sys.modules}})"
    done = python(code=code)
    assert done.stdout.endswith("imported set()\n"), done.stderr
    assert Path("a.py").read_text() == (RESULT if arguments == ["."] else PROGRAM)
