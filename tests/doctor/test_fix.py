"""``doctor --fix``: what may be run, what is asked, and what is said to have changed."""

import os
import pathlib
import shlex
import shutil
import signal
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from compat.commands import shell
from compat.diagnosis import machine, mends
from compat.diagnosis.findings import NOTHING_TO_DO, Mend
from compat.doctor import cli
from compat.doctor.checks import libraries
from compat.doctor.fix import changes, dialogue, reach, runner
from compat.doctor.fix.reach import Touches
from tests.codemod.commands import put
from tests.conftest import ROOT, printed
from tests.doubles import fails
from tests.tables import table

posix_only = pytest.mark.skipif(os.name == "nt", reason="these commands are for a POSIX shell")


@pytest.fixture
def somewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> Iterator[pathlib.Path]:
    """A virtual environment, active in conda, on a machine with every program but winget."""
    site = tmp_path / "env" / "site-packages"
    site.mkdir(parents=True)
    (tmp_path / "env" / "conda-meta").mkdir()
    monkeypatch.setattr(machine, "python", lambda: "python")
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "env"))
    monkeypatch.setattr(sys, "path", [str(site)])
    finds = types.SimpleNamespace(which=lambda name: None if name == "winget" else f"/bin/{name}")
    monkeypatch.setattr(reach, "shutil", finds)
    monkeypatch.setenv("CONDA_PREFIX", str(tmp_path / "env"))
    for name in reach._ELSEWHERE_BY_PIP:
        monkeypatch.delenv(name, raising=False)
    machine._pip.cache_clear()
    yield tmp_path
    machine._pip.cache_clear()


@posix_only
# the words of a command ({} is the folder of the test), what it touches, and words of the reason
@table(
    "words, touches, reason",
    {
        "pip of this interpreter": ("python -m pip install torch", Touches.ENVIRONMENT, ""),
        "ensurepip": ("python -m ensurepip", Touches.ENVIRONMENT, ""),
        "uv into this interpreter": ("uv pip install --python python torch", Touches.ENVIRONMENT, ""),
        "conda of this environment": ("conda install torch", Touches.ENVIRONMENT, ""),
        "pip of another interpreter": ("/usr/bin/python3 -m pip install torch", Touches.SHOWN, "not one of"),
        "the interpreter itself": ("python -c 1", Touches.SHOWN, "not one of"),
        "a new environment": ("python -m venv fresh", Touches.SHOWN, "not one of"),
        "apt-get as root": ("apt-get install -y sox", Touches.MORE, "whole system"),
        "brew": ("brew install sox", Touches.MORE, "whole system"),
        "sudo": ("sudo apt-get install -y sox", Touches.SHOWN, "never calls sudo"),
        "a manager that is not here": ("winget install x", Touches.SHOWN, "not on PATH"),
        "a search": ("dnf provides libsox.so", Touches.SHOWN, "only tells"),
        "a file of the user's": ("mv {}/copy.py {}/my_copy.py", Touches.MORE, "renames"),
        "onto another file": ("mv {}/copy.py {}/env", Touches.SHOWN, "write over"),
        "remains of pip": ("rm -r {}/env/site-packages/~orch", Touches.SHOWN, "for good"),
        "the rights of a file": ("chmod u+r {}/a.wav", Touches.MORE, "rights"),
        "any other program": ("ffmpeg -i a.m4a a.wav", Touches.SHOWN, "not one of"),
    },
)
def test_a_command_is_judged_by_what_it_touches(somewhere: pathlib.Path, words: str, touches: Touches, reason: str) -> None:
    found = reach.of(*shell.lines(*words.replace("{}", str(somewhere)).split()), NOTHING_TO_DO)
    assert found.touches is touches, found
    assert reason in found.reason
    assert bool(found.reason) == (touches is not Touches.ENVIRONMENT)


@posix_only
@pytest.mark.parametrize(
    ("words", "prepare", "reason"),
    [
        ("python -m pip install x", lambda patch: patch.setenv("PIP_TARGET", "/there"), "PIP_TARGET"),
        ("conda install x", lambda patch: patch.setenv("CONDA_PREFIX", "/there"), "/there"),
        ("conda install x", lambda patch: patch.delenv("CONDA_PREFIX"), "base"),
        (
            "python -m pip install x",
            lambda patch: [patch.setattr(machine, name, lambda: False) for name in ("is_venv", "is_conda")],
            "share",
        ),
    ],
)
def test_an_installer_that_is_led_elsewhere_needs_a_second_yes(
    somewhere: pathlib.Path, monkeypatch: pytest.MonkeyPatch, words: str, prepare: Callable[[Any], None], reason: str
) -> None:
    prepare(monkeypatch)
    found = reach.of(*shell.lines(*words.split()), NOTHING_TO_DO)
    assert found.touches is Touches.MORE
    assert reason in found.reason


