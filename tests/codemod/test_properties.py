"""Real files, and programs put together from uses of the old API."""

import ast
import functools
import itertools
import random
import sysconfig
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compat.codemod.rewrite import edits
from compat.codemod.rewrite.edits import ConflictError, Edit
from compat.codemod.source.module import Module
from compat.codemod.source.text import Text, parse
from tests.codemod.tables import rewrite


@functools.cache
def real_files() -> tuple[Path, ...]:
    """Python files of the standard library and of the installed packages, mixed but always the same."""
    folders = [Path(sysconfig.get_path("stdlib")), Path(sysconfig.get_path("purelib"))]
    found = sorted(path for folder in folders for path in folder.glob("*/*.py") if 500 < path.stat().st_size < 30_000)
    random.Random(1).shuffle(found)
    return tuple(itertools.islice(filter(is_python, found), 200))


def is_python(path: Path) -> bool:
    """Tell whether it is UTF-8 with plain line ends, and parses; some files are there to test parsers."""
    try:
        parse(read(path))
    except (UnicodeDecodeError, SyntaxError):
        return False
    return "\r" not in read(path)


def read(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


@pytest.mark.parametrize("number", range(40))
def test_real_files_come_through_as_they_are(number: int) -> None:
    text = read(real_files()[number])
    assert not rewrite({"a.py": text})["a.py"].changed


@pytest.mark.parametrize("number", range(40, 80))
@pytest.mark.parametrize("target", ["2.2", "2.9"])
def test_in_real_files_only_the_changed_place_is_another(number: int, target: str) -> None:
    text = read(real_files()[number])
    old = "\nimport torchaudio\ntorchaudio.set_audio_backend('soundfile')\ndef read_it_from(p):\n    return torchaudio.load(filepath=p)\n"
    new = "\nimport torchaudio\ndef read_it_from(p):\n    return torchaudio.load(uri=p%s)\n" % (
        ', backend="soundfile"' if target == "2.2" else ""
    )
    text = text if text.endswith("\n") else f"{text}\n"
    outcome = rewrite({"a.py": text + old}, target)["a.py"]
    # where the file may call anything before the setter, the setter stays, and that is said
    assert outcome.text == text + (old.replace("filepath=", "uri=") if outcome.left else new)


STATEMENTS = [
    "x = {ta}.load({path})",
    "x, sr = {ta}.load({path}, normalize=False)",
    "{ta}.save('new.wav', data, 8000)",
    "print({ta}.info({path}))",
    "y = [{ta}.load(p) for p in {paths}]",
    "z = (lambda p: {ta}.load(filepath=p)[0])('mono_s16.wav')",
    "if (w := {ta}.info({path})): pass",
    "x = {ta}.load(\n    {path},\n    num_frames=10,\n)",
    "q = {ta}.load({path}); r = {ta}.info({path})",
    "# just a comment",
    "n = 1",
]
PATHS = ["'mono_s16.wav'", "filepath='mono_s16.wav'"]


@st.composite
def programs(draw: st.DrawFn) -> str:
    """A program with a setter somewhere, functions, classes, aliases and comments."""
    ta = draw(st.sampled_from(["torchaudio", "ta", "_ta"]))
    lines = ["import torchaudio" if ta == "torchaudio" else f"import torchaudio as {ta}"]
    setter = f"{ta}.set_audio_backend('soundfile')" + draw(st.sampled_from(["", "  # why", "  # noqa"]))
    where = draw(st.sampled_from(["top", "tried", "function", "none", "guard"]))
    if where == "top":
        lines.append(setter)
    if where == "tried":
        lines += ["try:", f"    {setter}", "except Exception:", "    pass"]
    if where == "guard":
        lines += [f"if hasattr({ta}, 'set_audio_backend'):", f"    {setter}"]
    for number in range(draw(st.integers(1, 3))):
        body = [setter] if where == "function" else []
        body += [
            one.format(ta=ta, path=draw(st.sampled_from(PATHS)), paths="['mono_s16.wav']")
            for one in draw(st.lists(st.sampled_from(STATEMENTS), max_size=4))
        ]
        wrap = draw(st.sampled_from(["plain", "if", "try", "with", "class"]))
        indent = "    "
        lines += [draw(st.sampled_from(["", "\n", "# above"])), f"def f{number}(data):"]
        if wrap == "class":
            lines[-1:] = [f"class C{number}:", f"    def f{number}(self, data):"]
            indent = "        "
        if wrap in ("if", "try", "with"):
            lines.append(f"{indent}{ {'if': 'if data is not None:', 'try': 'try:', 'with': 'with open(__file__):'}[wrap] }")
            indent += "    "
        lines += [indent + line for one in [*body, "pass"] for line in one.split("\n")]
        if wrap == "try":
            lines += [f"{indent[:-4]}finally:", f"{indent}pass"]
        lines.append("")
    return "\n".join(lines) + draw(st.sampled_from(["", "\n"]))


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(program=programs(), target=st.sampled_from(["2.1", "2.2", "2.9"]))
def test_made_up_programs(program: str, target: str) -> None:
    outcome = rewrite({"a.py": program}, target)["a.py"]
    ast.parse(outcome.text)
    assert program.count("#") - program.count("# noqa") == outcome.text.count("#") - outcome.text.count("# noqa")
    again = rewrite({"a.py": outcome.text}, target)["a.py"]
    assert not again.changed
    if "hasattr" in program and target == "2.9":
        assert "set_audio_backend" in outcome.text  # a guard of its own: 2.9 does not have the name
    elif "set_audio_backend" in outcome.text:
        assert outcome.left
    elif "set_audio_backend" in program and "try:\n    " not in program.split("def ")[0].split("class ")[0] and target != "2.9":
        module = Module("a.py", outcome.text)
        calls = [use.call for use in module.of("function") if use.call]
        assert all(any(keyword.arg == "backend" for keyword in call.keywords) for call in calls)


@settings(max_examples=40, deadline=None)
@given(program=programs())
def test_line_ends_make_no_difference(program: str) -> None:
    one = rewrite({"a.py": program})["a.py"].text
    other = rewrite({"a.py": program.replace("\n", "\r\n")})["a.py"].text
    assert other == one.replace("\n", "\r\n")


@given(text=st.text(max_size=30), data=st.data())
def test_edits_can_be_undone_and_followed(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    made = [Edit(start, end, data.draw(st.text(max_size=4))) for start, end in zip(cuts[::2], cuts[1::2], strict=False)]
    try:
        settled = edits.settle(made)
    except ConflictError:
        return
    changed = edits.apply(text, settled)
    assert edits.undo(text, changed, settled) == text
    track = edits.Track(settled)
    for offset in range(len(text)):
        moved = track.forward(offset)
        if moved is not None and not any(edit.start <= offset < edit.end for edit in settled):
            assert changed[moved] == text[offset]


def test_edits_that_overlap_are_refused() -> None:
    with pytest.raises(ConflictError):
        edits.settle([Edit(0, 5, "a"), Edit(3, 8, "b")])
    with pytest.raises(ConflictError):
        edits.settle([Edit(3, 3, "a"), Edit(3, 3, "b")])
    assert edits.settle([Edit(0, 9, ""), Edit(3, 5, "x")]) == [Edit(0, 9, "")]


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(program=programs())
def test_made_up_programs_behave_the_same(program: str) -> None:
    """Each function of the original under 2.0 and of the result under 2.2."""
    compat = pytest.importorskip("compat")
    outcome = rewrite({"a.py": program})["a.py"]
    if "set_audio_backend" in outcome.text:
        return
    assert behaviour(compat, program, "2.0") == behaviour(compat, outcome.text, "2.2")


def behaviour(compat: object, program: str, release: str) -> list[object]:
    import contextlib
    import io
    import os
    import tempfile

    import numpy as np
    import soundfile
    import torch

    here = os.getcwd()
    with tempfile.TemporaryDirectory() as folder, compat.pinned(release, backends=["soundfile"]):  # type: ignore[attr-defined]
        os.chdir(folder)
        try:
            soundfile.write("mono_s16.wav", np.random.default_rng(0).uniform(-0.9, 0.9, 50), 8000)
            names = {"__name__": "a", "__file__": "mono_s16.wav"}
            found = []
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(program, "a.py", "exec"), names)
                for name, value in list(names.items()):
                    function = getattr(value(), "f" + name[1:]) if isinstance(value, type) else value
                    if name[0] in "fC" and callable(function):
                        function(torch.zeros(1, 20))
                        found.append(name)
            written = [sorted(os.listdir(folder)), printed.getvalue()]
            if os.path.exists("new.wav"):
                written.append(soundfile.read("new.wav")[0].tolist())
            return [found, written]
        finally:
            os.chdir(here)


@settings(deadline=None, max_examples=30)
@given(st.text(st.characters(exclude_characters="\r\n"), min_size=1, max_size=30), st.integers(1, 200))
def test_offsets_of_bytes_in_lines_of_any_length(part: str, times: int) -> None:
    line = part * times
    text = Text(f"x\n{line}\r\ny")
    for index in {0, 1, len(line) // 2, len(line) - 1, len(line)}:
        assert text.offset(2, len(line[:index].encode("utf-8", "surrogatepass"))) == 2 + index
