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
from compat.codemod.run import cli, session
from compat.commands.arguments import UsageError

PROGRAM = 'import torchaudio\ntorchaudio.set_audio_backend("soundfile")\nx = torchaudio.load("a.wav")\n'
RESULT = 'import torchaudio\nx = torchaudio.load("a.wav", backend="soundfile")\n'
REPORTED = "import torchaudio\nx = torchaudio.load_wav('a')\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text(PROGRAM)
    return tmp_path


def test_in_place(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["."]) == 0
    assert (project / "a.py").read_text() == RESULT
    captured = capsys.readouterr()
    assert captured.out == "a.py: changed (TAC101)\n"
    assert "1 file looked at: 1 file changed, 0 findings left" in captured.err
    assert cli.main(["."]) == 0


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")
@pytest.mark.parametrize(
    ("redirected", "status", "told"),
    [
        (">/dev/full", 2, "what is found could not be written: No space left on device; send it elsewhere"),
        ("| true", 2, ""),
        (">&-", 1, "0 findings left\nNext: run it again without --check to make the changes."),
        ("2>&-", 1, ""),
    ],
)
def test_output_that_goes_nowhere(redirected: str, status: int, told: str, project: Path) -> None:
    """A pipe that nobody reads is found only where there is more to say than fits into it, so the file says much."""
    many = "\n".join(f"x{number} = torchaudio.load(filepath='a')" for number in range(1000 if redirected == "| true" else 0))
    (project / "a.py").write_text(f"{PROGRAM}{many}\n")
    command = f"{sys.executable} -m compat.codemod --check . {redirected}; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, cwd=project)
    assert done.returncode == status
    assert "Traceback" not in done.stderr
    assert done.stderr.strip().endswith(told)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_diff_has_colours_on_a_terminal(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = Terminal()
    monkeypatch.setattr(sys, "stdout", out)
    cli.main(["--diff", "a.py"])
    assert "\033[31m-torchaudio.set_audio_backend" in out.getvalue()


@pytest.mark.parametrize(("seconds", "shows"), [(1.0, True), (0.2, False)])
def test_a_long_run_shows_a_bar_on_a_terminal(project: Path, monkeypatch: pytest.MonkeyPatch, seconds: float, shows: bool) -> None:
    """It is wiped away in the end; a short run shows none."""
    clock = itertools.count(step=seconds)
    monkeypatch.setattr("time.monotonic", lambda: float(next(clock)))
    err = Terminal()
    monkeypatch.setattr(sys, "stderr", err)
    assert cli.main(["--check", "."]) == 1
    assert ("1 of 1 files" in err.getvalue()) is shows
    assert ("\r\033[K" in err.getvalue()) is shows


@pytest.mark.parametrize(("failure", "status", "says"), [(KeyboardInterrupt, 130, "stopped"), (UsageError("no"), 2, "no")])
def test_a_run_that_is_broken_off(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], failure: BaseException, status: int, says: str
) -> None:
    def run(*_: object) -> None:
        raise failure

    monkeypatch.setattr(session, "run", run)
    assert cli.main(["."]) == status
    assert says in capsys.readouterr().err


def test_findings_left(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "b.py").write_text(REPORTED)
    assert cli.main(["--format", "concise", "."]) == 1
    line = next(line for line in capsys.readouterr().out.splitlines() if "TAC115" in line)
    assert re.match(r"\S*b\.py:2:5: TAC115 load_wav was removed in 0\.9", line)
    assert (project / "a.py").read_text() == RESULT


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "no such file"),
        (["--select", "TAC999", "."], "no rule TAC999"),
        (["--ignore", "", "."], "--ignore names no rule"),
        (["--explain", "TAC999"], "no rule TAC999"),
        (["--target", "compat", "."], "--entry"),
        (["--entry", "a.py", "."], "--target compat"),
        (["-", "."], "alone"),
        (["--target", "3", "."], "invalid choice"),
        (["--report", "no/such/folder.html", "."], "--report no/such/folder.html: it cannot be written"),
    ],
)
def test_wrong_usage(project: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str) -> None:
    assert cli.main(arguments) == 2
    assert words in capsys.readouterr().err


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--help"]) == 0
    assert "exit status:" in capsys.readouterr().out
    assert cli.main(["--version"]) == 0
    assert __version__ in capsys.readouterr().out