@posix_only
def test_a_chain_touches_what_its_widest_step_touches(somewhere: pathlib.Path) -> None:
    pip, apt = shell.lines("python", "-m", "pip", "install", "x"), shell.lines("apt-get", "install", "x")
    (chained,) = shell.chain(pip, apt)
    assert chained.steps == (pip[0].steps[0], apt[0].steps[0])
    assert reach.of(chained, NOTHING_TO_DO).touches is Touches.MORE
    (unset,) = machine.unset("PYTHONPATH")
    assert reach.of(unset, NOTHING_TO_DO).touches is Touches.SHOWN
    assert shell.chain(pip, (unset,))[0].steps == ()


def test_a_package_named_by_guess_is_only_shown(somewhere: pathlib.Path) -> None:
    """Anybody can publish a package with the name of a module."""
    guessed, known = (mends.named("install-module", groups={"module": name}) for name in ("surely_nowhere", "yaml"))
    assert reach.of(guessed.commands[0], guessed).touches is Touches.SHOWN
    assert reach.of(known.commands[0], known).touches is Touches.ENVIRONMENT


@posix_only
def test_several_missing_libraries_are_installed_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """They were shown as alternatives, and the first of them helped only in part."""
    monkeypatch.setattr(machine, "system_manager", lambda: "apt-get")
    monkeypatch.setattr(machine, "is_conda", lambda: False)
    (one,), (other,) = (mends.library(name).commands for name in ("libsox.so", "libsndfile.so.1"))
    assert libraries._mend(["libsox.so", "libsndfile.so.1"]).commands == (f"{one} && {other}",)
    assert libraries._mend(["libsox.so", "libsox.so.3"]).commands == (one,)


def test_on_windows_each_form_of_a_command_keeps_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell, "is_windows", lambda: True)
    pip = shell.lines(r"C:\a b\python.exe", "-m", "pip", "install", "numpy<2")
    assert [line.shell for line in pip] == ["PowerShell", "cmd"]
    assert len({line.steps for line in pip}) == 1
    assert shell.alternatives([*pip, *shell.lines("brew")]) == [pip[0], "brew"]
    assert shell.chain(machine.removing("x"), pip)[0].steps == ()


@posix_only
@pytest.mark.parametrize("name", mends.TABLE)
def test_what_is_shown_is_what_is_run(name: str) -> None:
    """Every mend of the table: its words are those of its text, or it is the shell's own."""
    for command in mends.named(name, groups={"library": "libsox.so", "module": "numpy"}).commands:
        if command.steps:
            assert " && ".join(map(shlex.join, command.steps)) == command
        else:
            assert command.startswith(("unset ", "export "))


def _document(status: str = "ok", *findings: tuple[str, str, str], check: str = "imports") -> dict[str, Any]:
    """A document with one check: of each finding its status, its cause and its text."""
    made = [{"status": has, "subject": "torch", "cause": cause, "text": text} for has, cause, text in findings]
    root = made[0] if status in ("warning", "error") else None
    verdict = {"status": status, "exit": {"warning": 1, "error": 2}.get(status, 0), "text": f"It is {status}."}
    verdict |= {"root": root, "next": {"text": "", "commands": []}}
    return {"verdict": verdict, "checks": [{"check": check, "title": check.title(), "status": status, "findings": made}]}


BROKEN = _document("error", ("error", "symbol", "undefined symbol"))
WELL = _document()
PIP = "python -m pip install torch"
SUDO = "sudo apt-get install sox"
APT = "apt-get install sox"


def _mend(commands: list[str]) -> Mend:
    chains = [shell.chain(*(shell.lines(*one.split()) for one in line.split(" && "))) for line in commands]
    return Mend("Do it", tuple(line for chain in chains for line in chain))


