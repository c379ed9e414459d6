"""``compat.run --report``: what a program used, counted over all its processes, beside what the codemod would do."""

import contextlib
import inspect
import json
import pathlib
import pickle
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import compat
from compat import run
from compat.observation import coverage, recording, trace
from tests.codemod.commands import put
from tests.conftest import ASSETS, Python, printed
from tests.tables import table

WAV = str(ASSETS / "mono_s16.wav")
Noted = Callable[[], list[recording.Call]]
PROGRAM = f"""\
import multiprocessing, os, sys
import torchaudio

torchaudio.set_audio_backend("soundfile")

def frames(_):
    return torchaudio.info(
        {WAV!r}
    ).num_frames

def never():
    torchaudio.load(filepath={WAV!r})

if __name__ == "__main__":
    for how in ("fork", "spawn"):
        with multiprocessing.get_context(how).Pool(1) as pool:
            assert pool.map(frames, range(3)) == [2000] * 3
    os.chdir("/")
    print(frames(0), torchaudio.info.__module__, sys.argv)
    sys.exit(3)
"""


def test_all_calls_of_all_processes_are_counted(forked: Python) -> None:
    """Forked and spawned ones that are killed too; the program's own status and output stay."""
    put({"old.py": PROGRAM, "requirements.txt": "torchaudio==2.0.2\n"})
    done = forked("-m", "compat.run", "--record", "trace", "--report=report.json", "old.py", "--report")
    assert (done.returncode, done.stdout.split()[0], done.stdout.count("--report'")) == (3, "2000", 1), done.stderr
    assert "runs as torchaudio 2.0: requirements.txt:1 has torchaudio==2.0.2" in done.stderr
    told = json.loads(pathlib.Path("report.json").read_text())
    sites = {(site["name"], site["path"], site["line"], site["end_line"]): (site["calls"], site["codemod"]) for site in told["sites"]}
    assert sites == {("info", "old.py", 7, 9): (7, "rewritten"), ("set_audio_backend", "old.py", 4, 4): (2, "rewritten")}
    assert [(one["path"], one["line"]) for one in told["not_run"]] == [("old.py", 12)]
    assert told["totals"]["rewritten"] == 2
    seen = {(line["name"], line["backend"]): line["calls"] for line in trace.read("trace")}
    assert seen == {("info", "soundfile"): 7, ("set_audio_backend", ""): 2}


@pytest.fixture
def noted(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Noted]:
    """Record into a folder of the test; gives what is noted by now."""
    monkeypatch.setenv(recording.VARIABLE, str(tmp_path))
    recording._recorder.renew()
    yield lambda: recording.read(str(tmp_path))
    recording._recorder.renew()


def _program(code: str, path: str = "/a/program.py", **names: Any) -> None:
    """Run code as that of a file."""
    exec(compile(code, path, "exec"), {**names, "__name__": "program"})


@pytest.mark.libsox
# what is called under which release, and the names that are noted
@table("release, code, names", {
    "per call": ("2.2", f"t.info({WAV!r}); t.list_audio_backends()", ["info", "list_audio_backends"]),
    "global": ("2.0", f"t.set_audio_backend('soundfile'); t.info({WAV!r}); t.get_audio_backend()", ["get_audio_backend", "info", "set_audio_backend"]),
    "by its module": ("2.0", f"from torchaudio.backend.soundfile_backend import info; info({WAV!r})", ["info"]),
    "with a warning": ("2.8", f"t.info({WAV!r})", ["info"]),
    "of 2.1": ("2.1", "from torchaudio.backend.utils import list_audio_backends as f; f()", ["backend.utils.list_audio_backends"]),
    "below": ("2.2", "import torchaudio.utils.sox_utils as s; s.list_read_formats()", ["utils.sox_utils.list_read_formats"]),
    "a class": ("2.2", f"from torchaudio.io import StreamReader; StreamReader({WAV!r})", ["io.StreamReader"]),
})  # fmt: skip
def test_what_is_called_is_noted_with_its_line(noted: Noted, release: str, code: str, names: list[str]) -> None:
    _program(f"\n\n{code}", t=compat.install(release))
    assert sorted(call.name for call in noted()) == names
    assert {(call.path, call.line, call.calls) for call in noted()} == {("/a/program.py", 3, 1)}


