"""What an editor shows: hovering over a public name gives its whole text, and a misspelt flag is an error."""

import json
import pathlib
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

import compat
import dispatcher
from compat import releases
from tests.conftest import ROOT
from tests.release import pyright

SHOWN: dict[str, str | None] = {
    "compat.load": dispatcher.load.__doc__,
    "compat.info": dispatcher.info.__doc__,
    "compat.save": dispatcher.save.__doc__,
    "compat.install": compat.install.__doc__,
    "compat.Release": (compat.Release.__doc__ or "").partition("Attributes:")[0],
    **{f"compat.release().{name}": flag.doc for name, flag in releases.flags().items()},
    **{f'compat.install("2.0", {name}': flag.doc for name, flag in releases.flags().items()},
}


class Editor:
    """A client of pyright's language server."""

    def __init__(self, folder: pathlib.Path) -> None:
        command = [sys.executable, "-m", "pyright.langserver", "--stdio"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder, env=pyright.environment())
        self._asked = 0
        self.uri = (folder / "program.py").as_uri()
        if self.ask("initialize", processId=None, rootUri=folder.as_uri(), capabilities={}) is None:
            self.close()
            pyright.skip()
        self._send(method="initialized", params={})

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()

    def show(self, text: str) -> None:
        document = {"uri": self.uri, "languageId": "python", "version": 1, "text": text}
        self._send(method="textDocument/didOpen", params={"textDocument": document})

    def ask(self, method: str, **params: Any) -> Any:
        """Return the server's answer; ``None`` if it has ended."""
        self._asked += 1
        asked = self._asked
        self._send(id=asked, method=method, params=params)
        while (answer := self._receive()) is not None:
            if answer.get("id") == asked and "method" not in answer:
                return answer["result"]
            if "id" in answer and "method" in answer:
                self._send(id=answer["id"], result=[{} for _ in answer["params"].get("items", [])])
        return None

    def _send(self, **message: Any) -> None:
        assert self._process.stdin is not None
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))
        self._process.stdin.flush()

    def _receive(self) -> dict[str, Any] | None:
        assert self._process.stdout is not None
        length = 0
        while header := self._process.stdout.readline().strip():
            if header.lower().startswith(b"content-length:"):
                length = int(header.partition(b":")[2])
        return json.loads(self._process.stdout.read(length)) if length else None


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """An editor with each line of ``SHOWN`` open."""
    (folder := tmp_path_factory.mktemp("editor")).joinpath("pyrightconfig.json").write_text(json.dumps({"extraPaths": [str(ROOT)]}))
    editor = Editor(folder)
    editor.show("import compat\n" + "".join(f"{line}={30})\n" if "(" in line and ")" not in line else f"{line}\n" for line in SHOWN))
    yield editor
    editor.close()


@pytest.mark.network
def test_a_hover_shows_the_whole_text(editor: Editor) -> None:
    """Word by word, as Markdown has them; of a flag, over a release's attribute and the keyword of a call."""
    assert all(SHOWN.values())
    assert {line: words for line in SHOWN if (words := _left_out(editor, line))} == {}


def _left_out(editor: Editor, line: str) -> list[str]:
    """The words of a text that the hover over the end of a line does not show."""
    place = {"line": 1 + list(SHOWN).index(line), "character": len(line) - 1}
    shown = editor.ask("textDocument/hover", textDocument={"uri": editor.uri}, position=place)["contents"]["value"]
    shown = shown.replace("\\", "").replace("``", "`")
    return [word for word in (SHOWN[line] or "").replace("``", "`").split() if word not in shown]


def test_help_shows_the_text_of_every_flag() -> None:
    """Of the class, where ``help(compat.Release)`` looks."""
    text = " ".join((compat.Release.__doc__ or "").split())
    assert [flag.name for flag in releases.flags().values() if flag.doc not in text] == []


@pytest.mark.network
def test_a_misspelt_flag_is_an_error(tmp_path: pathlib.Path) -> None:
    """For pyright, and nothing else of the program is; `misspelt_flag.py` shows it of mypy."""
    program = tmp_path / "program.py"
    program.write_text((ROOT / "tests" / "release" / "misspelt_flag.py").read_text("utf-8").replace("  # type: ignore[call-arg]", ""))
    found = pyright.report(str(program), folder=tmp_path)["generalDiagnostics"]
    lines = {one["range"]["start"]["line"] + 1 for one in found if one["severity"] == "error" and program.name in one["file"]}
    assert lines == {6}, found
