"""All names without an underscore are typed completely and documented, and an editor shows that: by pyright, as type checker and as server.

Pyright fetches its own program from npm when it first runs; where that cannot be, tests are skipped.
"""

import contextlib
import inspect
import json
import os
import pathlib
import pydoc
import subprocess
import sys
from typing import Any

import pytest

import compat
import dispatcher
from compat import releases
from tests.conftest import ROOT

SHOWN: dict[str, str | None] = {
    "compat.load": dispatcher.load.__doc__,
    "compat.info": dispatcher.info.__doc__,
    "compat.save": dispatcher.save.__doc__,
    "compat.install": compat.install.__doc__,
    "compat.Release": (compat.Release.__doc__ or "").partition("Attributes:")[0],
    **{f"compat.release().{name}": flag.doc for name, flag in releases.flags().items()},
    **{f'compat.install("2.0", {name}': flag.doc for name, flag in releases.flags().items()},
}


@pytest.fixture(autouse=True)
def _pyright(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pyright finds our packages, and torch and the like where the first Python on PATH has them: that of the tests."""
    monkeypatch.setenv("PATH", os.path.dirname(sys.executable), prepend=os.pathsep)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PYRIGHT_PYTHON_IGNORE_WARNINGS", "1")


def _report(*arguments: str, folder: pathlib.Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "pyright", *arguments, "--outputjson"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if not done.stdout.lstrip().startswith("{"):
        pytest.skip(f"pyright's program cannot be fetched here: {(done.stderr or done.stdout).strip()[-200:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.network
@pytest.mark.parametrize("package", ["compat", "legacy", "dispatcher"])
def test_types_and_docstrings_are_complete(package: str) -> None:
    """By the measure of pyright; a docstring may be inherited."""
    found = _report("--verifytypes", package, "--ignoreexternal", folder=ROOT)
    symbols = [symbol for symbol in found["typeCompleteness"]["symbols"] if symbol["isExported"]]
    assert symbols
    assert not {symbol["name"] for symbol in symbols if not symbol["isTypeKnown"]}
    bare = {symbol["name"] for symbol in symbols for said in symbol.get("diagnostics", ()) if "No docstring" in said["message"]}
    assert not {name for name in bare if not inspect.getdoc(pydoc.locate(name))}


def _sent(number: int | None, method: str, **params: Any) -> bytes:
    message = {"jsonrpc": "2.0", "method": method, "params": params, **({} if number is None else {"id": number})}
    data = json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(data), data)


def _hovered(folder: pathlib.Path, program: str, places: list[dict[str, int]]) -> list[str]:
    (folder / "pyrightconfig.json").write_text(json.dumps({"extraPaths": [str(ROOT)]}))
    document = {"uri": (folder / "program.py").as_uri(), "languageId": "python", "version": 1, "text": program}
    asked = [_sent(number, "textDocument/hover", textDocument=document, position=place) for number, place in enumerate(places, 1)]
    begin = _sent(0, "initialize", processId=None, rootUri=folder.as_uri(), capabilities={})
    answers: dict[int, Any] = {}
    command = [sys.executable, "-m", "pyright.langserver", "--stdio"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(
            b"".join((begin, _sent(None, "initialized"), _sent(None, "textDocument/didOpen", textDocument=document), *asked))
        )
        server.stdin.flush()
        while len(answers) <= len(asked) and (line := server.stdout.readline()):
            if line.lower().startswith(b"content-length:"):
                server.stdout.readline()
                message = json.loads(server.stdout.read(int(line.partition(b":")[2])))
                answers |= {message["id"]: message["result"]} if "result" in message else {}
        with contextlib.suppress(BrokenPipeError):  # it removes its temporary files when it is asked to end
            server.communicate(_sent(len(places) + 1, "shutdown") + _sent(None, "exit"))
    if not answers:
        pytest.skip("pyright's program cannot be fetched here")
    return [answers[number]["contents"]["value"] for number in range(1, len(asked) + 1)]


@pytest.mark.network
def test_a_hover_shows_the_whole_text(tmp_path: pathlib.Path) -> None:
    """Word by word, as Markdown has them; of a flag, over a release's attribute and the keyword of a call."""
    assert all(SHOWN.values())
    program = "import compat\n" + "".join(f"{line}={30})\n" if "(" in line and ")" not in line else f"{line}\n" for line in SHOWN)
    places = [{"line": number, "character": len(line) - 1} for number, line in enumerate(SHOWN, 1)]
    left_out = {}
    for (line, text), shown in zip(SHOWN.items(), _hovered(tmp_path, program, places), strict=True):
        shown = shown.replace("\\", "").replace("``", "`")
        left_out[line] = [word for word in (text or "").replace("``", "`").split() if word not in shown]
    assert {line: words for line, words in left_out.items() if words} == {}


def test_help_shows_the_text_of_every_flag() -> None:
    """Of the class, where ``help(compat.Release)`` looks."""
    text = " ".join((compat.Release.__doc__ or "").split())
    assert [flag.name for flag in releases.flags().values() if flag.doc not in text] == []


@pytest.mark.network
def test_a_misspelt_flag_is_an_error(tmp_path: pathlib.Path) -> None:
    """For pyright, and nothing else of the program is; `misspelt_flag.py` shows it of mypy."""
    program = tmp_path / "program.py"
    program.write_text((ROOT / "tests" / "release" / "misspelt_flag.py").read_text("utf-8").replace("  # type: ignore[call-arg]", ""))
    found = _report(str(program), folder=tmp_path)["generalDiagnostics"]
    lines = {one["range"]["start"]["line"] + 1 for one in found if one["severity"] == "error" and program.name in one["file"]}
    assert lines == {6}, found
