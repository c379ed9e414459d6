"""The command line: the page, its exit status, what it prints instead, and what it keeps to itself."""

from __future__ import annotations

import ast
import dataclasses
import errno
import os
import pathlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from compat.commands.shell import Line
from compat.diagnosis.findings import Finding, Mend, Result, Status, error, note, ok, skipped, warning
from compat.doctor import checks, cli, registry, report, verdict
from compat.doctor.registry import Check
from compat.doctor.world import World as Looked
from tests.doctor.worlds import World

ESCAPE = "\x1b["


def test_a_pipe_gets_no_colour_and_a_line_a_check(healthy: World) -> None:
    done = healthy.run("--only", "python,environment,variables")
    assert ESCAPE not in done.stdout
    assert [line.split()[:2] for line in done.stdout.splitlines()[:3]] == [
        ["[ok]", "Python"],
        ["[ok]", "Environment"],
        ["[ok]", "Variables"],
    ]
    assert done.stdout.splitlines()[-1].split() == ["verdict", "Healthy."]
    assert done.stderr == ""


@pytest.mark.skipif(os.name == "nt", reason="takes a pseudo-terminal")
def test_a_terminal_gets_colour_and_whole_commands(healthy: World) -> None:
    leader, follower = os.openpty()
    env = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "60", "TORCHAUDIO_COMPAT_VERSION": "1.0"}
    env.pop("NO_COLOR", None)
    command = [healthy.python, "-m", "compat.doctor", "--only", "python,variables"]
    with subprocess.Popen(command, stdin=follower, stdout=follower, stderr=follower, env=env, cwd=healthy.folder) as process:
        os.close(follower)
        shown = b"".join(_chunks(leader)).decode()
    os.close(leader)
    assert process.returncode == 2
    assert ESCAPE in shown
    assert "✗" in shown
    assert "export TORCHAUDIO_COMPAT_VERSION=2.2" in shown


def _chunks(descriptor: int) -> Iterator[bytes]:
    while True:
        try:
            chunk = os.read(descriptor, 4096)
        except OSError as why:  # what Linux says at the end of a pseudo-terminal
            if why.errno != errno.EIO:
                raise
            return
        if not chunk:
            return
        yield chunk


def test_a_page_without_rich_says_the_same(build: Callable[..., World]) -> None:
    done = build(without=("rich",)).run("--only", "python,variables")
    assert done.returncode == 0, done.stderr
    assert "verdict     Healthy." in done.stdout


def test_warnings_exit_with_one_and_show_the_mend(healthy: World) -> None:
    done = healthy.run("--only", "variables", env={"TORCHAUDIO_BACKEND": "sox"})
    assert done.returncode == 1
    assert "$ unset TORCHAUDIO_BACKEND" in done.stdout
    assert done.stdout.splitlines()[-1].strip() == "$ unset TORCHAUDIO_BACKEND"


def test_a_mend_is_shown_once(build: Callable[..., World]) -> None:
    world = build(without=("torch",))
    world.plant("torch", {"__init__.py": ""}, "2.8.0+cpu")
    world.plant("torchaudio", {"__init__.py": ""}, "2.7.1+cu128")
    page = world.run("--only", "pair,build").stdout
    assert page.count("$ ") == 3  # the pair's two commands, and the next one
    assert "fix      as under Versions" in page


@pytest.mark.skipif(os.name == "nt", reason="takes POSIX signals")
def test_an_interruption_ends_it_at_once(build: Callable[..., World]) -> None:
    world = build(without=("torch",))
    reached = world.folder / "reached"
    world.plant("torch", {"__init__.py": f"import pathlib, time\n\npathlib.Path({str(reached)!r}).touch()\ntime.sleep(60)\n"}, "2.8.0")
    command = [world.python, "-m", "compat.doctor", "--only", "imports"]
    with subprocess.Popen(command, cwd=world.folder, stderr=subprocess.PIPE, text=True) as process:
        while not reached.exists():
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 3
    assert said.strip().endswith("interrupted")


