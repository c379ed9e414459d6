"""Notebooks, Markdown and reStructuredText."""

import json
from pathlib import Path
from typing import Any

import pytest

from compat.codemod.run import cli
from tests.codemod.tables import dedent


def notebook(*cells: list[str] | str, kind: str = "code", **more: Any) -> dict[str, Any]:
    return {
        "cells": [
            {
                "cell_type": kind,
                "execution_count": 1,
                "metadata": {"a": [1, 2.50]},
                "outputs": [{"text": ["torchaudio.load(filepath=1)"]}],
                "source": cell,
            }
            for cell in cells
        ],
        "metadata": {"kernelspec": {"language": "python", "name": "python3"}},
        "nbformat": 4,
        **more,
    }


CELLS = (
    ["%matplotlib inline\n", "!pip install torchaudio\n", "import torchaudio\n", "torchaudio.set_audio_backend('soundfile')"],
    ["%%bash\n", "load(filepath=x)"],
    ["# 名前\n", "x, sr = torchaudio.load(filepath='é.wav')\n", "files = !ls\n", "torchaudio.load?"],
    ["if x:\n", "    %time y = 1\n", "    !echo load(filepath=1)\n", "await torchaudio.info('a.wav')\n"],
    [],
)


@pytest.mark.parametrize("indent", [1, 2, 4, None])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_only_the_source_of_changed_cells_differs(tmp_path: Path, indent: int | None, ascii_only: bool) -> None:
    before = notebook(*CELLS)
    text = json.dumps(before, indent=indent, ensure_ascii=ascii_only) + "\n"
    path = tmp_path / "a.ipynb"
    path.write_text(text, encoding="utf-8")
    assert cli.main([str(path)]) == 0
    after = path.read_text(encoding="utf-8")
    expected = json.loads(text)
    expected["cells"][0]["source"] = ["%matplotlib inline\n", "!pip install torchaudio\n", "import torchaudio"]
    expected["cells"][2]["source"][1] = "x, sr = torchaudio.load(uri='é.wav', backend=\"soundfile\")\n"
    expected["cells"][3]["source"][3] = "await torchaudio.info('a.wav', backend=\"soundfile\")\n"
    assert json.loads(after) == expected
    assert after == json.dumps(expected, indent=indent, ensure_ascii=ascii_only) + "\n"
    assert cli.main(["--check", str(path)]) == 0


def test_a_source_that_is_one_string(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps(notebook("import torchaudio\nx = torchaudio.load(filepath='a')")))
    assert cli.main([str(path)]) == 0
    assert json.loads(path.read_text())["cells"][0]["source"] == "import torchaudio\nx = torchaudio.load(uri='a')"


def test_other_languages_and_other_cells_are_left(tmp_path: Path) -> None:
    cell = ["import torchaudio\n", "torchaudio.load(filepath='a')"]
    for name, content in {
        "julia": notebook(cell) | {"metadata": {"kernelspec": {"language": "julia"}}},
        "prose": notebook(cell, kind="markdown"),
    }.items():
        path = tmp_path / f"{name}.ipynb"
        path.write_text(text := json.dumps(content))
        assert cli.main([str(path)]) == 0
        assert path.read_text() == text


def test_places_are_cells_and_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(
        json.dumps(
            notebook(["import torchaudio\n", "torchaudio.set_audio_backend('soundfile')\n"], ["# first\n", "x = torchaudio.load_wav('a')"])
        )
    )
    assert cli.main(["--format", "concise", "--check", str(path)]) == 1
    assert f"{path}:cell 2:2:5: TAC115" in capsys.readouterr().out
    assert cli.main(["--format", "concise", str(path)]) == 1
    assert f"{path}:cell 2:2:5: TAC115" in capsys.readouterr().out


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"cells": 3, "x": "torchaudio"}',
        '{"cells": [{"cell_type": "code"}], "torchaudio": 1}',
        *(f'{{"cells": [{{"cell_type": "code", "source": {one}}}], "torchaudio": 1}}' for one in ("3", "[3]", '{"a": 1}')),
    ],
)
def test_what_is_no_notebook(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(text)
    assert cli.main([str(path)]) in (0, 2)
    assert path.read_text() == text


def test_a_cell_that_is_not_python_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps(notebook(["import torchaudio\n", "torchaudio.load(filepath='a')"], ["print 'torchaudio'"])))
    assert cli.main([str(path)]) == 2
    assert "not Python" in capsys.readouterr().err
    assert json.loads(path.read_text())["cells"][0]["source"][1] == "torchaudio.load(uri='a')"


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


def test_markdown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "README.md"
    path.write_text(MARKDOWN)
    assert cli.main([str(tmp_path)]) == 0
    assert path.read_text() == MARKDOWN
    assert cli.main(["--docs", "--format", "concise", str(tmp_path)]) == 1
    expected = MARKDOWN.replace(
        'torchaudio.set_audio_backend("sox_io")\n\nx = torchaudio.load("a.wav")', '\nx = torchaudio.load("a.wav", backend="sox")'
    )
    expected = expected.replace('filepath="b.wav"', 'uri="b.wav"')
    assert path.read_text() == expected
    line = 1 + expected[: expected.index("load_wav")].count("\n")
    assert f"README.md:{line}:5: TAC115" in capsys.readouterr().out


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


def test_rst(tmp_path: Path) -> None:
    path = tmp_path / "index.rst"
    path.write_text(RST)
    assert cli.main(["--docs", str(tmp_path)]) == 0
    assert path.read_text() == RST.replace('filepath="b.wav"', 'uri="b.wav"')
    assert cli.main(["--docs", "--check", str(tmp_path)]) == 0


def test_markdown_with_crlf(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_bytes(MARKDOWN.replace("\n", "\r\n").encode())
    assert cli.main(["--docs", str(tmp_path)]) == 1
    other = tmp_path / "other" / "README.md"
    other.parent.mkdir()
    other.write_text(MARKDOWN)
    assert cli.main(["--docs", str(other)]) == 1
    assert path.read_bytes() == other.read_bytes().replace(b"\n", b"\r\n")