@posix_only
# commands, options, answers (None: nobody to ask), statuses of what runs, after: -> exit status,
# programs that ran, words of the output
@table("commands, options, answers, statuses, after, wanted, programs, words", {
    "yes": ([PIP], "", ["y"], [0], WELL, 0, [PIP], "fixed       Imports: undefined symbol"),
    "no": ([PIP], "", ["n"], [], None, 2, [], "Nothing was changed"),
    "Enter is no": ([PIP], "", [""], [], None, 2, [], "Nothing was changed"),
    "--yes asks nothing": ([PIP], "yes", None, [0], WELL, 0, [PIP], "fixed"),
    "--yes takes the first": ([PIP, APT], "yes", None, [0], WELL, 0, [PIP], "or          $ apt-get"),
    "nobody to ask": ([PIP], "", None, [], None, 3, [], "--yes runs the first"),
    "nobody to ask, outside": ([APT], "", None, [], None, 3, [], "--yes --outside runs"),
    "no to the first of two": ([PIP, APT], "", ["n"], [], None, 2, [], "Nothing was changed"),
    "the first is only shown": ([SUDO, PIP], "", [], [], None, 2, [], "does not run this"),
    "outside, the second answer is no": ([APT], "", ["y", "n"], [], None, 2, [], "Nothing was changed"),
    "outside, the second answer is yes": ([APT], "", ["y", "yes"], [0], WELL, 0, [APT], "fixed"),
    "outside, --yes": ([APT], "yes", None, [], None, 2, [], "only with --outside"),
    "outside, --yes --outside": ([APT], "yes outside", None, [0], WELL, 0, [APT], "fixed"),
    "sudo, --yes --outside": ([SUDO], "yes outside", None, [], None, 2, [], "does not run this"),
    "sudo first, --yes": ([SUDO, PIP], "yes", None, [], None, 2, [], "does not run this"),
    "it fails": ([f"{PIP} && {PIP}"], "yes", None, [7], None, 4, [PIP], "failed with status 7"),
    "the second step fails": ([f"{PIP} && {APT}"], "yes outside", None, [0, 1], None, 4, [PIP, APT], "failed with status 1"),
    "it is killed": ([PIP], "yes", None, [-9], None, 4, [PIP], "signal 9"),
    "it does not help": ([PIP], "yes", None, [0], BROKEN, 2, [PIP], "still       Imports: undefined symbol"),
    "no second result": ([PIP], "yes", None, [0], None, 3, [PIP], "has no result"),
    "conda would ask": (["conda install x"], "yes", None, [0], WELL, 0, ["conda install --yes x"], "fixed"),
})  # fmt: skip
def test_a_command_runs_only_with_consent(
    somewhere: pathlib.Path,
    capsys: pytest.CaptureFixture[str],
    commands: list[str],
    options: str,
    answers: list[str] | None,
    statuses: list[int],
    after: Any,
    wanted: int,
    programs: list[str],
    words: str,
) -> None:
    ran, left, ended = [], list(answers or ()), iter(statuses)

    def run(step: tuple[str, ...]) -> int:
        ran.append(" ".join(step))
        return next(ended)

    means = dialogue.Means(run, lambda: after, None if answers is None else lambda question: left.pop(0))
    may_touch = Touches.MORE if "outside" in options else Touches.ENVIRONMENT
    consent = may_touch if "yes" in options else None
    status = dialogue.mend(BROKEN, _mend(commands), consent, means)
    said = capsys.readouterr()
    assert (status, ran, left) == (wanted, programs, [])
    assert words in said.out + said.err


@pytest.mark.parametrize(("before", "status", "words"), [(WELL, 0, "Nothing to do."), (BROKEN, 2, "No command fixes this")])
def test_without_a_command_nothing_is_asked(capsys: pytest.CaptureFixture[str], before: Any, status: int, words: str) -> None:
    means = dialogue.Means(pytest.fail, pytest.fail, pytest.fail)
    assert dialogue.mend(before, NOTHING_TO_DO, None, means) == status
    assert words in capsys.readouterr().out


@table(
    "before, after, wanted",
    {
        "fixed": (BROKEN, WELL, ["fixed"]),
        "still": (BROKEN, BROKEN, ["still"]),
        "milder": (BROKEN, _document("warning", ("warning", "symbol", "x")), ["still"]),
        "new": (WELL, BROKEN, ["new"]),
        "nothing": (WELL, WELL, []),
        "one of two": (
            _document("error", ("error", "symbol", "a"), ("error", "", "b"), ("ok", "", "c")),
            _document("error", ("error", "", "b"), ("warning", "new", "d")),
            ["fixed", "still", "new"],
        ),
        "skipped is not mended": (BROKEN, _document("skipped"), ["unknown"]),
        "a check that is missing": (BROKEN, _document(check="pair"), ["unknown"]),
    },
)
def test_what_changed_is_told_by_problem(before: Any, after: Any, wanted: list[str]) -> None:
    assert [kind for kind, _ in changes.between(before, after)] == wanted


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--fix", "--json"], "--json: not allowed with argument --fix"),
        (["--fix", "--list"], "--list: not allowed with argument --fix"),
        (["--yes"], "--yes needs --fix"),
        (["--fix", "--outside"], "--outside needs --fix --yes"),
    ],
)
def test_options_that_do_not_go_together_are_wrong_usage(capsys: pytest.CaptureFixture[str], arguments: list[str], words: str) -> None:
    with pytest.raises(SystemExit) as leaving:
        cli.main(arguments)
    assert leaving.value.code == cli.FAILED
    assert words in capsys.readouterr().err