def test_a_failure_of_the_doctor_itself_is_not_taken_for_a_finding(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*results: object) -> None:
        raise LookupError("surprise")

    monkeypatch.setattr(verdict, "of", broken)
    assert cli.main(["--only", "python"], prog="torchaudio-compat doctor") == 3
    assert "torchaudio-compat doctor: the doctor itself failed" in capsys.readouterr().err


def test_a_check_that_does_not_import_is_a_result(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "compat.doctor.checks.build", None)
    registry.checks.cache_clear()
    try:
        (check,) = registry.chosen(["build"])
        assert check.run(Looked()).status is Status.CRASHED
        assert len(registry.checks()) > 10
    finally:
        registry.checks.cache_clear()


@pytest.mark.parametrize(
    ("said", "name"),
    [("pair", "pair"), ("Versions", "pair"), ("builds", "build"), ("Backend sox", "backend-sox"), ("round_trip", "round-trip")],
)
def test_a_check_is_chosen_by_name_or_by_the_title_it_prints(said: str, name: str) -> None:
    (check,) = registry.chosen([said])
    assert check.name == name
    assert check not in registry.chosen(skip=[said])


def test_list_has_every_check_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--list"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == [check.name for check in registry.checks()]


def test_every_check_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--explain", "libraries"]) == 0
    assert "DT_NEEDED" in capsys.readouterr().out
    for check in registry.checks():
        assert len(check.explanation) > 100
        assert check.why.endswith(".")
        assert check.title


def test_each_file_is_one_check_and_the_slow_ones_are_last() -> None:
    names = [check.name for check in registry.checks()]
    files = pathlib.Path(checks.__file__).parent.glob("[!_]*.py")
    assert sorted(names) == sorted(path.stem.replace("_", "-") for path in files)
    assert names[-2:] == ["round-trip", "resampling"]


def test_a_check_that_must_run_after_another_names_one_of_its_group() -> None:
    by_name = {check.name: check for check in registry.checks()}
    for place, check in enumerate(registry.checks()):
        if check.after is not None:
            before = by_name[check.after]
            assert before.group is check.group
            assert registry.checks().index(before) < place


