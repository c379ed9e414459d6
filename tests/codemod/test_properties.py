"""What holds for whatever text there is: real files, edits at random, and lines of any length."""

import functools
import itertools
import random
import sysconfig
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compat.codemod.rewrite import AddArgument, edits, lower
from compat.codemod.rewrite.edits import ConflictError, Edit
from compat.codemod.source.module import Module
from compat.codemod.source.text import Text, parse
from tests.codemod.tables import rewrite


@functools.cache
def real_files() -> tuple[str, ...]:
    """Python files of the standard library and of the installed packages, mixed but always the same; some are there to test parsers."""
    folders = [Path(sysconfig.get_path("stdlib")), Path(sysconfig.get_path("purelib"))]
    found = sorted(path for folder in folders for path in folder.glob("*/*.py") if 500 < path.stat().st_size < 30_000)
    random.Random(1).shuffle(found)
    return tuple(itertools.islice(filter(is_python, map(Path.read_bytes, found)), 100))


def is_python(data: bytes) -> bool:
    """Tell whether it is UTF-8 with plain line ends, and parses."""
    try:
        parse(data.decode("utf-8"))
    except (UnicodeDecodeError, SyntaxError):
        return False
    return b"\r" not in data


def real_file(number: int) -> str:
    return real_files()[number].decode("utf-8")


@pytest.mark.parametrize("number", range(40))
def test_real_files_come_through_as_they_are(number: int) -> None:
    assert not rewrite({"a.py": real_file(number)})["a.py"].changed


@pytest.mark.parametrize("number", range(40, 80))
def test_in_real_files_only_the_changed_place_is_another(number: int) -> None:
    """Where the file may call anything before the setter, the setter stays, and that is said."""
    text = f"{real_file(number)}\n"
    old = "import torchaudio\ntorchaudio.set_audio_backend('soundfile')\ndef read_it_from(p):\n    return torchaudio.load(filepath=p)\n"
    for target, named in (("2.2", ', backend="soundfile"'), ("2.9", "")):
        outcome = rewrite({"a.py": text + old}, target)["a.py"]
        new = f"import torchaudio\ndef read_it_from(p):\n    return torchaudio.load(uri=p{named})\n"
        assert outcome.text == text + (old.replace("filepath=", "uri=") if outcome.left else new)


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


@settings(deadline=None, max_examples=30)
@given(st.text(st.characters(exclude_characters="\r\n"), min_size=1, max_size=30), st.integers(1, 200))
def test_offsets_of_bytes_in_lines_of_any_length(part: str, times: int) -> None:
    line = part * times
    text = Text(f"x\n{line}\r\ny")
    for index in {0, 1, len(line) // 2, len(line) - 1, len(line)}:
        assert text.offset(2, len(line[:index].encode("utf-8", "surrogatepass"))) == 2 + index


def test_one_argument_takes_one_value() -> None:
    module = Module("a.py", "import torchaudio\ntorchaudio.load(p)\ntorchaudio.load(p, backend='sox')\n")
    first, second = module.calls
    for changes in ([AddArgument(first, "backend", "1"), AddArgument(first, "backend", "2")], [AddArgument(second, "backend", "1")]):
        with pytest.raises(ConflictError, match="given already"):
            lower(module, changes)
