"""``--evidence``: what a trace settles, what it cannot, and when it is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.codemod.commands import Codemod, commands, put, row
from tests.codemod.programs.running import Entry, Trace, run
from tests.codemod.tables import dedent
from tests.conftest import ASSETS, Python

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
SOX = PLAIN.replace('torchaudio.set_audio_backend("sox_io")\n\n\n', "\n").replace("(path)\n\n", '(path, backend="sox")\n\n')
SET_SOX = 'torchaudio.set_audio_backend("sox_io")\n'
GUARDED = f'if "sox_io" in torchaudio.list_audio_backends():\n    {SET_SOX}'
TRIED = f"try:\n    {SET_SOX}except RuntimeError:\n    pass\n"
REST = 'def rest():\n    return torchaudio.load("b")\n'
HELD = 'backend=getattr(torchaudio, "chosen_backend", None))'
SET = 'import torchaudio\n\ntorchaudio.set_audio_backend("soundfile")\n'
CHOSEN = 'import torchaudio\n\ntorchaudio.chosen_backend = "soundfile"\n'
OUTLIVES = 'import torchaudio\n\n\ndef set_it():\n    torchaudio.set_audio_backend("soundfile")\n\n\nset_it() if len("x") else 0\ntorchaudio.load("a")\n\n\n'


LISTED = OUTLIVES.replace('len("x")', '"sox_io" in torchaudio.list_audio_backends()')
# one of two setters ran, so either may be in force where the calls come that never ran
EITHER = OUTLIVES.replace(
    '\n\n\nset_it() if len("x") else 0',
    '\n\n\ndef set_other():\n    torchaudio.set_audio_backend("sox_io")\n\n\nset_it() if len("x") else set_other()',
)


def named(source: str) -> str:
    return source.replace('("a")', '("a", backend="soundfile")')


def traced(source: str, **changes: Any) -> Trace:
    """The trace of a script, with some values of its lines changed."""
    trace: Trace = []
    run({"main.py": source}, Entry("main.py"), "2.0", trace)
    return [line | changes for line in trace]


def rewritten(codemod: Codemod, source: str, trace: Trace, *options: str) -> tuple[int, str, str]:
    """The status, the text, and what is said."""
    put({"main.py": source, "t.jsonl": "".join(f"{json.dumps(line)}\n" for line in trace)})
    said = codemod("main.py", "--format", "concise", "--evidence", "t.jsonl", *options)
    return said.status, Path("main.py").read_text(), said.out


def given(**kinds: str) -> dict[str, dict[str, str]]:
    return {name: {"by": "position", "kind": kind} for name, kind in kinds.items()}


def of_save(kind: str) -> dict[str, Any]:
    return {
        "trace": 1, "name": "save", "path": "main.py", "line": 5, "end_line": 5, "calls": 3, "release": "2.0", "column": 4,
        "end_column": 54, "backend": "sox", "outcome": "ok", "arguments": given(filepath="path", compression=kind),
    }  # fmt: skip


# what reading leaves, and what --observed makes of it
SETTLED = {
    "a call that one backend served": (VARIABLE, NAMED),
    "only paths were seen where a file may be passed": (OPENED, f'{SOX.replace("(path, backend", "(str(path), backend")}\n\ndef other():\n    read(open("b"))\n'),
    "a guard": (PLAIN.replace(SET_SOX, GUARDED), SOX),
    "a condition": (
        PLAIN.replace(SET_SOX, f'if len("ab") == 2:\n    {SET_SOX}'), SOX.replace("\n\n\ndef", '\n\nif len("ab") == 2:\n    pass\n\n\ndef', 1),
    ),
    "an attempt at the start": (PLAIN.replace(SET_SOX, TRIED), SOX),
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
    "an info that gave a tuple": (
        f'{SET}print(f"{{torchaudio.info(\'a\')[1]}}")\n', "import torchaudio\n\nprint(f\"{torchaudio.info('a', backend='soundfile')[1]}\")\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after"), SETTLED.values(), ids=SETTLED)
def test_what_reading_leaves_a_trace_settles(before: str, after: str, codemod: Codemod) -> None:
    assert rewritten(codemod, before, traced(before))[0] == 1
    assert rewritten(codemod, before, traced(before), "--observed")[:2] == (0, after)


FAILED = [line | {"outcome": "RuntimeError"} if line["name"] == "set_audio_backend" else line for line in traced(OUTLIVES)]
OBJECTS = [line | {"arguments": given(filepath="file object")} if line["name"] == "load" else line for line in traced(PLAIN)]
ASKED = f"{SET}print(torchaudio.get_audio_backend())\n"
LATE = REST.replace("torchaudio.load", "load") + "\n\nfrom torchaudio import load\n"
NEVER = f"{REST}\n\ndef asked():\n    return torchaudio.get_audio_backend()\n"
# the program, its trace, an option, words of what is said; and what becomes of the program, where it does not stay
LEFT: dict[str, tuple[str, Trace, str, str, str]] = {
    "several": (SEVERAL, traced(SEVERAL), "--observed", "several backends served the call: soundfile (1), sox (2)", SEVERAL),
    "failed": (VARIABLE, traced(VARIABLE, outcome="OSError"), "--observed", "1 of its 1 calls failed", VARIABLE),
    "never ran": (VARIABLE, traced(VARIABLE)[:1], "--observed", "the trace has no call of it", VARIABLE),
    "later release": (VARIABLE, traced(VARIABLE, release="2.2"), "--observed", "recorded under 2.2", VARIABLE),
    "line was added": (VARIABLE, traced(f"\n{VARIABLE}"), "--observed", "the trace is older than the file", VARIABLE),
    "other name": (
        VARIABLE.replace(".load(", ".info("), traced(VARIABLE), "--observed", "the trace is older than the file", VARIABLE.replace(".load(", ".info("),
    ),
    "a file object was seen": (PLAIN, OBJECTS, "--check", "a file object is passed", PLAIN),
    "without --observed": (VARIABLE, traced(VARIABLE), "--check", "each call under it was served by one backend: --observed names it", VARIABLE),
    "a file may be passed": (OPENED, traced(OPENED), "--check", "a file object is passed", OPENED),
    "what a getter gave": (ASKED, traced(ASKED), "--check", "In the trace it gave soundfile each time", ASKED),
    "an attribute would take its place": (
        OUTLIVES + REST, traced(OUTLIVES + REST), "--check", "--observed makes them read torchaudio.chosen_backend", OUTLIVES + REST,
    ),
    # what an attribute cannot take the place of
    "a call that several served": (SEVERAL + REST, traced(SEVERAL + REST), "--observed", "several", SEVERAL + REST.replace('"b")', '"b", backend="sox")')),
    "a getter that never ran": (OUTLIVES + NEVER, traced(OUTLIVES), "--observed", "", named(OUTLIVES) + NEVER),
    "a function that an import binds": (OUTLIVES + LATE, traced(OUTLIVES), "--observed", "", named(OUTLIVES) + LATE),
    "a setter by the list": (LISTED + REST, traced(LISTED), "--observed", "because set_audio_backend() may depend on it", named(LISTED) + REST),
    "a setter that failed": (OUTLIVES + REST, FAILED, "--observed", "", named(OUTLIVES) + REST),
    "a trace without a call": (OUTLIVES + REST, traced(OUTLIVES)[:1], "--observed", "", OUTLIVES + REST),
    # the fifth argument of save, and data that 2.9 damages
    "kinds without --observed": (POSITIONAL, [of_save("float")], "--check", "here it may be either", POSITIONAL),
    "a codec": (POSITIONAL, [of_save("CodecConfig")], "--observed", "here it may be either", POSITIONAL),
    "a line that is another": (
        POSITIONAL, [of_save("float") | {"line": 6, "end_line": 6}], "--observed", "the trace is older than the file", POSITIONAL,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("source", "trace", "option", "says", "after"), LEFT.values(), ids=LEFT)
def test_what_a_trace_does_not_settle_is_said(source: str, trace: Trace, option: str, says: str, after: str, codemod: Codemod) -> None:
    status, text, told = rewritten(codemod, source, trace, option)
    assert (status, text) == (1, after)
    assert says in told


@pytest.mark.parametrize(("kind", "after"), [("float", "True, compression=rest"), ("str", "True, rest")])
def test_the_fifth_argument_of_save_is_told_apart(kind: str, after: str, codemod: Codemod) -> None:
    _, text, told = rewritten(codemod, POSITIONAL, [of_save(kind)], "--observed")
    assert text == POSITIONAL.replace("True, rest", after)
    assert "here it may be either" not in told


@pytest.mark.parametrize(
    ("seen", "says"),
    [
        ({"src": {"by": "position", "kind": "tensor", "value": "int16"}}, "an integer tensor is saved as a square wave"),
        ({"filepath": {"by": "position", "kind": "file object"}}, "2.9 does not save to a file object"),
    ],
)
def test_data_that_was_seen_and_2_9_damages(seen: dict[str, Any], says: str, codemod: Codemod) -> None:
    plain = of_save("NoneType")
    for line, is_said in ((plain, False), (plain | {"arguments": plain["arguments"] | seen}, True)):
        assert (says in rewritten(codemod, POSITIONAL, [line], "--target", "2.9")[2]) is is_said


FILES = {"main.py": VARIABLE, "other.jsonl": json.dumps({**traced(VARIABLE)[0], "path": "elsewhere/no.py"})}
test_wrong_use = commands(
    row("no evidence", ". --observed", FILES, 2, "--observed goes with --evidence"),
    row("a trace that is not there", ". --evidence missing.jsonl", FILES, 2, "--evidence missing.jsonl: it cannot be read"),
    row(
        "a trace of another version",
        ". --evidence next.jsonl",
        {**FILES, "next.jsonl": '{"trace": 99}\n'},
        2,
        "next.jsonl:1 is no line of a trace of version",
    ),
    row("another file", ". --evidence main.py", FILES, 2, "main.py:1 is no line of a trace"),
    row("a trace of another project", ". --evidence other.jsonl", FILES, 2, "it names no file of this project"),
)


def test_a_trace_of_a_real_run(codemod: Codemod, forked: Python) -> None:
    source = VARIABLE.replace('read("a")', 'read("a.wav")\nread(open("a.wav", "rb"))')
    put({"a.wav": (ASSETS / "stereo_s16.wav").read_bytes(), "main.py": source})
    assert forked("-m", "compat.run", "--version", "2.0", "--record", "t.jsonl", "main.py").returncode == 0
    assert codemod(".", "--evidence", "t.jsonl", "--observed").status == 0
    assert Path("main.py").read_text() == source.replace("load(path)", 'load(path, backend="soundfile")').replace(
        "torchaudio.set_audio_backend(name)\n", ""
    )