@pytest.mark.libsox
# what is called under which release; which backend served it, what it was given, what came
@table("release, code, backend, given, outcome", {
    "global": ("2.0", f"t.set_audio_backend('soundfile'); t.info({WAV!r})", "soundfile", {"filepath": ("position", "path", ".wav")}, "ok"),
    "chosen": ("2.2", f"t.info(uri={WAV!r}, format='wav')", "ffmpeg", {"uri": ("keyword", "path", ".wav"), "format": ("keyword", "str", "wav")}, "ok"),
    "named": ("2.2", f"t.info({WAV!r}, backend='sox')", "sox", {"uri": ("position", "path", ".wav"), "backend": ("keyword", "str", "sox")}, "ok"),
    "a plain file": ("2.2", f"t.load({WAV!r}, backend='soundfile')", "soundfile", {"uri": ("position", "path", ".wav"), "backend": ("keyword", "str", "soundfile")}, "ok"),
    "a plain file, under the global backend": ("2.0", f"t.set_audio_backend('soundfile'); t.load({WAV!r})", "soundfile", {"filepath": ("position", "path", ".wav")}, "ok"),
    "a file object": ("2.2", f"t.info(open({WAV!r}, 'rb'))", "ffmpeg", {"uri": ("position", "file object")}, "ok"),
    "flac, which libsndfile decodes": ("2.2", f"t.load({str(ASSETS / 'stereo_16.flac')!r}, 0, -1)", "ffmpeg", {"uri": ("position", "path", ".flac"), "frame_offset": ("position", "int"), "num_frames": ("position", "int", -1)}, "ok"),
    "a failure": ("2.2", "t.info('missing.wav')", "", {"uri": ("position", "path", ".wav")}, "OSError"),
    "no such parameter": ("2.2", f"t.info(filepath={WAV!r})", "", {}, "TypeError"),
    "a tensor": ("2.2", "import torch; t.save('x.wav', torch.zeros(1, 9).short(), 8000, compression=None)", "ffmpeg", {"uri": ("position", "path", ".wav"), "src": ("position", "tensor", "int16"), "sample_rate": ("position", "int"), "compression": ("keyword", "NoneType", None)}, "ok"),
})  # fmt: skip
def test_a_call_is_noted_with_its_backend_and_the_kinds_of_its_arguments(
    noted: Noted, release: str, code: str, backend: str, given: dict[str, tuple[Any, ...]], outcome: str
) -> None:
    """Kinds and choices, no data."""
    with contextlib.suppress(OSError, RuntimeError, TypeError):
        _program(code, t=compat.install(release))
    (call,) = (call for call in noted() if call.name in ("info", "load", "save"))
    assert (call.backend, call.release) == (backend, release)
    assert {name: tuple(one.values()) for name, one in call.arguments.items()} == given
    assert call.outcome == outcome or (outcome == "OSError" and call.outcome not in ("ok", "TypeError"))


def test_what_came_is_noted_where_it_names_backends_or_a_class(noted: Noted) -> None:
    code = f"t.set_audio_backend('soundfile'); t.get_audio_backend(); t.list_audio_backends(); t.info({WAV!r}); t.load({WAV!r})"
    _program(code, t=compat.install("2.0"))
    came = {call.name: call.value for call in noted()}
    assert "soundfile" in came.pop("list_audio_backends")
    assert came == {"set_audio_backend": "", "get_audio_backend": "soundfile", "info": "AudioMetaData", "load": ""}


def test_a_trace_grows_over_several_runs(tmp_path: pathlib.Path) -> None:
    """Relative, of the project alone; a file that is something else is refused, and stays."""
    path = str(tmp_path / "trace.jsonl")
    here = recording.Call("load", str(tmp_path / "src" / "a.py"), 3, 4, 2, "2.0", 4, 9, "sox")
    others = [here._replace(path="/usr/lib/x.py"), here._replace(path="<stdin>")]
    assert trace.append(path, [here, *others], str(tmp_path)) == 1
    assert trace.append(path, [here, here._replace(backend="soundfile", calls=1)], str(tmp_path)) == 2
    first, second = trace.read(path)
    assert [first[name] for name in ("trace", "path", "line", "column", "backend", "calls")] == [1, "src/a.py", 3, 4, "sox", 4]
    assert (second["backend"], second["calls"]) == ("soundfile", 1)
    put({"notes.txt": "mine\n"})
    assert "notes.txt:1 is no line of a trace" in trace.record("notes.txt", [here], str(tmp_path))
    assert pathlib.Path("notes.txt").read_text() == "mine\n"
    assert "cannot write it" in trace.record("no/t", [here], str(tmp_path))


def test_names_that_are_no_text_are_read_back() -> None:
    names = ["\udcff.py", "ü.py"]
    for _ in range(2):
        trace.append("trace", [recording.Call("load", f"/a/{name}", 3, 4, backend="sox") for name in names], "/a")
    assert [(line["path"], line["calls"]) for line in trace.read("trace")] == [(name, 2) for name in names]


def _calls_once(path: str) -> None:
    _program("\n\nf()", path, f=recording.recorded(lambda: None, "f", "2.2"))


def test_equal_code_in_two_files_is_noted_for_each(noted: Noted) -> None:
    """Code objects are equal if only the names of their files differ."""
    for path in ("/a/x.py", "/a/y.py", "/a/y.py"):
        _calls_once(path)
    assert [(call.path, call.calls) for call in noted()] == [("/a/y.py", 2), ("/a/x.py", 1)]


def test_a_process_with_the_id_of_an_earlier_one_has_its_own_file(noted: Noted) -> None:
    """As after ``os.execv``; its first kind of call is not that of the earlier one."""
    for path in ("/a/x.py", "/a/y.py"):
        recording._recorder.renew()
        _calls_once(path)
    assert sorted((call.path, call.calls) for call in noted()) == [("/a/x.py", 1), ("/a/y.py", 1)]


