"""Magics and shell lines in notebooks: Python in them is rewritten, the rest is searched, and none is dropped without a word."""

import ast
import contextlib
import json
import random
from pathlib import Path

import pytest

from compat.codemod.files.document import UnreadableError
from compat.codemod.files.magics import Magics
from compat.codemod.files.notebook import Notebook
from compat.codemod.run import cli
from tests.codemod.commands import commands, notebook, put, row
from tests.codemod.tables import stays, table

SETTER = "import torchaudio\ntorchaudio.set_audio_backend('soundfile')\ndef get(p):\n    return torchaudio.load(p)"
UNSET = 'import torchaudio\ndef get(p):\n    return torchaudio.load(p, backend="soundfile")'
LOAD = "torchaudio.load('a.mp3')"
NAMED = "torchaudio.load('a.mp3', backend=\"soundfile\")"


test_python_beside_and_in_magics_is_rewritten = commands(
    *(
        row(line, ".", {"a.ipynb": notebook(SETTER, line.format(LOAD))}, 0, after={"a.ipynb": notebook(UNSET, line.format(NAMED))})
        for line in (
            "%time x, r = {}",
            "%timeit {}",
            "%timeit -n 10 -r3 {}",
            "%timeit -n10 -q x = {}",
            "%prun -l 5 -s cumulative {}",
            "%prun -D profile.out -q {}",
            "%lprun -f get {}",
            "%memit -r 1 {}",
            "%debug {}",
            "waveform, rate = %time {}",
            "result = %timeit -o {}",
            "for path in paths:\n    %time x = {}",
            "%%time\nx, r = {}",
            "%%timeit -n 1\nx, r = {}",
            "%%timeit x, r = {}\nx.sum()",
            "%%capture out\nx, r = {}",
            "%%prun -s time\nx, r = {}",
            "%%debug\n%time {}",
            "\n%%time\n{}  # noqa",
            "%time {}  # measured",
            "time {}",
            "!ls -l\nx, r = {}",
            "!ls \\\n  -l \\\n    a\nx, r = {}",
            "if x:\n    !pip install \\\n        torchaudio\n    y = {}",
            "files = !ls *.wav\nx, r = {}",
            "files[0], n = %sx ls\nx, r = {}",
            "torchaudio.load?\nx, r = {}",
            "get??\nx, r = {}",
            "?torchaudio.load\nx, r = {}",
            "%matplotlib inline\nx, r = {}",
            "%cd /tmp\n%load_ext autoreload\n%autoreload 2\nx, r = {}",
            "cd /tmp\nx, r = {}",
            "pip install torchaudio\nx, r = {}",
            "!pip install torchaudio\nx, r = {}",
            "!{{sys.executable}} -m pip install torchaudio\nx, r = {}",
            "!echo \"it's\nx, r = {}",
            "text = '''\n%time f()\n!ls\n'''\nx, r = {}",
            "y = (a\n  % b)\n!ls (\nx, r = {}",
            ",print a b\nx, r = {}",
            "    x, r = {}\n    y = 1",
            "\n  # indented\n  %time x, r = {}\n  !ls \\\n-l",
            "  %%time\n  x, r = {}",
        )
    ),
    row(
        "a setter in a magic goes with it",
        ".",
        {"a.ipynb": notebook("import torchaudio\n%time torchaudio.set_audio_backend('sox_io')\n!ls", f"%time {LOAD}")},
        0,
        after={"a.ipynb": notebook("import torchaudio\n!ls", "%time " + NAMED.replace("soundfile", "sox"))},
    ),
    *(
        row(cell, ".", {"a.ipynb": notebook(SETTER, cell)}, 0, after={"a.ipynb": notebook(UNSET, cell)})
        for cell in (
            "%%html\n<p>torchaudio.load()</p>",
            "%%latex\ntorchaudio",
            "torchaudio.load?",
            "!pip3 install torchaudio",
            "%%R\nload('a')",
        )
    ),
    *(
        row(f"no Python: {cell}", ".", {"a.ipynb": notebook(SETTER, cell, f"x = {LOAD}")}, 2, "cell 2 is not Python")
        for cell in ("print 'x'", "x = (", "!ls\nprint 'x'", "%%time\nprint 'x'", "def f(:\n  pass")
    ),
)


test_what_may_load_keeps_the_setter_and_is_named = commands(
    *(
        row(cell, "--format concise .", {"a.ipynb": notebook(SETTER, "x = 1", cell)}, 1, "cell 3")
        for cell in (
            "%%writefile tool.py\nimport torchaudio\ntorchaudio.load('a')",
            "%%bash\npython -c 'import torchaudio'",
            "%%sh\npython - <<EOF\nimport torchaudio\nEOF",
            "%%python\nimport torchaudio",
            "%%script python3\nimport torchaudio",
            "%%unheard of\ntorchaudio.load('a')",
            "!python -c \"import torchaudio; torchaudio.load('a')\"",
            "!python -c \\\n  'import torchaudio'",
            "%unheard of torchaudio.load('a')",
            "%unheard get('a')",
            "x = %unheard get('a')",
            "%run tool.py",
            "run tool.py",
            "%time torchaudio.load( \\\n  'a')",
        )
    ),
    *(
        row(
            f"{run} of a file that sets",
            ".",
            {"a.ipynb": notebook(UNSET, run), "tool.py": SETTER.partition("\ndef")[0]},
            1,
            "may load this file",
        )
        for run in ("%run tool.py", "%run -i tool", "run tool.py")
    ),
    row(
        "%timeit of nothing",
        ".",
        {"a.ipynb": notebook(SETTER, "x = 1", "%timeit")},
        0,
        after={"a.ipynb": notebook(UNSET, "x = 1", "%timeit")},
    ),
)

