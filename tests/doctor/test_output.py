"""The command line: the page, its exit status, what it prints instead, and what it keeps to itself."""

import ast
import os
import pathlib
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator

import pytest

from compat.commands.shell import Line
from compat.diagnosis.findings import Finding, Mend, Result, Status, error, note, ok, skipped
from compat.doctor import checks, cli, registry, report, verdict
from compat.doctor.check import Check, Group
from compat.doctor.world import World as Looked
from tests.conftest import Python, printed
from tests.doctor.worlds import World
from tests.doubles import fails

ESCAPE = "\x1b["


def test_a_pipe_gets_no_colour_and_a_line_a_check(healthy: World) -> None:
    done = healthy.run("--only", "python,environment,variables")
    assert ESCAPE not in done.stdout
    lines = [line.split() for line in done.stdout.splitlines()]
    assert [line[:2] for line in lines[:3]] == [["[ok]", "Python"], ["[ok]", "Environment"], ["[ok]", "Variables"]]
    assert lines[-1] == ["verdict", "Healthy."]
    assert done.stderr == ""


@pytest.mark.skipif(os.name == "nt", reason="takes a pseudo-terminal")
def test_a_terminal_gets_colour_and_whole_commands(healthy: World) -> None:
    import pexpect

    env = {**os.environ, "NO_COLOR": "", "TERM": "xterm-256color", "COLUMNS": "60", "TORCHAUDIO_COMPAT_VERSION": "1.0"}
    command = f"{healthy.python} -m compat.doctor --only python,variables"
    shown, status = pexpect.run(command, timeout=60, withexitstatus=True, env=env, cwd=healthy.folder, encoding="utf-8")
    assert status == 2
    assert ESCAPE in shown
    assert "✗" in shown
    assert "export TORCHAUDIO_COMPAT_VERSION=2.2" in shown


def test_a_page_without_rich_says_the_same(build: Callable[..., World]) -> None:
    assert "verdict     Healthy." in printed(build(without=("rich",)).run("--only", "python,variables"))


def test_warnings_exit_with_one_and_show_the_mend(healthy: World) -> None:
    done = healthy.run("--only", "variables", env={"TORCHAUDIO_BACKEND": "sox"})
    assert (done.returncode, done.stdout.splitlines()[-1].strip()) == (1, "$ unset TORCHAUDIO_BACKEND")


def test_a_mend_is_shown_once(build: Callable[..., World]) -> None:
    page = build(without=("torch",), plants={"torch 2.8.0+cpu": "", "torchaudio 2.7.1+cu128": ""}).run("--only", "pair,build").stdout
    assert page.count("$ ") == 3  # the pair's two commands, and the next one
    assert "fix      as under Versions" in page


@pytest.mark.skipif(os.name == "nt", reason="takes POSIX signals")
def test_an_interruption_ends_it_at_once(build: Callable[..., World]) -> None:
    reached = pathlib.Path("reached").resolve()
    torch = f"import pathlib, time\n\npathlib.Path({str(reached)!r}).touch()\ntime.sleep(60)\n"
    world = build(without=("torch",), plants={"torch 2.8.0": torch})
    command = [world.python, "-m", "compat.doctor", "--only", "imports"]
    with subprocess.Popen(command, cwd=world.folder, stderr=subprocess.PIPE, text=True) as process:
        while not reached.exists():
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said.strip().endswith("stopped")