def test_a_program_may_have_removed_its_folder(forked: Python, noted: Noted) -> None:
    """A relative path of its code stands for no file, then."""
    code = (
        "import socket\n"  # which Python 3.13.0 cannot import in a folder that is gone
        "import os, sys, tempfile; sys.path = [one for one in sys.path if one]; folder = tempfile.mkdtemp(); os.chdir(folder); os.rmdir(folder)\n"
        "import compat; torchaudio = compat.install('2.2')\n"
        "exec(compile('torchaudio.list_audio_backends()', 'a.py', 'exec'), {'torchaudio': torchaudio, '__name__': 'a'})"
    )
    printed(forked("-c", code))
    (call,) = noted()
    assert call.path == "<removed folder>/a.py"
    assert trace.append("trace", [call], "/") == 0


@pytest.mark.usefixtures("noted")
def test_the_functions_stay_what_they_were() -> None:
    """The same by every path, with their signatures, and by name in other processes; the getter knows them."""
    torchaudio = compat.install("2.0", backends=["soundfile"])
    from torchaudio.backend import soundfile_backend

    assert torchaudio.get_audio_backend() == "soundfile"
    assert soundfile_backend.load is torchaudio.load
    assert pickle.loads(pickle.dumps(torchaudio.load)) is torchaudio.load
    assert "filepath" in inspect.signature(torchaudio.load).parameters


def test_nothing_is_wrapped_while_it_is_off() -> None:
    function: Any = lambda: None  # noqa: E731
    assert recording.recorded(function, "f", "2.0") is function


def test_what_a_killed_process_wrote_half_is_left_out() -> None:
    """Calls that were alike are counted together, those of a place together only where that is asked for."""
    load, info = recording.Call("load", "a.py", 1, 2), recording.Call("info", "a.py", 3, 3)
    failed = load._replace(outcome="OSError")
    kinds = [f"{json.dumps(call)}\n" for call in (load, info, failed)]
    put({"1.jsonl": f'{kinds[0]}0\n0\n["sa', "2.jsonl": f"{kinds[1]}{kinds[0]}1\n0\n{kinds[2]}2\n"})
    found = recording.read(".")
    assert found == [load._replace(calls=3), info, failed]
    assert [(call.name, call.calls) for call in recording.by_place(found)] == [("load", 4), ("info", 1)]


def test_the_report_says_what_the_codemod_does_at_each_place(tmp_path: pathlib.Path) -> None:
    """And what it cannot, why, and what is none of the project's."""
    put({
        "a.py": "import torchaudio\ntorchaudio.set_audio_backend('soundfile')\nprint(torchaudio.get_audio_backend())\n",
        "b.py": "import torchaudio\ntorchaudio.load('x', channels_first=False)\ntorchaudio.load(filepath='y')\n",
    }, tmp_path)  # fmt: skip
    calls = [
        recording.Call("set_audio_backend", str(tmp_path / "a.py"), 2, 2, 1),
        recording.Call("get_audio_backend", str(tmp_path / "a.py"), 3, 3, 4),
        recording.Call("load", str(tmp_path / "b.py"), 3, 3, 1000),
        recording.Call("load", "/usr/lib/python3/dist-packages/other.py", 7, 7, 1),
    ]
    said = list(coverage.lines(coverage.coverage(calls, str(tmp_path), "2.0")))
    assert said[0] == "calls of torchaudio 2.0, and what the codemod (--target 2.2) does with each:"
    assert "  1,000x  load               b.py:3" in said[1]
    assert "rewrites it (TAC" in said[1]
    assert "get_audio_backend  a.py:3" in said[2]
    assert "leaves it to you (TAC107)" in said[2]
    assert said[3].strip() == "TAC107: get_audio_backend gives None from 2.2 on"
    assert said[4].endswith("does not look: the file is outside the project")
    assert said[7] == "4 places: 1 rewritten, 2 left to you, 1 outside the project."
    assert next(coverage.lines(coverage.coverage([], str(tmp_path), "2.0"))) == "the program called no function of torchaudio 2.0."


def test_the_report_says_a_reason_once_for_a_line(tmp_path: pathlib.Path) -> None:
    put({"a.py": "import torchaudio\nprint(torchaudio.get_audio_backend(), torchaudio.get_audio_backend())\n"}, tmp_path)
    calls = [recording.Call("get_audio_backend", str(tmp_path / "a.py"), 2, 2)]
    said = "\n".join(coverage.lines(coverage.coverage(calls, str(tmp_path), "2.0")))
    assert said.count("TAC107: ") == 1


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (["--report", "a.py", "--report"], ["--report=", "a.py", "--report"]),
        (["--version", "2.0", "--report", "-m", "a"], ["--version", "2.0", "--report=", "-m", "a"]),
        (["--report=x.json", "a.py"], ["--report=x.json", "a.py"]),
        (["a.py", "--report"], ["a.py", "--report"]),
        (["-m", "a", "--report"], ["-m", "a", "--report"]),
    ],
)
def test_report_takes_no_program_for_its_file(given: list[str], wanted: list[str]) -> None:
    assert run._with_report(given) == wanted