def test_every_check_is_tested() -> None:
    """A test here names it: a row of ``CASES`` in ``test_told_worlds.py``, or a file of its own."""
    named: set[str] = set()
    for path in pathlib.Path(__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                named.update(node.value.split(","))
    assert {check.name for check in registry.checks()} <= named


@pytest.mark.parametrize(
    "arguments",
    [
        ["--only", "nothing"],
        ["--skip", "nothing"],
        ["--explain", "nothing"],
        ["--pins", "9.9"],
        ["--no-such"],
        ["--time-limit", "0"],
        ["--json", "--report"],
    ],
)
def test_a_wrong_call_exits_with_three(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert _code(arguments) == 3
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
    assert len(said.splitlines()) < 60


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
    assert "| variables | **warning** |" in done.stdout
    assert "```sh\nunset TORCHAUDIO_BACKEND\n```" in done.stdout


@pytest.mark.parametrize(
    ("home", "user", "text", "scrubbed"),
    [
        ("/home/maryann", "maryann", "/home/maryann/x and maryann's", "~/x and USER's"),
        ("/home/maryann", "maryann", "/home/maryanne/x", "/home/maryanne/x"),
        ("/home/maryann", "maryann", "/data/maryann_2/x", "/data/USER_2/x"),
        ("/root", "root", "root cause in /root/x", "root cause in ~/x"),
        ("/home/torch", "torch", "/home/torch/torch==2.8", "~/torch==2.8"),
        ("/", "nobody", "/usr/lib", "/usr/lib"),
    ],
)
def test_scrubbing(monkeypatch: pytest.MonkeyPatch, home: str, user: str, text: str, scrubbed: str) -> None:
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, home)
    for variable in ("USER", "LOGNAME", "USERNAME"):
        monkeypatch.setenv(variable, user)
    assert report.scrubber()(text) == scrubbed


def _check(name: str, *findings: Finding) -> Check:
    return Check(name, name.title(), registry.Group.SAMPLES, None, "It matters.", lambda world: findings)


def test_a_check_that_raises_becomes_a_result() -> None:
    def body(world: Looked) -> Iterator[Finding]:
        yield ok("so far")
        raise RuntimeError("broken")

    result = Check("x", "X", registry.Group.SAMPLES, None, "It matters.", body).run(Looked())
    assert result.status is Status.CRASHED
    assert result.findings[0].text == "so far"
    assert "RuntimeError: broken" in result.summary
    assert verdict.of([result]).exit == 3


def test_a_finding_without_a_reason_gets_that_of_its_check() -> None:
    result = _check("x", error("bad"), ok("good")).run(Looked())
    assert [finding.why for finding in result.findings] == ["It matters.", ""]


@pytest.mark.parametrize(
    ("statuses", "code"),
    [
        ([], 0),
        ([Status.OK, Status.NOTE, Status.SKIPPED], 0),
        ([Status.OK, Status.WARNING], 1),
        ([Status.ERROR, Status.WARNING], 2),
        ([Status.CRASHED, Status.WARNING], 3),
        ([Status.CRASHED, Status.ERROR], 2),
    ],
)
def test_exit_statuses(statuses: list[Status], code: int) -> None:
    assert (
        verdict.of([Result(f"c{place}", "", (Finding(status, "x", subject=f"s{place}"),)) for place, status in enumerate(statuses)]).exit
        == code
    )


def test_the_first_problem_of_a_package_is_the_cause_of_the_others() -> None:
    first, second = (
        error("files are missing", subject="torchaudio", cause="a"),
        error("it does not import", subject="torchaudio", cause="b"),
    )
    judged = verdict.of([Result("files", "", (first,)), Result("imports", "", (second,))])
    assert judged.root == ("files", first)
    assert judged.also == ()
    assert judged.text == "Files are missing."


def test_what_stands_on_something_broken_follows_from_it() -> None:
    judged = verdict.of([Result("imports", "", (error("torch hangs", subject="torch"), error("torchaudio hangs", subject="torchaudio")))])
    assert judged.also == ()


def test_a_warning_never_hides_an_error() -> None:
    judged = verdict.of(
        [Result("a", "", (warning("leftovers", subject="torch"),)), Result("b", "", (error("no import", subject="torch"),))]
    )
    assert judged.root is not None
    assert judged.root[0] == "b"
    assert [check for check, _ in judged.also] == ["a"]


def test_a_warning_behind_an_error_is_part_of_it() -> None:
    judged = verdict.of([Result("a", "", (error("no import", subject="torch"),)), Result("b", "", (warning("slow", subject="torch"),))])
    assert judged.also == ()


def test_problems_of_different_packages_are_both_told() -> None:
    judged = verdict.of([Result("a", "", (error("one", subject="av"),)), Result("b", "", (error("other", subject="libsox"),))])
    assert [finding.text for _, finding in judged.also] == ["other"]


def test_the_summary_is_the_worst_finding() -> None:
    assert Result("x", "", (ok("fine"), note("hm"), error("bad"))).summary == "bad"
    assert Result("x", "", (error("bad"), error("worse"))).summary == "bad (and 1 more)"
    assert Result("x", "", (ok("a"), ok("b"))).summary == "a, b"
    assert Result("x", "", (skipped("no torch"),)).summary == "no torch"


def test_a_mend_in_one_line() -> None:
    assert Mend("Install it", (Line("pip install x"), Line("or so"))).sentence() == "Install it: `pip install x`"
    assert dataclasses.replace(Mend("Rename it")).sentence() == "Rename it"
