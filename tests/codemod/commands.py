"""Tables of command lines: the files, what is said of them, and what becomes of them."""

from __future__ import annotations

import collections
import json
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from compat.codemod.run import cli

Files = Mapping[str, str | bytes]


def put(files: Files, folder: Path | str = ".") -> None:
    """Write files into a folder; by default into the current one, which each test has for itself."""
    for name, data in files.items():
        path = Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)


def contents(folder: Path | str = ".") -> dict[str, bytes]:
    """All files below a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(Path(folder).rglob("*")) if path.is_file()}


def notebook(*sources: str | list[str], kind: str = "code", **more: Any) -> str:
    """A notebook of cells with these sources."""
    cell = {"cell_type": kind, "execution_count": 1, "metadata": {"a": [1, 2.50]}, "outputs": [{"text": ["torchaudio.load(filepath=1)"]}]}
    metadata = {"kernelspec": {"language": "python", "name": "python3"}}
    return json.dumps({"cells": [{**cell, "source": one} for one in sources], "metadata": metadata, "nbformat": 4, **more}, indent=1) + "\n"


# What a command line came to
Said = collections.namedtuple("Said", "status out err")


class Codemod:
    """The command, run in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: object) -> Said:
        status = cli.main(list(map(str, arguments)))
        return Said(status, *self._capsys.readouterr())


class Case:
    """One command line in a folder of files.

    Args:
        says: words on standard output or standard error.
        never: words that are on neither.
        after: the files that change, in one run; the others stay, and none is added.
    """

    def __init__(
        self, name: str, arguments: str, files: Files, status: int, *says: str, never: str = "", after: Files = MappingProxyType({})
    ) -> None:
        self.name, self.arguments, self.files, self.status = name, arguments, files, status
        self.says, self.never, self.after = says, never, after


row = Case


def commands(*cases: Case) -> Callable[..., None]:
    """A test of command lines; names are unique."""
    names = [case.name for case in cases]
    assert len(names) == len(set(names)), sorted(name for name in names if names.count(name) > 1)

    @pytest.mark.parametrize("case", cases, ids=names)
    def test(case: Case, codemod: Codemod) -> None:
        put(case.files)
        said = codemod(*shlex.split(case.arguments))
        told = f"{said.out}{said.err}"
        assert said.status == case.status, told
        assert [one for one in case.says if one not in told] == [], told
        assert not case.never or case.never not in told, told
        assert told.count("Next: ") <= 1, told
        after = {name: data.encode() if isinstance(data, str) else data for name, data in {**case.files, **case.after}.items()}
        assert contents() == after
        if case.after:
            codemod(*shlex.split(case.arguments))
            assert contents() == after

    return test