def test_a_failure_of_the_doctor_itself_is_not_taken_for_a_finding(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(verdict, "of", fails(LookupError("surprise")))
    assert cli.main(["--only", "python"], prog="torchaudio-compat doctor") == 3
    assert "torchaudio-compat doctor: the doctor itself failed" in capsys.readouterr().err


def test_a_check_is_chosen_by_its_name() -> None:
    (check,) = registry.chosen(["pair"])
    assert check.name == "pair"
    assert check not in registry.chosen(skip=["pair"])


def test_checks_are_listed_and_explain_themselves(capsys: pytest.CaptureFixture[str]) -> None:
    """Each file is one check, causes are before their consequences, and the slow ones are last."""
    found = registry.checks()
    by_name = {check.name: check for check in found}
    assert cli.main(["--list"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(by_name)
    assert cli.main(["--explain", "libraries"]) == 0
    assert "DT_NEEDED" in capsys.readouterr().out
    files = pathlib.Path(checks.__file__).parent.glob("[!_]*.py")
    assert sorted(by_name) == sorted(path.stem.replace("_", "-") for path in files)
    assert list(by_name)[-2:] == ["round-trip", "resampling"]
    assert [name for name in by_name if name in ("python", "environment", "pair", "build")] == ["python", "environment", "pair", "build"]
    for check in found:
        assert len(check.explanation) > 100
        assert check.why.endswith(".")
        assert check.title


def test_every_check_is_tested() -> None:
    """A test here names it: a row of ``CASES`` in ``test_told_worlds.py``, or a file of its own."""
    named: set[str] = set()
    for path in pathlib.Path(__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                named.update(node.value.split(","))
    assert {check.name for check in registry.checks()} <= named


@pytest.mark.parametrize(
    "arguments", ["--only nothing", "--skip nothing", "--explain nothing", "--pins 9.9", "--no-such", "--time-limit 0", "--json --report"]
)
def test_a_wrong_call_exits_with_three(arguments: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert _code(arguments.split()) == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err


def _code(arguments: list[str]) -> object:
    """The exit status of a call, however it ends."""
    try:
        return cli.main(arguments)
    except SystemExit as end:
        return end.code


def test_help_teaches_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert _code(["--help"]) == 0
    said = capsys.readouterr().out
    for word in ("FILE", "--only", "--json", "--pins", "--report", "--thorough", "exit status", "examples"):
        assert word in said
    assert len(said.splitlines()) <= 60


def test_a_report_keeps_home_and_name_to_itself(tmp_path: pathlib.Path) -> None:
    home = tmp_path / "home" / "maryann"
    home.mkdir(parents=True)
    world = World(home / "project" / "world")
    done = world.run(
        "--report", "--only", "environment,files,copies,variables", env={"HOME": str(home), "USER": "maryann", "TORCHAUDIO_BACKEND": "x"}
    )
    assert done.returncode == 1
    assert "maryann" not in done.stdout
    assert "~/project/world" in done.stdout
    assert done.stdout.startswith("### torchaudio-compat")
    assert "\n[warning] Variables" in done.stdout
    assert "$ unset TORCHAUDIO_BACKEND\n```\n" in done.stdout


@pytest.mark.parametrize(
    ("home", "user", "text", "wanted"),
    [
        ("/home/maryann", "maryann", "/home/maryann/x and maryann's", "~/x and USER's"),
        ("/home/maryann", "maryann", "/home/maryanne/x", "/home/maryanne/x"),
        ("/home/maryann", "maryann", "/data/maryann_2/x", "/data/USER_2/x"),
        ("/root", "root", "root cause in /root/x", "root cause in ~/x"),
        ("/home/torch", "torch", "/home/torch/torch==2.8", "~/torch==2.8"),
        ("/", "nobody", "/usr/lib", "/usr/lib"),
    ],
)
def test_scrubbing(monkeypatch: pytest.MonkeyPatch, home: str, user: str, text: str, wanted: str) -> None:
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, home)
    for variable in ("USER", "LOGNAME", "USERNAME"):
        monkeypatch.setenv(variable, user)
    assert report.scrubbed(text) == wanted


def _check(body: Callable[[Looked], Iterable[Finding]]) -> Check:
    return Check("x", "X", Group.SAMPLES, False, "It matters.", body)


def test_a_check_that_raises_becomes_a_result() -> None:
    def body(world: Looked) -> Iterator[Finding]:
        yield ok("so far")
        raise RuntimeError("broken")

    result = _check(body).run(Looked())
    assert (result.status, result.findings[0].text) == (Status.CRASHED, "so far")
    assert "RuntimeError: broken" in result.summary
    assert verdict.of([result]).exit == 3


def test_a_finding_without_a_reason_gets_that_of_its_check() -> None:
    result = _check(lambda world: (error("bad"), ok("good"))).run(Looked())
    assert [finding.why for finding in result.findings] == ["It matters.", ""]


@pytest.mark.parametrize(
    ("findings", "summary"),
    [
        ((ok("fine"), note("hm"), error("bad")), "bad"),
        ((error("bad"), error("worse")), "bad (and 1 more)"),
        ((ok("a"), ok("b")), "a, b"),
        ((skipped("av has no RECORD"), ok("40 files compared")), "av has no RECORD, 40 files compared"),
        ((skipped("no torch"),), "no torch"),
        ((), "nothing to look at"),
    ],
)
def test_the_summary_is_the_worst_finding(findings: tuple[Finding, ...], summary: str) -> None:
    assert Result("x", "", findings).summary == summary


def test_a_mend_in_one_line() -> None:
    assert Mend("Install it", (Line("pip install x"), Line("or so"))).sentence() == "Install it: `pip install x`"
    assert Mend("Rename it").sentence() == "Rename it"


@pytest.mark.skipif(os.name == "nt", reason="no folder can be removed there while a process is in it")
def test_a_working_folder_that_is_gone(python: Python) -> None:
    gone = "import os, sys; os.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone')"
    done = python(code=f"{gone}; os.execv(sys.executable, [sys.executable, *'-m compat.doctor --only python'.split()])")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.endswith("the folder that you are in is gone; go to another one\n")


@pytest.mark.skipif(os.name == "nt", reason="no file there has such a name")
def test_a_name_cannot_move_the_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("red\x1b[31m.wav", "two\nlines.wav"):
        pathlib.Path(name).touch()
        cli.main([name])
        said = capsys.readouterr().out
        assert name not in said
        assert name.encode("unicode_escape").decode().replace("\\n", "\\x0a") in said