OLD = "import torchaudio\nx = 1\n\ntorchaudio.load(filepath='a')"
test_the_rest_is_searched_like_shell_files = commands(
    *(
        row(
            cell,
            "--format concise --fail-on any .",
            {"a.ipynb": notebook(OLD, cell)},
            1,
            f"cell 2:{line}:",
            says,
            after={"a.ipynb": notebook(OLD.replace("filepath", "uri"), cell)},
        )
        for cell, line, says in (
            ("x = 1\n!pip install torchaudio==0.13.1", 2, "torchaudio==0.13.1 excludes the target 2.2"),
            ("%pip install torchaudio==2.0.2", 1, "torchaudio==2.0.2"),
            ("%env TORCHAUDIO_USE_BACKEND_DISPATCHER=1", 1, "TORCHAUDIO_USE_BACKEND_DISPATCHER"),
            ("%%bash\nexport TORCHAUDIO_USE_BACKEND_DISPATCHER=1", 2, "TORCHAUDIO_USE_BACKEND_DISPATCHER"),
            ("%%writefile a.py\nimport torchaudio\n\ntorchaudio.set_audio_backend('sox_io')", 4, "set_audio_backend"),
            ("!ls && \\\n  python -c 'import torchaudio; torchaudio.set_audio_backend(\"sox_io\")'", 2, "set_audio_backend"),
        )
    )
)


@pytest.mark.parametrize(
    "cell", ["%time  x = 1 ", "if a:\n  !ls \\\n\t -l\\\n    a\n  b", "%%time  \nx", "a?", "if a:\n\t%timeit -n 1  x", "x = %time y\n!ls"]
)
def test_what_is_masked_comes_back_letter_by_letter(cell: str) -> None:
    magics = Magics()
    masked, _ = magics.mask(cell)
    assert masked != cell
    assert magics.unmask(masked) == cell


LINES = (
    "%time x = 1", "%timeit -n 3 f(x)", "!ls -l", "!ls \\", "  -a \\", "    b", "x = !ls", "x = %time f()", "f?", "?f", "if a:", "    !ls",
    "    %time y", "    z = 1", "'''", "text", "%%time", "# c", "", "(a", "  % b)", "pip install x", "x = 1 \\", "+ 2", "%run a.py", "\t%time t",
    "print('?')", "%time  ", "await f()", "é = '%time'  # ü", "%time é = f('ü')", "! echo 'it", '!echo """', "try:", "finally:", "%", "!", "?",
)  # fmt: skip


def test_whatever_lines_there_are_they_come_back() -> None:
    """Random cells: what is masked is Python, has as many lines, and comes back."""
    masked = 0
    for seed in range(4000):
        choose = random.Random(seed)
        code = "\n".join(choose.choice(LINES) for _ in range(choose.randint(1, 6)))
        magics = Magics()
        with contextlib.suppress(SyntaxError):
            python, _ = magics.mask(code)
            compile(python, "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | ast.PyCF_ONLY_AST)
            assert python.count("\n") == code.count("\n")
            assert magics.unmask(python) == code
            masked += python != code
    assert masked > 500


@pytest.mark.parametrize("sign", ["é", "\\u00e9", "\\ud83d\\ude00", "😀", "\\/", "\\t"])
def test_places_in_the_json(sign: str) -> None:
    source = '"import torchaudio\\n# SIGN\\ntorchaudio.load(filepath=1)"'.replace("SIGN", sign)
    text = '\n {"cells":\t[{"metadata": {"x": [1e5, -2, true, null, NaN, "SIGN"]},\r\n"cell_type": "code", "source": SOURCE}], "metadata": {}}\n'
    text = text.replace("SIGN", sign).replace("SOURCE", source)
    put({"a.ipynb": text})
    assert cli.main(["a.ipynb"]) == 0
    after = Path("a.ipynb").read_bytes().decode()
    assert json.loads(after)["cells"][0]["source"].endswith("torchaudio.load(uri=1)")
    assert after.partition('"source": ')[0] == text.partition('"source": ')[0]


SET = "import timeit\nimport torchaudio\n\ntorchaudio.set_audio_backend('soundfile')\n"
test_code_in_a_string_that_runs_here_keeps_the_setter = table(
    *(
        stays(line, f"{SET}{line}\n", "TAC101")
        for line in (
            "exec('x = torchaudio.load(p)')",
            "y = eval('torchaudio.load(p)')",
            "timeit.timeit('torchaudio.load(p)', number=3)",
            "get_ipython().run_line_magic('time', 'torchaudio.load(p)')",
            "get_ipython().run_cell_magic('time', '', 'torchaudio.load(p)')",
        )
    )
)


def test_a_cell_of_another_language_is_never_written_over() -> None:
    """Its Python is empty, so whatever is put there would replace all of it."""
    document = Notebook("a.ipynb", notebook("%%bash\nls\n", "x = 1\n").encode())
    text = document.pieces[0].text.text
    with pytest.raises(UnreadableError, match="cell 1 is not Python"):
        document.rebuild({"a.ipynb": text.replace("cell 1\n", "cell 1\ny = 2\n")})
    assert b"y = 2" in document.rebuild({"a.ipynb": text.replace("x = 1", "y = 2")})