def test_the_second_examination_has_the_arguments_of_the_first() -> None:
    arguments = ["--fix", "--only", "pair", "a.wav", "--yes", "-v", "--outside"]
    assert cli._without(arguments, *cli.OF_FIX, action="store_true") == ["--only", "pair", "a.wav", "-v"]


def test_a_program_writes_through(capfd: pytest.CaptureFixture[str]) -> None:
    assert runner.run((machine.python(), "-c", "import sys; print('out'); print('err', file=sys.stderr); sys.exit(5)")) == 5
    assert runner.run(("surely-no-such-program",)) == 127
    said = capfd.readouterr()
    assert said.out == "out\n"
    assert said.err.splitlines() == ["err", "surely-no-such-program does not start: No such file or directory"]


WAITS = """
import sys, time
try:
    print('ready', flush=True); time.sleep(60)
except KeyboardInterrupt:
    time.sleep(0.5); print('put back', flush=True)
"""


@posix_only
def test_ctrl_c_lets_the_program_put_things_back() -> None:
    """An installer that is killed leaves half a package behind."""
    program = f"from compat.diagnosis import machine; from compat.doctor.fix import runner; runner.run((machine.python(), '-c', {WAITS!r}))"
    command = [sys.executable, "-c", program]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert out == "put back\n"
    assert err.rstrip().endswith("KeyboardInterrupt")


@posix_only
def test_a_file_in_the_way_is_renamed(build) -> None:  # type: ignore[no-untyped-def]
    """For real; only with --outside, as the file is the user's."""
    world = build()
    (world.folder / "copy.py").write_text("x = 1\n")
    said = printed(world.run("--only", "copies", "--fix", "--yes", "--outside"))
    assert "fixed       Copies: `import copy` finds" in said
    assert (world.folder / "my_copy.py").is_file()
    assert not (world.folder / "copy.py").exists()


def test_ctrl_d_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", fails(EOFError))
    assert dialogue._asked("Run it? ") == ""


@posix_only
@pytest.mark.parametrize(("keys", "status", "is_renamed"), [("yy", 0, True), ("\x03", 130, False)])
def test_at_a_terminal_it_asks_twice_before_it_renames(build, keys: str, status: int, is_renamed: bool) -> None:  # type: ignore[no-untyped-def]
    """At a real one; Ctrl-C changes nothing."""
    import pexpect

    world = build()
    (world.folder / "copy.py").write_text("x = 1\n")
    arguments = ["-m", "compat.doctor", "--only", "copies", "--fix"]
    doctor = pexpect.spawn(str(world.python), arguments, cwd=world.folder, encoding="utf-8", timeout=60)
    for key in keys:
        doctor.expect_exact("[y/N]")
        doctor.send(f"{key}\n" if key.isalpha() else key)
    while doctor.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=5):
        doctor.send(keys[-1])  # Python misses a Ctrl-C that comes just before it waits for input
    doctor.close()
    assert doctor.exitstatus == status, doctor.before
    assert (world.folder / "my_copy.py").is_file() == is_renamed
    assert ("Nothing was changed." in doctor.before) == (not is_renamed)


# the files of a wheel
WHEEL = {
    "soundfile/__init__.py": "__version__ = '0.14.0'\n",
    "soundfile-0.14.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: soundfile\nVersion: 0.14.0\n",
    "soundfile-0.14.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "soundfile-0.14.0.dist-info/RECORD": "soundfile/__init__.py,,\nsoundfile-0.14.0.dist-info/METADATA,,\n"
    "soundfile-0.14.0.dist-info/WHEEL,,\nsoundfile-0.14.0.dist-info/RECORD,,\n",
}


@pytest.mark.parametrize("is_there", [True, False], ids=["fixed", "pip fails"])
def test_a_package_that_does_not_import_is_installed_again(build, is_there: bool) -> None:  # type: ignore[no-untyped-def]
    """By a real pip, into the world."""
    world = build(without=("soundfile", "torch"), plants={"torch 2.8.0": "", "soundfile 0.14.0": "raise OSError('no')\n"})
    put(WHEEL, "wheel")
    os.mkdir("wheels")
    if is_there:
        shutil.make_archive("soundfile", "zip", "wheel")
        os.rename("soundfile.zip", "wheels/soundfile-0.14.0-py3-none-any.whl")
    env = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": os.path.abspath("wheels"), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    done = world.run("--only", "imports", "--fix", "--yes", env=env)
    if is_there:
        assert done.returncode == 0, done.stderr
        assert "Successfully installed soundfile-0.14.0" in done.stdout
        assert "fixed       Imports: import soundfile fails" in done.stdout
    else:
        assert done.returncode == dialogue.FAILED
        assert "failed with status 1. Nothing further was run." in done.stderr
        assert "ERROR: No matching distribution found" in done.stderr
        assert "again" not in done.stdout.split("run  ")[-1]
