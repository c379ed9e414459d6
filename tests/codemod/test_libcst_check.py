"""Names bound more than once: LibCST's scopes must say what ours say, or nothing is changed."""

import subprocess
import sys

import libcst
import pytest

from compat.codemod.source import libcst_check
from compat.codemod.source.module import Module
from tests.codemod.tables import rewrite

LOAD = "\n\ndef read(path):\n    return torchaudio.load(filepath=path)\n"

# A program, and whether it has a name that LibCST is asked about.
PROGRAMS = {
    "one import": ("import torchaudio" + LOAD, False),
    "two imports of the same": ("import torchaudio\nimport torchaudio.transforms" + LOAD, False),
    "other names rebound": ("import torchaudio\nx = 1\nx = 2" + LOAD, False),
    "or None": ("try:\n    import torchaudio\nexcept ImportError:\n    torchaudio = None" + LOAD, True),
    "imported again in a function": ("import torchaudio\ndef f():\n    import torchaudio\n    return torchaudio" + LOAD, True),
    "a parameter elsewhere": ("import torchaudio\ndef f(torchaudio):\n    return torchaudio.load(filepath=1)" + LOAD, True),
    "a global statement": ("import torchaudio\ndef f():\n    global torchaudio\n    import torchaudio" + LOAD, True),
    "a loop in a class": ("import torchaudio\nclass C:\n    torchaudio = [torchaudio for torchaudio in ()]" + LOAD, True),
    "CRLF": ("import torchaudio\r\ndef f(torchaudio): return '''\r\n'''" + LOAD.replace("\n", "\r\n"), True),
    "wide letters before it": ("import torchaudio\ndef f(torchaudio): pass\n'äöü', '𝄞', lambda p: torchaudio.load(filepath=p)\n", True),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_both_readings_agree_and_only_doubtful_names_are_asked_about(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program, asked = PROGRAMS[name]
    questions = []
    read = libcst_check._read
    monkeypatch.setattr(libcst_check, "_read", lambda source, name: questions.append(name) or read(source, name))
    assert libcst_check.dissent(Module("a.py", program)) is None
    assert questions == ["torchaudio"] * asked
    assert rewrite({"a.py": program})["a.py"].text == program.replace("torchaudio.load(filepath=p", "torchaudio.load(uri=p")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((frozenset({"sound.torchaudio"}), False), "takes it here for sound.torchaudio"),
        ((frozenset(), True), "takes it here for nothing that is imported or a local value"),
        (None, "takes it here for nothing that is imported"),
    ],
)
def test_a_dissent_leaves_the_file_alone_and_says_where(
    answer: tuple[frozenset[str], bool] | None, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = PROGRAMS["a parameter elsewhere"][0]
    monkeypatch.setattr(libcst_check, "_read", lambda source, name: {} if answer is None else {(6, 12): answer})
    outcome = rewrite({"a.py": program})["a.py"]
    assert not outcome.changed
    assert [words in finding.reason and "in line 6" in finding.reason for finding in outcome.left] == [True]


def test_a_dissent_in_one_file_keeps_the_setter_of_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "main.py": "import torchaudio\nimport a\ntorchaudio.set_audio_backend('soundfile')\n",
        "a.py": PROGRAMS["a global statement"][0],
    }
    assert rewrite(files)["main.py"].changed
    monkeypatch.setattr(libcst_check, "_read", lambda source, name: {})
    assert not any(outcome.changed for outcome in rewrite(files).values())


@pytest.mark.parametrize(
    ("program", "read"),
    [
        (
            "x = (\n1)\nimport torchaudio\n\n@f\ndef g(torchaudio):\n    pass\ny = 2\n",
            "\n\nimport torchaudio\n\n@f\ndef g(torchaudio):\n    pass\n\n\n",
        ),
        ("my_torchaudio = torchaudios\n'torchaudio'", "\n'torchaudio'\n"),
        ("class C:\n    'a'\n    x = 1\n    def f(torchaudio):\n        pass\n", "class C:\n\n\n    def f(torchaudio):\n        pass\n\n"),
        (
            "class C(torchaudio.C):\n    @g\n    def f():\n        pass\n    x = 1",
            "class C(torchaudio.C):\n    @g\n    def f():\n        pass\n\n",
        ),
        ("@torchaudio\nclass C(\n    A):  # b\n    x = 1\n    y = 2", "@torchaudio\nclass C(\n    A):  # b\n    x = 1\n\n"),
        ("class C: x = 1; torchaudio = 2", "class C: x = 1; torchaudio = 2\n"),
        ("class C(\n    A): x = torchaudio; y = 1\nz", "class C(\n    A): x = torchaudio; y = 1\n\n"),
        ("class C:\n    x = 1; torchaudio = 2\n    y = 3", "class C:\n    x = 1; torchaudio = 2\n\n"),
        ("class C:\n    class D:\n        x = 1\n        y = torchaudio\n", "class C:\n    class D:\n\n        y = torchaudio\n\n"),
    ],
)
def test_only_statements_that_mention_the_name_are_read(program: str, read: str) -> None:
    assert libcst_check._statements_with(Module("a.py", program), "torchaudio") == read
    libcst.parse_module(read)


def test_libcst_is_not_loaded_for_plain_names() -> None:
    code = "import sys\nfrom compat.codemod.source import libcst_check, module\nlibcst_check.dissent(module.Module('a', 'import torchaudio'))\nsys.exit('libcst' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
