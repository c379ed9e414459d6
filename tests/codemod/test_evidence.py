"""``--evidence``: what a trace settles, what it cannot, and when it is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from compat.codemod.run import cli
from tests.codemod.programs.running import Entry, Trace, run
from tests.codemod.tables import dedent

VARIABLE = dedent(
    """
    import torchaudio

    name = "".join(["sound", "file"])
    torchaudio.set_audio_backend(name)


    def read(path):
        return torchaudio.load(path)


    read("a")
    """
)
NAMED = dedent(
    """
    import torchaudio

    name = "".join(["sound", "file"])


    def read(path):
        return torchaudio.load(path, backend="soundfile")


    read("a")
    """
)
SEVERAL = VARIABLE + 'torchaudio.set_audio_backend("sox_io")\nread("b")\nread("c")\n'
PLAIN = dedent(
    """
    import torchaudio

    torchaudio.set_audio_backend("sox_io")


    def read(path):
        return torchaudio.load(path)


    read("a")
    """
)
OPENED = f'{PLAIN}\n\ndef other():\n    read(open("b"))\n'
POSITIONAL = dedent(
    """
    import torchaudio


    def write(path, rest):
        torchaudio.save(path, waveform, 16000, True, rest)
    """
)


def traced(source: str, **changes: Any) -> Trace:
    """The trace of a script, with some values of its lines changed."""
    trace: Trace = []
    run({"main.py": source}, Entry("main.py"), "2.0", trace)
    return [line | changes for line in trace]


def rewritten(folder: Path, source: str, trace: Trace, *options: str) -> tuple[int, str]:
    (folder / "main.py").write_text(source)
    (folder / "t.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in trace))
    status = cli.main([str(folder), "--format", "concise", "--evidence", str(folder / "t.jsonl"), *options])
    return status, (folder / "main.py").read_text()


def given(**kinds: str) -> dict[str, dict[str, str]]:
    return {name: {"by": "position", "kind": kind} for name, kind in kinds.items()}


def of_save(kind: str) -> dict[str, Any]:
    return {
        "trace": 1, "name": "save", "path": "main.py", "line": 5, "end_line": 5, "calls": 3, "release": "2.0", "column": 4,
        "end_column": 54, "backend": "sox", "outcome": "ok", "arguments": given(filepath="path", compression=kind),
    }  # fmt: skip


def test_a_call_that_one_backend_served_names_it(tmp_path: Path) -> None:
    assert rewritten(tmp_path, VARIABLE, traced(VARIABLE), "--observed") == (0, NAMED)


def test_without_observed_it_is_only_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert rewritten(tmp_path, VARIABLE, traced(VARIABLE)) == (1, VARIABLE)
    assert "each call under it was served by one backend: --observed names it" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("source", "trace", "says"),
    [
        pytest.param(SEVERAL, traced(SEVERAL), "several backends served the call: soundfile (1), sox (2)", id="several"),
        pytest.param(VARIABLE, traced(VARIABLE, outcome="OSError"), "1 of its 1 calls failed", id="failed"),
        pytest.param(VARIABLE, traced(VARIABLE)[:1], "the trace has no call of it", id="never ran"),
        pytest.param(VARIABLE, traced(VARIABLE, release="2.2"), "recorded under 2.2", id="later release"),
        pytest.param(VARIABLE, traced(f"\n{VARIABLE}"), "the trace is older than the file", id="line was added"),
        pytest.param(VARIABLE.replace(".load(", ".info("), traced(VARIABLE), "the trace is older than the file", id="other name"),
    ],
)
def test_what_a_trace_does_not_settle_stays(
    source: str, trace: Trace, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rewritten(tmp_path, source, trace, "--observed") == (1, source)
    assert says in capsys.readouterr().out


def test_a_file_object_that_was_seen_keeps_sox_from_being_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trace = traced(PLAIN)
    assert rewritten(tmp_path, PLAIN, trace)[1].count('backend="sox"') == 1
    seen = [line | {"arguments": given(filepath="file object")} if line["name"] == "load" else line for line in trace]
    assert rewritten(tmp_path, PLAIN, seen) == (1, PLAIN)
    assert "a file object is passed" in capsys.readouterr().out


def test_only_paths_were_seen_where_a_file_may_be_passed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert rewritten(tmp_path, OPENED, traced(OPENED)) == (1, OPENED)
    assert "a file object is passed" in capsys.readouterr().out
    assert 'torchaudio.load(str(path), backend="sox")' in rewritten(tmp_path, OPENED, traced(OPENED), "--observed")[1]


GUARDED = PLAIN.replace("torchaudio.set", 'if "sox_io" in torchaudio.list_audio_backends():\n    torchaudio.set')


@pytest.mark.parametrize("before", [
    pytest.param(GUARDED, id="guard"),
    pytest.param(PLAIN.replace("torchaudio.set", 'if len("ab") == 2:\n    torchaudio.set'), id="condition"),
    pytest.param(PLAIN.replace("torchaudio.set", "try:\n    torchaudio.set").replace(
        '"sox_io")\n', '"sox_io")\nexcept RuntimeError:\n    pass\n', 1), id="attempt"),
])  # fmt: skip
def test_setters_that_reading_keeps(before: str, tmp_path: Path) -> None:
    assert rewritten(tmp_path, before, traced(before))[1] == before
    assert "set_audio_backend" not in rewritten(tmp_path, before, traced(before), "--observed")[1]
    assert 'torchaudio.load(path, backend="sox")' in (tmp_path / "main.py").read_text()


REST = 'def rest():\n    return torchaudio.load("b")\n'
HELD = 'backend=getattr(torchaudio, "chosen_backend", None))'
SET = 'import torchaudio\n\ntorchaudio.set_audio_backend("soundfile")\n'
CHOSEN = 'import torchaudio\n\ntorchaudio.chosen_backend = "soundfile"\n'
OUTLIVES = 'import torchaudio\n\n\ndef set_it():\n    torchaudio.set_audio_backend("soundfile")\n\n\nset_it() if len("x") else 0\ntorchaudio.load("a")\n\n\n'


# one of two setters ran, so either may be in force where the calls come that never ran
EITHER = OUTLIVES.replace(
    '\n\n\nset_it() if len("x") else 0',
    '\n\n\ndef set_other():\n    torchaudio.set_audio_backend("sox_io")\n\n\nset_it() if len("x") else set_other()',
)


def named(source: str) -> str:
    return source.replace('("a")', '("a", backend="soundfile")')


# what reading leaves, and what --observed makes of it
SETTLED = {
    "a call that never ran reads an attribute": (
        OUTLIVES + REST,
        named(OUTLIVES).replace("set_audio_backend(\"soundfile\")", 'chosen_backend = "soundfile"') + REST.replace('"b")', f'"b", {HELD}'),
    ),
    "so it does under a setter with a variable": (
        OUTLIVES.replace('set_it():', 'set_it(name="soundfile"):').replace('backend("soundfile")', "backend(name)") + REST,
        named(OUTLIVES).replace('set_it():', 'set_it(name="soundfile"):').replace(
            'set_audio_backend("soundfile")', 'chosen_backend = name.replace("sox_io", "sox")'
        ) + REST.replace('"b")', f'"b", {HELD}'),
    ),
    "it may be sox, which takes no path object": (
        f"import pathlib\n{EITHER}{REST}".replace('("b")', '(pathlib.Path("b"))'),
        f"import pathlib\n{named(EITHER)}{REST}".replace('set_audio_backend("soundfile")', 'chosen_backend = "soundfile"').replace(
            'set_audio_backend("sox_io")', 'chosen_backend = "sox"'
        ).replace('("b")', f'(str(pathlib.Path("b")), {HELD}'),
    ),
    "a lambda": (
        OUTLIVES.replace('    torchaudio.set_audio_backend("soundfile")', '    (lambda: torchaudio.set_audio_backend("soundfile"))()') + REST,
        named(OUTLIVES).replace(
            '    torchaudio.set_audio_backend("soundfile")', '    (lambda: setattr(torchaudio, "chosen_backend", "soundfile"))()'
        ) + REST.replace('"b")', f'"b", {HELD}'),
    ),
    "an attempt": (
        OUTLIVES.replace('    torchaudio.set_audio_backend("soundfile")', '    try:\n        torchaudio.set_audio_backend("soundfile")\n    except RuntimeError:\n        pass') + REST,
        named(OUTLIVES).replace("set_audio_backend(\"soundfile\")", 'chosen_backend = "soundfile"') + REST.replace('"b")', f'"b", {HELD}'),
    ),
    "a backend that is asked for": (f"{SET}print(torchaudio.get_audio_backend())\n", 'import torchaudio\n\nprint("soundfile")\n'),
    "it is asked for in a string": (f"{SET}print(f'{{torchaudio.get_audio_backend()}}')\n", "import torchaudio\n\nprint(f'{\"soundfile\"}')\n"),
    "a call by getattr": (f'{SET}getattr(torchaudio, "load")("a")\n', 'import torchaudio\n\ntorchaudio.load("a", backend="soundfile")\n'),
    "a string that prints the call": (
        f"{SET}x = f'{{torchaudio.load(\"a\")=}}'\n",
        "import torchaudio\n\nx = f'torchaudio.load(\"a\")={torchaudio.load(\"a\", backend=\"soundfile\")!r}'\n",
    ),
    "a name that is one of two functions": (
        f'{SET}if len("a") > 2:\n    from torchaudio import info as read\nelse:\n    from torchaudio import load as read\nread("a")\n',
        'import torchaudio\n\nif len("a") > 2:\n    from torchaudio import info as read\nelse:\n    from torchaudio import load as read\nread("a", backend="soundfile")\n',
    ),
    "such a name that is given a backend": (
        f'{SET}if len("a") > 2:\n    from torchaudio import info as read\nelse:\n    from torchaudio import load as read\nread("a", backend="sox")\n',
        'import torchaudio\n\nif len("a") > 2:\n    from torchaudio import info as read\nelse:\n    from torchaudio import load as read\nread("a", backend="sox")\n',
    ),
    "an info that gave a tuple": (
        f'{SET}print(f"{{torchaudio.info(\'a\')[1]}}")\n', "import torchaudio\n\nprint(f\"{torchaudio.info('a', backend='soundfile')[1]}\")\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SETTLED)
def test_what_reading_leaves(case: str, tmp_path: Path) -> None:
    before, after = SETTLED[case]
    assert rewritten(tmp_path, before, traced(before))[0] == 1
    assert rewritten(tmp_path, before, traced(before), "--observed") == (0, after)


# what an attribute cannot take the place of
KEPT = {
    "a call that several served": (SEVERAL + REST, traced(SEVERAL + REST)),
    "a getter that never ran": (f"{OUTLIVES}{REST}\n\ndef asked():\n    return torchaudio.get_audio_backend()\n", traced(OUTLIVES)),
    "a function that an import binds": (
        OUTLIVES + REST.replace("torchaudio.load", "load") + "\n\nfrom torchaudio import load\n", traced(OUTLIVES),
    ),
    "a setter that failed": (OUTLIVES + REST, [line | {"outcome": "RuntimeError"} if line["name"][:3] == "set" else line for line in traced(OUTLIVES)]),
    "a trace without a call": (OUTLIVES + REST, traced(OUTLIVES)[:1]),
}  # fmt: skip


@pytest.mark.parametrize("case", KEPT)
def test_setters_that_stay(case: str, tmp_path: Path) -> None:
    source, trace = KEPT[case]
    status, text = rewritten(tmp_path, source, trace, "--observed")
    assert status == 1
    assert text.count("set_audio_backend") == source.count("set_audio_backend")
    assert "chosen_backend" not in text


def test_the_report_says_what_a_getter_gave(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = f"{SET}print(torchaudio.get_audio_backend())\n"
    assert rewritten(tmp_path, source, traced(source)) == (1, source)
    assert "In the trace it gave soundfile each time" in capsys.readouterr().out


def test_the_report_says_that_an_attribute_would_take_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert rewritten(tmp_path, OUTLIVES + REST, traced(OUTLIVES + REST)) == (1, OUTLIVES + REST)
    assert "it has them read torchaudio.chosen_backend" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("kind", "after"),
    [("float", POSITIONAL.replace("True, rest", "True, compression=rest")), ("str", POSITIONAL), ("CodecConfig", POSITIONAL)],
)
def test_the_fifth_argument_of_save_is_told_apart(kind: str, after: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert rewritten(tmp_path, POSITIONAL, [of_save(kind)]) == (1, POSITIONAL)
    assert "here it may be either" in capsys.readouterr().out
    assert rewritten(tmp_path, POSITIONAL, [of_save(kind)], "--observed")[1] == after
    assert ("here it may be either" in capsys.readouterr().out) == (kind == "CodecConfig")
    shifted = [of_save(kind) | {"line": 6, "end_line": 6}]
    assert rewritten(tmp_path, POSITIONAL, shifted, "--observed") == (1, POSITIONAL)
    assert "the trace is older than the file" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("seen", "says"),
    [
        ({"src": {"by": "position", "kind": "tensor", "value": "int16"}}, "an integer tensor is saved as a square wave"),
        ({"filepath": {"by": "position", "kind": "file object"}}, "2.9 does not save to a file object"),
    ],
)
def test_data_that_was_seen_and_2_9_damages(seen: dict[str, Any], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plain = of_save("NoneType")
    rewritten(tmp_path, POSITIONAL, [plain], "--target", "2.9")
    assert says not in capsys.readouterr().out
    rewritten(tmp_path, POSITIONAL, [plain | {"arguments": plain["arguments"] | seen}], "--target", "2.9")
    assert says in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--observed"], "--observed goes with --evidence"),
        (["--evidence", "missing.jsonl"], "--evidence missing.jsonl: it cannot be read"),
        (["--evidence", "main.py"], "main.py:1 is no line of a trace"),
        (["--evidence", "other.jsonl"], "it names no file of this project"),
    ],
)
def test_wrong_use(
    options: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("main.py").write_text(VARIABLE)
    Path("other.jsonl").write_text(json.dumps({**traced(VARIABLE)[0], "path": "elsewhere/no.py"}))
    assert cli.main([".", *options]) == 2
    assert says in capsys.readouterr().err
    assert Path("main.py").read_text() == VARIABLE


def test_a_trace_of_a_real_run(tmp_path: Path) -> None:
    source = VARIABLE.replace('read("a")', 'read("a.wav")\nread(open("a.wav", "rb"))')
    asset = Path(__file__).parents[1] / "oracle" / "assets" / "stereo_s16.wav"
    (tmp_path / "a.wav").write_bytes(asset.read_bytes())
    (tmp_path / "main.py").write_text(source)
    trace = tmp_path / "t.jsonl"
    command = [sys.executable, "-m", "compat.run", "--version", "2.0", "--record", str(trace), "main.py"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    assert cli.main([str(tmp_path), "--evidence", str(trace), "--observed"]) == 0
    assert (tmp_path / "main.py").read_text() == source.replace("(path)\n\n\n", '(path, backend="soundfile")\n\n\n').replace(
        "torchaudio.set_audio_backend(name)\n", ""
    )
