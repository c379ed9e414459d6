"""Notebooks, Markdown and reStructuredText."""

import json
from pathlib import Path

import pytest

from tests.codemod.commands import Codemod, commands, notebook, put, row
from tests.codemod.tables import dedent

CELLS = (
    ["%matplotlib inline\n", "!pip install torchaudio\n", "import torchaudio\n", "torchaudio.set_audio_backend('soundfile')"],
    ["%%bash\n", "load(filepath=x)"],
    ["# 名前\n", "x, sr = torchaudio.load(filepath='é.wav')\n", "files = !ls\n", "torchaudio.load?"],
    ["if x:\n", "    %time y = 1\n", "    !echo load(filepath=1)\n", "await torchaudio.info('a.wav')\n"],
    [],
)


@pytest.mark.parametrize("indent", [1, 2, 4, None])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_only_the_source_of_changed_cells_differs(codemod: Codemod, indent: int | None, ascii_only: bool) -> None:
    expected = json.loads(notebook(*CELLS))
    put({"a.ipynb": json.dumps(expected, indent=indent, ensure_ascii=ascii_only) + "\n"})
    assert codemod("a.ipynb").status == 0
    expected["cells"][0]["source"] = ["%matplotlib inline\n", "!pip install torchaudio\n", "import torchaudio"]
    expected["cells"][2]["source"][1] = "x, sr = torchaudio.load(uri='é.wav', backend=\"soundfile\")\n"
    expected["cells"][3]["source"][3] = "await torchaudio.info('a.wav', backend=\"soundfile\")\n"
    assert Path("a.ipynb").read_text("utf-8") == json.dumps(expected, indent=indent, ensure_ascii=ascii_only) + "\n"
    assert codemod("--check", "a.ipynb").status == 0


OLD = ["import torchaudio\n", "x = torchaudio.load(filepath='a')"]
NEW = ["import torchaudio\n", "x = torchaudio.load(uri='a')"]
SETTER = ["import torchaudio\n", "torchaudio.set_audio_backend('soundfile')\n"]
WAV = ["# first\n", "x = torchaudio.load_wav('a')"]

test_notebooks = commands(
    row("a source that is one string", ".", {"a.ipynb": notebook("".join(OLD))}, 0, after={"a.ipynb": notebook("".join(NEW))}),
    row("a cell of prose", ".", {"a.ipynb": notebook(OLD, kind="markdown")}, 0),
    row("another language", ".", {"a.ipynb": notebook(OLD, metadata={"kernelspec": {"language": "julia"}})}, 0),
    row("R", ".", {"a.ipynb": notebook(OLD, metadata={"kernelspec": {"name": "ir", "language": "R"}})}, 0),
    row("a language without a kernel", ".", {"a.ipynb": notebook(OLD, metadata={"language_info": {"name": "julia"}})}, 0),
    row("places are cells and lines", "--format concise --check a.ipynb", {"a.ipynb": notebook(SETTER, WAV)}, 1, "a.ipynb:cell 2:2:5: TAC115"),
    row(
        "places after a change", "--format concise a.ipynb", {"a.ipynb": notebook(SETTER, WAV)}, 1,
        "a.ipynb:cell 2:2:5: TAC115", after={"a.ipynb": notebook(["import torchaudio\n"], WAV)},
    ),
    row(
        "a cell that is not Python is named", ".", {"a.ipynb": notebook(OLD, ["print 'torchaudio'"])}, 2,
        "not Python", after={"a.ipynb": notebook(NEW, ["print 'torchaudio'"])},
    ),
    row("no notebook: nested too deeply", "a.ipynb", {"a.ipynb": f'{{"torchaudio": {"[" * 2000}{"]" * 2000}}}'}, 2, "Save it again"),
    *(
        row(f"no notebook: {text}", "a.ipynb", {"a.ipynb": text}, status)
        for text, status in (
            ("", 0), ("{", 0), ("[]", 0), ('{"cells": 3, "x": "torchaudio"}', 2), ('{"cells": [{"cell_type": "code"}], "torchaudio": 1}', 2),
            *((f'{{"cells": [{{"cell_type": "code", "source": {one}}}], "torchaudio": 1}}', 2) for one in ("3", "[3]", '{"a": 1}')),
        )
    ),
)  # fmt: skip

MARKDOWN = dedent("""
    # torchaudio.load(filepath=1)

    ```python
    import torchaudio
    torchaudio.set_audio_backend("sox_io")

    x = torchaudio.load("a.wav")
    ```

    - a list

      ```py
      import torchaudio
      y = torchaudio.load(filepath="b.wav")
      ```

    ```bash
    python -c 'torchaudio.load(filepath=1)'
    ```

    ~~~ python title="x"
    import torchaudio
    y = torchaudio.load_wav("b.wav")
    ~~~

    ```python
    >>> import torchaudio; torchaudio.load(filepath=1)
    ```
""")
MOVED = MARKDOWN.replace(
    'torchaudio.set_audio_backend("sox_io")\n\nx = torchaudio.load("a.wav")', '\nx = torchaudio.load("a.wav", backend="sox")'
).replace('filepath="b.wav"', 'uri="b.wav"')
RST = dedent("""
    Title
    =====

    .. code-block:: python
       :linenos:

       import torchaudio

       y = torchaudio.load(filepath="b.wav")

    Text torchaudio.load(filepath=1).

    .. code-block:: sh

       torchaudio.load(filepath=1)
""")

test_documents = commands(
    row(
        "a block that is not Python is named", "--docs .", {"README.md": "# Use\n\n```python\nimport torchaudio\nprint 'x'\n```\n"}, 2,
        "README.md:4: this block is not Python",
    ),
    row("Markdown without --docs", ".", {"README.md": MARKDOWN}, 0),
    row("Markdown", "--docs --format concise .", {"README.md": MARKDOWN}, 1, "README.md:22:5: TAC115", after={"README.md": MOVED}),
    row(
        "Markdown with CRLF", "--docs .", {"README.md": MARKDOWN.replace("\n", "\r\n")}, 1, after={"README.md": MOVED.replace("\n", "\r\n")},
    ),
    *(
        row(
            f"the next block goes on: {call}", "--docs .",
            {"README.md": f"```python\nimport torchaudio\ntorchaudio.set_audio_backend('sox_io')\n```\n\n```python\n{call}\n```\n"}, 1,
            "another block of this document goes on with it",
        )
        for call in ("x = torchaudio.load('a')", "def f(p):\n    return torchaudio.info(p)")
    ),
    row("reStructuredText", "--docs .", {"index.rst": RST}, 0, after={"index.rst": RST.replace('filepath="b.wav"', 'uri="b.wav"')}),
)  # fmt: skip