def test_list_and_explain(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--list-rules"]) == 0
    assert len(capsys.readouterr().out.splitlines()) > 30
    assert cli.main(["--explain", "tac104"]) == 0
    out = capsys.readouterr().out
    assert "before:" in out
    assert "AUDIO_BACKEND" in out


def test_select_and_ignore(project: Path) -> None:
    (project / "a.py").write_text(PROGRAM.replace('"a.wav"', 'filepath="a.wav"'))
    cli.main(["--select", "TAC110", "."])
    assert (project / "a.py").read_text() == PROGRAM.replace('"a.wav"', 'uri="a.wav"')
    cli.main(["--ignore", "TAC101,TAC102", "."])
    assert "set_audio_backend" in (project / "a.py").read_text()


def test_a_part_of_a_change_that_is_not_selected_holds_the_rest(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program = PROGRAM + "def f(make):\n    return make(loader=torchaudio.load)\n"
    (project / "a.py").write_text(program)
    assert cli.main(["--ignore", "TAC118", "."]) == 1
    assert (project / "a.py").read_text() == program
    assert "TAC118" in capsys.readouterr().out


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
def test_stdin(options: list[str], source: str, status: int, out: str | None, err: str) -> None:
    done = subprocess.run([sys.executable, "-m", "compat.codemod", *options, "-"], input=source, text=True, capture_output=True)
    assert done.returncode == status
    assert (done.stdout == out) if out is not None else ("+x = torchaudio.load" in done.stdout)
    assert err in done.stderr


def test_json(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "b.py").write_text(REPORTED)
    assert cli.main(["--check", "--format", "json", "."]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["statistics"] == {"fixed": {"TAC101": 2}, "left": {"TAC115": 1}}
    [file] = [file for file in found["files"] if file["left"]]
    assert (file["left"][0]["rule"], file["left"][0]["line"], file["left"][0]["column"]) == ("TAC115", 2, 5)


def test_sarif(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "b.py").write_text(REPORTED)
    (project / "bad.py").write_text("import torchaudio\nload(")
    assert cli.main(["--check", "--format", "sarif", "."]) == 2
    [run] = json.loads(capsys.readouterr().out)["runs"]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["locations"][0]["physicalLocation"]["region"]["startLine"] >= 1
    assert run["invocations"][0]["executionSuccessful"] is False


def test_github(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "b,1.py").write_text(REPORTED)
    assert cli.main(["--check", "--format", "github", "."]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert any(re.match(r"::notice file=a\.py,line=2,endLine=2,col=1,title=TAC101::", line) for line in lines)
    assert any(line.startswith("::warning file=b%2C1.py,line=2") for line in lines)


def test_a_place_in_a_notebook(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Lines count within the cell: a form that only knows lines of files is told the cell."""
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": one} for one in ("x = 1", REPORTED)]
    (project / "a.py").unlink()
    (project / "b.ipynb").write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    assert cli.main(["--check", "--format", "github", "."]) == 1
    assert "::warning file=b.ipynb,title=TAC115::Cell 2, line 2: " in capsys.readouterr().out
    assert cli.main(["--check", "--format", "sarif", "."]) == 1
    [result] = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    [location] = result["locations"]
    assert location["logicalLocations"] == [{"name": "cell 2, line 2"}]
    assert "region" not in location["physicalLocation"]


def test_other_places_that_a_reason_speaks_of(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "a.py").write_text("import torchaudio\nx = torchaudio.load(filepath=p)\n")
    (project / "test_a.py").write_text("import torchaudio\ntorchaudio.load = fake\n")
    assert cli.main(["--check", "--format", "concise", "."]) == 1
    assert "(see test_a.py:2:1)" in capsys.readouterr().out


def test_the_page_leaves_out_what_is_far_from_changes(project: Path) -> None:
    far = "".join(f"far_{number} = 1\n" for number in range(30))
    for text, gaps in ((PROGRAM, 0), (f"{PROGRAM}{far}y = torchaudio.info('a')\n", 1)):
        (project / "a.py").write_text(text)
        cli.main(["--check", "--report", "out.html", "."])
        page = (project / "out.html").read_text()
        assert page.count("<tr class='gap'>") == gaps
        assert "far_15" not in page


def test_report_is_one_page(project: Path) -> None:
    (project / "b.py").write_text(REPORTED.replace("'a'", "'<b>&'"))
    cli.main(["--check", "--report", "out.html", "."])
    page = (project / "out.html").read_text()
    assert "TAC101" in page
    assert "load_wav was removed" in page
    assert "id='filter'" in page
    assert not re.search(r"src=|href='(?:\w+:)?//", page)
    assert "backend=&quot;soundfile&quot;" in page


def test_statistics(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["--statistics", "."])
    assert re.search(r"^\s+2 changed\s+0 left  TAC101", capsys.readouterr().out, re.M)
    (project / "a.py").write_text(PROGRAM)
    cli.main(["--check", "--statistics", "--format", "json", "."])
    captured = capsys.readouterr()
    assert json.loads(captured.out)["statistics"] == {"fixed": {"TAC101": 2}, "left": {}}
    assert "TAC101" in captured.err


def test_configuration(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "pyproject.toml").write_text('[tool.torchaudio-compat]\ntarget = "2.9"\nexclude = ["skip"]\nignore = ["TAC110"]\n')
    (project / "skip").mkdir()
    (project / "skip" / "b.py").write_text(PROGRAM)
    assert cli.main(["."]) == 0
    assert (project / "a.py").read_text() == 'import torchaudio\nx = torchaudio.load("a.wav")\n'
    assert (project / "skip" / "b.py").read_text() == PROGRAM


@pytest.mark.parametrize(
    "table", ["nonsense = 1", "target = 3", 'backend = "mad"', 'select = "TAC101"', 'target = "7"', 'ignore = ["X"]', "= broken"]
)
def test_wrong_configuration(project: Path, table: str) -> None:
    (project / "pyproject.toml").write_text(f"[tool.torchaudio-compat]\n{table}\n")
    assert cli.main(["."]) == 2


def test_entry(project: Path) -> None:
    assert cli.main(["--target", "compat", "--entry", "a.py", "."]) == 0
    text = (project / "a.py").read_text()
    assert text == 'import compat\n\ncompat.install("2.0")\n\n' + PROGRAM
    assert cli.main(["--target", "compat", "--entry", "a.py"]) == 0
    assert (project / "a.py").read_text() == text


def test_entry_that_does_not_speak_of_torchaudio(project: Path) -> None:
    (project / "main.py").write_text('"""Run it."""\nimport a\n')
    assert cli.main(["--target", "compat", "--entry", "main.py", "."]) == 0
    assert (project / "main.py").read_text() == '"""Run it."""\n\nimport compat\n\ncompat.install("2.0")\n\nimport a\n'
    assert (project / "a.py").read_text() == PROGRAM


def test_other_files_are_reported_only(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {
        "Dockerfile": "ENV TORCHAUDIO_USE_BACKEND_DISPATCHER=1\nRUN pip install torchaudio==2.0.2\n",
        "requirements.txt": "torch==2.0.1\ntorchaudio==2.0.2  # pinned\ntorchaudio-extras==0.1\n",
        "ci.yml": "run: python -c 'import torchaudio; torchaudio.set_audio_backend(\"sox_io\")'\n",
        "pyproject.toml": '[project]\ndependencies = ["torchaudio>=2.2"]\n',
        "run.sh": "export TORCHAUDIO_USE_BACKEND_DISPATCHER=0  # compat: ignore\n",
    }
    for name, text in files.items():
        (project / name).write_text(text)
    assert cli.main(["--format", "concise", "--fail-on", "any", "."]) == 1
    out = capsys.readouterr().out
    found = sorted(re.match(r"(\S+?):(\d+):", line).groups() for line in out.splitlines() if "TAC133" in line)  # type: ignore[union-attr]
    assert found == [("Dockerfile", "1"), ("Dockerfile", "2"), ("ci.yml", "1"), ("requirements.txt", "1"), ("requirements.txt", "2")]
    assert all((project / name).read_text() == text for name, text in files.items())


def test_start_imports_nothing_heavy() -> None:
    code = (
        "import sys, compat.codemod.run.cli as cli; cli.main(['--version']); cli.main(['--help']);"
        "heavy = {'torch', 'numpy', 'av', 'soundfile', 'libcst', 'pathspec', 'cffi'} & set(sys.modules); sys.exit(str(heavy) if heavy else 0)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0


def test_a_whole_run_imports_no_torch(project: Path) -> None:
    code = "import sys, compat.codemod.run.cli as cli; cli.main(['.']); sys.exit(bool({'torch', 'numpy', 'av', 'soundfile'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, cwd=project, env={"PYTHONPATH": str(Path(__file__).parents[2])}
    )
    assert done.returncode == 0, done.stderr
    assert (project / "a.py").read_text() == RESULT
